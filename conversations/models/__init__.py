"""Tables of conversations, messages and generations."""

from conversations.models.conversation import DEFAULT_TITLE, Conversation, conversation_lock
from conversations.models.generation import ACTIVE, Generation, State
from conversations.models.message import Message

__all__ = [
    "ACTIVE",
    "DEFAULT_TITLE",
    "Conversation",
    "Generation",
    "Message",
    "State",
    "conversation_lock",
]
