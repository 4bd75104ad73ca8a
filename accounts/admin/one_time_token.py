"""Invitations and mailed links in the admin: for whom and until when, never the token."""

from django.contrib import admin

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import OneTimeToken


@admin.register(OneTimeToken)
class OneTimeTokenAdmin(ReadOnlyAdmin):
    """What was mailed and waits to be used, newest first."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    fields = ("purpose", "user", "email", "created_at", "expires_at", "used_at")
    list_display = ("purpose", "user", "email", "created_at", "expires_at", "used_at")
    list_filter = ("purpose", "created_at", "used_at")
    list_select_related = ("user",)
    search_fields = ("email", "user__email")
