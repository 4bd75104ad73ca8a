"""Conversations, messages and generations in the admin."""

from conversations.admin.conversation import ConversationAdmin
from conversations.admin.generation import GenerationAdmin
from conversations.admin.message import MessageAdmin

__all__ = ["ConversationAdmin", "GenerationAdmin", "MessageAdmin"]
