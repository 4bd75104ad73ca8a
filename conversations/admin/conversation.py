"""Conversations in the admin: whose, when, which model; what was said stays with its people."""

from django.contrib import admin

from accounts.admin.filters import KeptValuesFilter
from accounts.admin.read_only import ReadOnlyAdmin
from conversations.models import Conversation


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    read_capability = "read:conversations"
    manage_capability = "read:conversations"
    list_display = ("conversation_id", "user", "endpoint", "model", "updated_at", "deleted_at")
    list_filter = (("endpoint", KeptValuesFilter), "updated_at", "is_archived", "is_temporary")
    ordering = ("-pk",)
    list_select_related = ("user",)
    search_fields = ("=conversation_id", "user__email")
    fields = (
        "conversation_id",
        "user",
        "endpoint",
        "endpoint_type",
        "model",
        "agent_id",
        "spec",
        "is_archived",
        "is_pinned",
        "is_temporary",
        "expired_at",
        "deleted_at",
        "created_at",
        "updated_at",
    )
