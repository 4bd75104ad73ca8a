"""People's keys for tools in the admin: who has one, never the key."""

from django.contrib import admin

from accounts.admin.read_only import ReadOnlyAdmin
from agents.models import PluginCredential


@admin.register(PluginCredential)
class PluginCredentialAdmin(ReadOnlyAdmin):
    """Whose key for which tool."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    fields = list_display = ("plugin_key", "field", "user", "created_at", "updated_at")
    list_filter = ("plugin_key", "created_at")
    list_select_related = ("user",)
    search_fields = ("=plugin_key", "user__email")
