"""Access keys in the admin: which there are, and their end; never the keys themselves."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks, each
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.limits.caller import Caller
from accounts.models import ApiKey
from accounts.services.api_keys import api_key_revoke


@asks(_("Revoke these keys"), _("Programs that use these keys are refused at once."))
def revoke(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[ApiKey],
    _given: Given,
) -> None:
    """End keys."""
    actor, caller = actor_of(request), Caller.of(request)
    living = chosen.filter(revoked_at=None)
    each(desk, request, living, lambda key: api_key_revoke(key=key, actor=actor, caller=caller))


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys of people for programs, newest first."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    fields = (
        "user",
        "name",
        "prefix",
        "scopes",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_display = ("user", "name", "prefix", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("created_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "name", "prefix")
    actions = (revoke,)
