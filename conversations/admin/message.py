"""Messages in the admin: their place, size and cost, not their text."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.filters import KeptValuesFilter
from accounts.admin.read_only import ReadOnlyAdmin
from conversations.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    read_capability = "read:conversations"
    manage_capability = "read:conversations"
    list_display = (
        "message_id",
        "user",
        "is_created_by_user",
        "endpoint",
        "model",
        "token_count",
        "finish_reason",
        "created_at",
    )
    list_filter = (
        "is_created_by_user",
        "unfinished",
        "error",
        ("endpoint", KeptValuesFilter),
        "created_at",
    )
    ordering = ("-pk",)
    list_select_related = ("user",)
    search_fields = ("=message_id", "=conversation__conversation_id", "user__email")
    fields = (
        "message_id",
        "conversation_reference",
        "parent_message_id",
        "user",
        "is_created_by_user",
        "sender",
        "endpoint",
        "model",
        "token_count",
        "unfinished",
        "error",
        "finish_reason",
        "feedback",
        "metadata",
        "revision",
        "created_at",
        "updated_at",
    )
    readonly_fields = ("conversation_reference",)

    @admin.display(description=_("conversation"))
    def conversation_reference(self, message: Message) -> str:
        """Name the conversation by its id: a title may quote what was said."""
        return message.conversation.conversation_id
