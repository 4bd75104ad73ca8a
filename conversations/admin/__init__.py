"""Conversations, messages, answers and what is kept around them, in the admin."""

from conversations.admin.conversation import ConversationAdmin
from conversations.admin.generation import GenerationAdmin
from conversations.admin.library import SharedLinkAdmin
from conversations.admin.message import MessageAdmin

__all__ = ["ConversationAdmin", "GenerationAdmin", "MessageAdmin", "SharedLinkAdmin"]
