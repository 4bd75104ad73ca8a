"""Tables of conversations, their messages and everything around them."""

from conversations.models.conversation import DEFAULT_TITLE, Conversation, conversation_lock
from conversations.models.deleted_item import DeletedItem
from conversations.models.generation import ACTIVE, Generation, State
from conversations.models.message import Message
from conversations.models.message_version import MessageVersion
from conversations.models.move_in import MovedRecord, MoveIn, MoveInState
from conversations.models.preset import Preset
from conversations.models.project import Project
from conversations.models.prompt import Prompt, PromptGroup
from conversations.models.queued_turn import QueuedTurn
from conversations.models.search_document import SearchDocument, SearchStamp, SearchTask
from conversations.models.share import SharedLink
from conversations.models.tag import Tag

__all__ = [
    "ACTIVE",
    "DEFAULT_TITLE",
    "Conversation",
    "DeletedItem",
    "Generation",
    "Message",
    "MessageVersion",
    "MoveIn",
    "MoveInState",
    "MovedRecord",
    "Preset",
    "Project",
    "Prompt",
    "PromptGroup",
    "QueuedTurn",
    "SearchDocument",
    "SearchStamp",
    "SearchTask",
    "SharedLink",
    "State",
    "Tag",
    "conversation_lock",
]
