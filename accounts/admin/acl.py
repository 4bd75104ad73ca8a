"""Who may do what with shared things, in the admin: to look at and to revoke."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks, each
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.limits.caller import Caller
from accounts.models import AclEntry
from accounts.services.sharing import entry_revoke


@asks(_("Revoke these entries"), _("What these entries give ends at once."))
def revoke(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: "QuerySet[Any]",
    _given: Given,
) -> None:
    """Take the chosen entries away."""
    actor, caller = actor_of(request), Caller.of(request)
    each(desk, request, chosen, lambda entry: entry_revoke(actor=actor, entry=entry, caller=caller))


@admin.register(AclEntry)
class AclEntryAdmin(ReadOnlyAdmin):
    read_capability = "read:roles"
    manage_capability = "manage:roles"
    list_display = (
        "resource_type",
        "resource_id",
        "principal_type",
        "principal_id",
        "access_role",
        "granted_by",
        "granted_at",
        "expires_at",
    )
    list_filter = ("resource_type", "principal_type", "access_role", "granted_at")
    list_select_related = ("granted_by",)
    search_fields = ("=resource_id", "=principal_id")
    actions = (revoke,)
