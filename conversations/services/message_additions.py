"""Messages that no run wrote: brought by a client, or taken from one of several answers."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agents.llm import tokens
from conversations.models import Conversation, Message, conversation_lock
from conversations.search.indexing import messages_index
from conversations.services import changes
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from librechat.kernel.ids import NO_PARENT, new_uuid

# What says which of several agents wrote a part; the branch has one voice.
VOICE = frozenset({"agentId", "groupId"})


@dataclass(frozen=True, slots=True)
class Addition:
    """A message to store. ``content``: text and reasoning parts of an answer."""

    message_id: str = ""
    parent_message_id: str = NO_PARENT
    is_created_by_user: bool = False
    sender: str = ""
    text: str = ""
    content: list[dict[str, str]] = field(default_factory=list)
    endpoint: str = ""
    model: str = ""
    icon_url: str = ""


@transaction.atomic
def message_add(*, conversation: Conversation, addition: Addition) -> Message:
    """Store a message; its endpoint and model are the conversation's from then on.

    Raises:
        InvalidInputError: a text cannot be stored.
        NotFoundError: its parent is not in the conversation.
        ConflictError: there is a message of that id.
    """
    check_text("text", addition.text)
    for part in addition.content:
        check_text("content", part[part["type"]])
    conversation_lock(conversation.id)
    parent = addition.parent_message_id
    if parent != NO_PARENT and not conversation.messages.filter(message_id=parent).exists():
        raise NotFoundError(_("The message to reply to does not exist."))
    taken = Message.objects.filter(user=conversation.user, message_id=addition.message_id)
    if taken.exists():
        raise ConflictError(_("There is a message of this id already. Edit it instead."))
    words = [part["text"] for part in addition.content if part["type"] == "text"]
    message = Message.objects.create(
        conversation=conversation,
        user=conversation.user,
        message_id=addition.message_id or new_uuid(),
        parent_message_id=parent,
        is_created_by_user=addition.is_created_by_user,
        sender=addition.sender or ("User" if addition.is_created_by_user else ""),
        text=addition.text,
        content=addition.content,
        endpoint=addition.endpoint,
        model=addition.model,
        icon_url=addition.icon_url,
        token_count=tokens.count("\n\n".join([addition.text, *words]), addition.model),
    )
    conversation.endpoint = addition.endpoint or conversation.endpoint
    conversation.model = addition.model or conversation.model
    _shown(conversation, message, "endpoint", "model")
    return message


@transaction.atomic
def message_branch(*, message: Message, agent_id: str) -> Message:
    """Return a sibling of an answer with only the parts one of its agents wrote.

    Raises:
        InvalidInputError: it is a person's message, or that agent wrote nothing of it.
    """
    conversation = message.conversation
    conversation_lock(conversation.id)
    parts = [_unvoiced(part) for part in message.content if part.get("agentId") == agent_id]
    if message.is_created_by_user or not parts:
        raise InvalidInputError(_("This agent wrote nothing of this message."), field="agentId")
    texts = [str(part.get("text", "")) for part in parts if part.get("type") == "text"]
    branch = Message.objects.create(
        conversation=conversation,
        user=message.user,
        parent_message_id=message.parent_message_id,
        sender=message.sender,
        content=parts,
        endpoint=message.endpoint,
        model=message.model,
        icon_url=message.icon_url,
        token_count=tokens.count("\n\n".join(texts), message.model),
        attachments=[one for one in message.attachments if _belongs(one, agent_id)],
    )
    _shown(conversation, branch)
    return branch


def _unvoiced(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in VOICE}


def _belongs(attachment: dict[str, Any], agent_id: str) -> bool:
    """Return whether an attachment is this agent's, or nobody's in particular."""
    return attachment.get("agentId") in (None, agent_id)


def _shown(conversation: Conversation, message: Message, *fields: str) -> None:
    """Look at the message from now on, and let it be found."""
    messages_index([message])
    conversation.leaf_message_id = message.message_id
    conversation.updated_at = clock.now()
    conversation.save(update_fields=["leaf_message_id", "updated_at", *fields])
    transaction.on_commit(partial(changes.announce, conversation))
