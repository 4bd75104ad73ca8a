"""Violations and bans in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks
from accounts.admin.ranks import each_owned
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.limits.bans import reason_of
from accounts.limits.caller import Caller
from accounts.models import Ban, Violation
from accounts.services.bans import ban_lift
from librechat.kernel import clock


@asks(_("Lift these bans"), _("Those who were kept out can sign in again."))
def lift(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[Ban],
    _given: Given,
) -> None:
    """End bans early."""
    by, caller = actor_of(request), Caller.of(request)
    each_owned(desk, request, chosen, lambda ban: ban_lift(ban=ban, by=by, caller=caller))


@admin.register(Ban)
class BanAdmin(ReadOnlyAdmin):
    """Who is or was kept out, newest first."""

    read_capability = "read:moderation"
    manage_capability = "manage:moderation"
    list_display = ("user", "address", "why", "created_at", "expires_at", "in_force", "lifted_by")
    list_filter = ("kind", "created_at", "lifted_at")
    list_select_related = ("user", "lifted_by")
    search_fields = ("user__email", "address", "reason")
    date_hierarchy = "created_at"
    actions = (lift,)

    @admin.display(description=_("Reason"))
    def why(self, ban: Ban) -> str:
        return reason_of(ban)

    @admin.display(description=_("In force"), boolean=True)
    def in_force(self, ban: Ban) -> bool:
        return ban.lifted_at is None and (ban.expires_at is None or ban.expires_at > clock.now())


@admin.register(Violation)
class ViolationAdmin(ReadOnlyAdmin):
    """Broken rules, newest first."""

    read_capability = "read:moderation"
    manage_capability = "manage:moderation"
    list_display = ("user", "kind", "score", "total", "address", "created_at")
    list_filter = ("kind", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "address")
    date_hierarchy = "created_at"
    actions = None
