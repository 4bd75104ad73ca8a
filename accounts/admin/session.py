"""Sign-in sessions in the admin; read-only, but they can be ended."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks
from accounts.admin.ranks import each_owned
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.limits.caller import Caller
from accounts.models import AuthSession
from accounts.services.audit import Act, Target, audit_record
from accounts.services.sessions import session_close

SHOWN = (
    "user",
    "method",
    "impersonator",
    "impersonation_reason",
    "address",
    "user_agent",
    "created_at",
    "last_used_at",
    "expires_at",
    "revoked_at",
)


@asks(_("End these sessions"), _("Whoever uses them is signed out there at once."))
def end(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[AuthSession],
    _given: Given,
) -> None:
    """Sign people out on some devices."""

    def work(session: AuthSession) -> None:
        session_close(session=session)
        act = Act(
            category="auth",
            action="session.ended",
            actor=actor_of(request),
            target=Target.person(session.user),
            metadata={"session": session.pk},
            caller=Caller.of(request),
        )
        audit_record(act)

    each_owned(desk, request, chosen.filter(revoked_at=None), work)


@admin.register(AuthSession)
class AuthSessionAdmin(ReadOnlyAdmin):
    """Where people are signed in, newest first."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    fields = readonly_fields = SHOWN
    list_display = (
        "user",
        "method",
        "address",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
        "impersonator",
    )
    list_filter = ("method", "created_at", "revoked_at")
    list_select_related = ("user", "impersonator")
    search_fields = ("user__email", "address")
    actions = (end,)
    ordering = ("-pk",)  # ids are in order of time, and have an index
