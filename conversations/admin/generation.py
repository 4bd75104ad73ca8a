"""Generations in the admin: what runs, where, and how it ended."""

from django.contrib import admin

from accounts.admin.filters import KeptValuesFilter
from accounts.admin.read_only import ReadOnlyAdmin
from conversations.models import Generation


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    read_capability = "read:conversations"
    manage_capability = "read:conversations"
    list_display = ("id", "user", "state", "endpoint", "model", "created_at", "finished_at")
    list_filter = ("state", ("endpoint", KeptValuesFilter), "created_at")
    ordering = ("-pk",)
    list_select_related = ("user",)
    search_fields = ("=id", "user__email", "=response_message_id")
    fields = (
        "id",
        "user",
        "state",
        "endpoint",
        "model",
        "user_message_id",
        "response_message_id",
        "client_request_id",
        "lease_owner",
        "lease_expires_at",
        "fence",
        "usage",
        "created_at",
        "finished_at",
    )
