"""Legal holds in the admin: placed, given another end, lifted, and what became of each."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, Words, actor_of, asks, not_oneself
from accounts.admin.legal_hold_forms import HoldForm, LiftForm, PlaceForm
from accounts.admin.ranks import each_owned
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.rights import may
from accounts.admin.tabs import when
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import AuditEvent, LegalHold
from accounts.services.legal_holds import legal_hold_end_set, legal_hold_lift, legal_hold_place
from librechat.kernel import clock

READ, MANAGE = "read:legal_holds", "manage:legal_holds"
Holds = QuerySet[LegalHold]


@asks(
    gettext_lazy("Lift these holds"),
    gettext_lazy(
        "What a hold alone kept and is over its time is destroyed by the next purge, within the"
        " hour. That cannot be undone.",
    ),
    form_class=LiftForm,
    is_sensitive=True,
)
def lift(desk: ModelAdmin, request: HttpRequest, chosen: Holds, given: Given) -> None:
    """End holds."""
    actor, caller, reason = actor_of(request), Caller.of(request), given["reason"]

    def work(hold: LegalHold) -> None:
        not_oneself(request, hold.user)
        legal_hold_lift(hold=hold, reason=reason, actor=actor, caller=caller)

    each_owned(desk, request, chosen, work)


@asks(
    gettext_lazy("Set another end"),
    gettext_lazy("Until its end nothing of the person is destroyed."),
    form_class=HoldForm,
    is_sensitive=True,
)
def set_end(desk: ModelAdmin, request: HttpRequest, chosen: Holds, given: Given) -> None:
    """Let holds last longer or less long."""
    actor, caller = actor_of(request), Caller.of(request)
    reason, end = given["reason"], given["last_day"]

    def work(hold: LegalHold) -> None:
        not_oneself(request, hold.user)
        legal_hold_end_set(hold=hold, ends_at=end, reason=reason, actor=actor, caller=caller)

    each_owned(desk, request, chosen, work)


class StateFilter(admin.SimpleListFilter):
    """Which of them keep something."""

    title = gettext_lazy("state")
    parameter_name = "state"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        return [(name, words) for name, (words, _condition) in self._states().items()]

    @override
    def queryset(self, request: HttpRequest, queryset: Holds) -> Holds:
        chosen = self._states().get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset

    def _states(self) -> Mapping[str, tuple[Words, Q]]:
        is_over = Q(lifted_at=None, ends_at__lte=clock.now())
        is_lifted = Q(lifted_at__isnull=False)
        return {
            "in_force": (gettext_lazy("In force"), ~is_over & ~is_lifted),
            "over": (gettext_lazy("Ended by itself"), is_over),
            "lifted": (gettext_lazy("Lifted"), is_lifted),
        }


def state_of(hold: LegalHold) -> str:
    """Return in words whether a hold keeps something."""
    if hold.is_in_force:
        return _("In force")
    return _("Lifted") if hold.lifted_at else _("Ended by itself")


@admin.register(LegalHold)
class LegalHoldAdmin(ReadOnlyAdmin):
    """Whose things are or were kept, newest first."""

    read_capability = READ
    manage_capability = MANAGE
    actions = (lift, set_end)
    list_display = ("user", "reason", "state", "placed_at", "placed_by", "ends_at", "lifted_at")
    list_filter = (StateFilter, "placed_at", "ends_at")
    list_select_related = ("user", "placed_by")
    search_fields = ("user__email", "user__name", "reason")
    fields = readonly_fields = (
        "user",
        "state",
        "reason",
        "placed_at",
        "placed_by",
        "ends_at",
        "lifted_at",
        "lifted_by",
        "lift_reason",
        "history",
    )

    @override
    def get_queryset(self, request: HttpRequest) -> Holds:
        found: Holds = super().get_queryset(request).select_related("user")
        return found

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, self.manage_capability)

    @override
    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if self.has_add_permission(request):
            step_up_check(request)
        return super().add_view(request, form_url, extra_context)

    @override
    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("Form", (PlaceForm,), {"actor": actor_of(request)})

    @override
    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ("email", "reason", "last_day")

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj else ()

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data
        made = legal_hold_place(
            user=given["email"],
            reason=given["reason"],
            ends_at=given["last_day"],
            actor=actor_of(request),
            caller=Caller.of(request),
        )
        obj.pk, obj.user, obj.placed_at = made.pk, made.user, made.placed_at

    @admin.display(description=gettext_lazy("state"))
    def state(self, hold: LegalHold) -> str:
        return state_of(hold)

    @admin.display(description=gettext_lazy("history"))
    def history(self, hold: LegalHold) -> SafeString:
        """Return what the audit record has about this hold, the last first."""
        about = AuditEvent.objects.filter(
            target_id=hold.user_id, action__startswith="legal_hold.", metadata__hold=hold.pk
        )
        row = '<li><a class="underline" href="{}">{}</a> {}, {}: {}</li>'
        cells = (
            (
                reverse("admin:accounts_auditevent_change", args=[one.pk]),
                when(one.created_at),
                one.actor_name or _("the system"),
                one.action,
                one.metadata.get("reason", ""),
            )
            for one in about
        )
        return format_html("<ul>{}</ul>", format_html_join("", row, cells))
