"""Holds in the Django admin."""

from django.contrib import admin

from accounts.admin.filters import KeptValuesFilter
from accounts.admin.read_only import ReadOnlyAdmin
from billing.models import Hold


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """Credits promised to calls, newest first."""

    read_capability = "read:billing"
    manage_capability = "manage:billing"
    list_display = (
        "created_at",
        "user",
        "state",
        "credits",
        "charged_credits",
        "model",
        "context",
        "payer",
        "expires_at",
    )
    list_filter = ("created_at", "state", ("context", KeptValuesFilter), "payer")
    list_select_related = ("user",)
    search_fields = ("=key", "user__email", "=conversation_id", "=message_id", "=team_id", "model")
    ordering = ("-pk",)  # ids are in order of time, and have an index
