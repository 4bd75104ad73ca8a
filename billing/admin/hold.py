"""Holds in the Django admin."""

from django.contrib import admin

from billing.admin.read_only import ReadOnlyAdmin
from billing.models import Hold


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """Credits promised to calls, newest first."""

    list_display = (
        "created_at",
        "user",
        "state",
        "credits",
        "charged_credits",
        "model",
        "context",
        "is_checked",
        "expires_at",
    )
    list_filter = ("state", "context", "is_checked")
    list_select_related = ("user",)
    search_fields = ("=key", "user__email", "=conversation_id", "=message_id", "model")
    date_hierarchy = "created_at"
