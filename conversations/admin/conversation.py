"""Conversations in the admin: whose, when, which model; what was said stays with its people."""

from django.contrib import admin

from conversations.admin.read_only import ReadOnlyAdmin
from conversations.models import Conversation


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("conversation_id", "user", "endpoint", "model", "updated_at", "deleted_at")
    list_filter = ("endpoint", "is_archived", "is_temporary")
    list_select_related = ("user",)
    search_fields = ("conversation_id", "user__email")
    show_full_result_count = False
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
