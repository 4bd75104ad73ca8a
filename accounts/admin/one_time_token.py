"""Invitations and mailed links in the admin: for whom and until when, never the token."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks, each
from accounts.admin.invitations import INVITE_PAGE, invite_page, link_tell
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.rights import may
from accounts.limits.caller import Caller
from accounts.models import INVITE, OneTimeToken, User
from accounts.services.invites import invite_resend, invite_withdraw
from librechat.kernel import clock

Tokens = QuerySet[OneTimeToken]


@asks(
    gettext_lazy("Send again"),
    gettext_lazy(
        "These people get a fresh invitation with the same role and groups; the link they were"
        " sent before stops working.",
    ),
    is_sensitive=True,
)
def resend(desk: ModelAdmin, request: HttpRequest, chosen: Tokens, _given: Given) -> None:
    """Invite the same addresses once more."""

    def work(row: OneTimeToken) -> None:
        link = invite_resend(row=row, actor=actor_of(request), caller=Caller.of(request))
        link_tell(request, row.email, link)

    each(desk, request, chosen, work)


@asks(gettext_lazy("Withdraw"), gettext_lazy("The links of these invitations stop working."))
def withdraw(desk: ModelAdmin, request: HttpRequest, chosen: Tokens, _given: Given) -> None:
    """Take invitations back."""
    actor, caller = actor_of(request), Caller.of(request)
    each(desk, request, chosen, lambda row: invite_withdraw(row=row, actor=actor, caller=caller))


class StateFilter(admin.SimpleListFilter):
    """What became of it."""

    title = gettext_lazy("state")
    parameter_name = "state"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waiting")), ("used", _("used")), ("over", _("run out"))]

    @override
    def queryset(self, request: HttpRequest, queryset: Tokens) -> Tokens:
        now = clock.now()
        conditions = {
            "waiting": Q(used_at=None, expires_at__gt=now),
            "used": Q(used_at__isnull=False),
            "over": Q(used_at=None, expires_at__lte=now),
        }
        chosen = conditions.get(self.value() or "")
        return queryset.filter(chosen) if chosen is not None else queryset


@admin.register(OneTimeToken)
class OneTimeTokenAdmin(ReadOnlyAdmin):
    """What was mailed and waits to be used, newest first."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    change_list_template = "admin/accounts/user_invitations.html"
    fields = ("purpose", "user", "email", "created_at", "expires_at", "used_at")
    list_display = ("whom", "purpose", "state", "role", "invited_by", "created_at", "expires_at")
    list_filter = ("purpose", StateFilter, "created_at")
    list_select_related = ("user",)
    search_fields = ("email", "user__email")
    actions = (resend, withdraw)

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the page that invites."""
        inside = self.admin_site.admin_view
        return [path("invite/", inside(self.invite), name=INVITE_PAGE), *super().get_urls()]

    def invite(self, request: HttpRequest) -> HttpResponse:
        """Invite several people at once."""
        return invite_page(self, request)

    @override
    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        """Offer to invite, to who may."""
        more: dict[str, Any] = {"may_invite": may(request, self.manage_capability)}
        return super().changelist_view(request, {**(extra_context or {}), **more})

    @override
    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Add who invited, looked up for the page at once."""
        page = super().get_changelist_instance(request)
        rows: list[Any] = list(page.result_list)
        ids = {row.data.get("by") for row in rows if row.purpose == INVITE} - {None, ""}
        known = User.objects.filter(pk__in=ids).values_list("pk", "email")
        names = dict(known) if ids else {}
        for row in rows:
            row.inviter = names.get(row.data.get("by", ""), "")
        page.result_list = rows
        return page

    @override
    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        *args: Any,
    ) -> HttpResponse | None:
        """Do what was chosen to invitations; other links are not sent again from here."""
        chosen = queryset.filter(purpose=INVITE)
        answer: HttpResponse | None = super().response_action(request, chosen, *args)
        return answer

    @admin.display(description=gettext_lazy("for whom"))
    def whom(self, row: OneTimeToken) -> str:
        return row.email or str(row.user or "")

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: OneTimeToken) -> str:
        if row.used_at is not None:
            return _("used")
        return _("waiting") if row.expires_at > clock.now() else _("run out")

    @admin.display(description=gettext_lazy("role"))
    def role(self, row: OneTimeToken) -> str:
        return str(row.data.get("role", "")) if row.purpose == INVITE else ""

    @admin.display(description=gettext_lazy("invited by"))
    def invited_by(self, row: OneTimeToken) -> str:
        return str(getattr(row, "inviter", ""))
