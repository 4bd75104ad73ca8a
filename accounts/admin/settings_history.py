"""The history of settings in the admin: each change with its lines, and the way back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from typing_extensions import override

from accounts.admin.asking import actor_of
from accounts.admin.filters import KeptValuesFilter
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.rights import may
from accounts.admin.settings_diff import state_differences
from accounts.admin.settings_scope import scope_for
from accounts.limits.caller import Caller
from accounts.models import Group, OverrideRevision, PrincipalType, User
from accounts.models.override import BASE
from accounts.services.override_rows import For, State, sections_between, stored_state
from accounts.services.override_undo import Side, override_bring_back
from librechat.kernel.errors import AppError, NotFoundError

MANAGE = "manage:configs"
MOST_DIGITS = 9  # of a version
SIDES: dict[str, Side] = {"before": "before", "after": "after"}
ACTIONS: dict[str, StrOrPromise] = {
    "config.replaced": gettext_lazy("changed"),
    "config.fields_set": gettext_lazy("values set"),
    "config.field_buried": gettext_lazy("a value taken away"),
    "config.field_unset": gettext_lazy("a value let go"),
    "config.switched": gettext_lazy("switched on or off"),
    "config.deleted": gettext_lazy("all removed"),
    "config.brought_back": gettext_lazy("brought back"),
}


@admin.register(OverrideRevision)
class OverrideRevisionAdmin(ReadOnlyAdmin):
    """What was changed by whom, newest first."""

    read_capability = "read:configs"
    manage_capability = MANAGE
    list_display = ("created_at", "receiver", "done", "where", "actor_name", "note")
    list_filter = ("principal_type", ("action", KeptValuesFilter), "created_at")
    search_fields = ("=principal_id", "actor_name", "note")
    actions = None
    fields = readonly_fields = (
        "created_at",
        "receiver",
        "done",
        "actor_name",
        "note",
        "difference",
    )

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Find the names of receivers along, and whether there is a way back for this person."""
        rows: QuerySet[Any] = super().get_queryset(request)
        people = User.objects.filter(pk=OuterRef("principal_id")).values("email")
        groups = Group.objects.filter(pk=OuterRef("principal_id")).values("name")
        named = Coalesce(Subquery(people), Subquery(groups), F("principal_id"))
        may_manage = Value(may(request, MANAGE))
        found: QuerySet[Any] = rows.annotate(receiver_name=named, may_manage=may_manage)
        return found

    @admin.display(description=gettext_lazy("settings of"))
    def receiver(self, row: OverrideRevision) -> str:
        if row.principal_id == BASE:
            return _("everybody")
        name = getattr(row, "receiver_name", row.principal_id)
        return f"{row.principal_type} {name}"

    @admin.display(description=gettext_lazy("what happened"))
    def done(self, row: OverrideRevision) -> str:
        return str(ACTIONS.get(row.action, row.action))

    @admin.display(description=gettext_lazy("sections"))
    def where(self, row: OverrideRevision) -> str:
        return ", ".join(row.sections)

    @admin.display(description=gettext_lazy("what changed"))
    def difference(self, row: OverrideRevision) -> SafeString:
        found = state_differences(row.before, row.after)
        words = {
            "differences": found,
            "ways": _ways(row) if getattr(row, "may_manage", False) else [],
        }
        return SafeString(render_to_string("admin/accounts/settings_revision.html", words))

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the way back."""
        view = self.admin_site.admin_view(self.bring_back_view)
        name = "accounts_overriderevision_bring_back"
        return [path("<path:object_id>/bring-back/", view, name=name), *super().get_urls()]

    def bring_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what bringing back changes and ask; once confirmed, do it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        revision = OverrideRevision.objects.filter(pk=object_id).first()
        side = SIDES.get(request.POST.get("side") or request.GET.get("side") or "before")
        if revision is None or side is None:
            raise NotFoundError(_("There is no such change."))
        whose = For(PrincipalType(revision.principal_type), revision.principal_id)
        scope = scope_for(whose)
        current = stored_state(scope.own.pk) if scope.own else None
        wanted: State = getattr(revision, side)
        if not may(request, *capabilities_between(current, wanted)):
            raise PermissionDenied
        if request.method == "POST" and "confirmed" in request.POST:
            return self._bring_back(request, revision, side)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Bring these settings back?"),
            "scope": scope,
            "revision": revision,
            "side": side,
            "version": scope.own.version if scope.own else 0,
            "differences": state_differences(current, wanted),
            "back": reverse("admin:accounts_overriderevision_change", args=[revision.pk]),
        }
        return TemplateResponse(request, "admin/accounts/settings_bring_back.html", context)

    def _bring_back(
        self, request: HttpRequest, revision: OverrideRevision, side: Side
    ) -> HttpResponse:
        seen = request.POST.get("version", "")
        try:
            override_bring_back(
                revision=revision,
                side=side,
                version=int(seen) if seen.isdecimal() and len(seen) <= MOST_DIGITS else -1,
                actor=actor_of(request),
                caller=Caller.of(request),
            )
        except AppError as exc:
            self.message_user(request, exc.message, messages.ERROR)
            return redirect("admin:accounts_overriderevision_change", revision.pk)
        text = _("The settings are brought back. This is a change of its own in the history.")
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:accounts_overriderevision_changelist")


def capabilities_between(before: State, after: State) -> list[str]:
    """Return what it takes to make one state of the other."""
    touched = [f"{MANAGE}:{name}" for name in sections_between(before, after)]
    if before is None or after is None:
        return [MANAGE]
    is_more = any(before[name] != after[name] for name in ("priority", "is_active"))
    return [*touched, MANAGE] if is_more or not touched else touched


def _ways(row: OverrideRevision) -> list[tuple[str, str]]:
    """Return (address, words) of the ways back from a change."""
    here = reverse("admin:accounts_overriderevision_bring_back", args=[row.pk])
    return [
        (f"{here}?side=before", _("Undo this change")),
        (f"{here}?side=after", _("Bring back what it made")),
    ]
