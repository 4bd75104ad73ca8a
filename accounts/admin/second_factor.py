"""Second factors in the admin: who has which; their secrets and hashes are not shown.

They are reset by the action of that name on people.
"""

from allauth.mfa.models import Authenticator
from django.contrib import admin

from accounts.admin.read_only import ReadOnlyAdmin

# allauth's own page edits the stored secrets, past our services and the audit record.
admin.site.unregister(Authenticator)


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOnlyAdmin):
    """Apps, passkeys and backup codes of people, newest first."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    fields = ("user", "type", "created_at", "last_used_at")
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("-created_at",)
