"""Rows made of an imported conversation, not saved yet."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from conversations.models import DEFAULT_TITLE, Conversation, Message
from conversations.transfer.arranging import Placed, arranged
from conversations.transfer.cleaning import LONGEST_TEXT, line_of
from conversations.transfer.importer import ImportedConversation, ImportedMessage, Note
from conversations.transfer.reasons import Reason
from librechat.kernel import clock
from librechat.kernel.ids import NO_PARENT, derived_uuid, new_object_id

LONGEST_TITLE = 1_024
TEASER = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """A conversation's rows, parents before children."""

    conversation: Conversation
    messages: list[Message]


class Names:
    """The ids of what an import makes; the same record gets the same id each time.

    A source's own ids are kept only where a whole instance moves: otherwise they could name
    rows of somebody else.
    """

    def __init__(self, source: str, user: User, conversation: ImportedConversation) -> None:
        self._parts = ("moved", source, user.pk, conversation.source_id)
        self._conversation = conversation

    @property
    def conversation_id(self) -> str:
        """The public id of the conversation."""
        record = self._conversation
        return record.source_id[:64] if record.row_id else derived_uuid(*self._parts)

    def message_id(self, source_id: str) -> str:
        """Return the public id of a message; of no message, that of no parent."""
        if not source_id:
            return NO_PARENT
        if self._conversation.row_id:
            return source_id[:64]
        return derived_uuid(*self._parts, source_id)


def planned(record: ImportedConversation, user: User, source: str) -> Plan:
    """Return the rows of a conversation; what of it had to be changed is added to its notes."""
    names = Names(source, user, record)
    placed = arranged(record, record.updated_at or clock.now())
    dates = [one.created_at for one in placed]
    created_at = record.created_at or min(dates, default=clock.now())
    conversation = Conversation(
        id=record.row_id or new_object_id(),
        conversation_id=names.conversation_id,
        user=user,
        title=_title(record, placed),
        endpoint=record.endpoint,
        model=record.model,
        parameters=record.parameters,
        created_at=created_at,
        updated_at=record.updated_at or max(dates, default=created_at),
        **record.extra,
    )
    if conversation.is_archived:
        conversation.archived_at = conversation.archived_at or conversation.updated_at
    known = {one.message.source_id for one in placed}
    if record.leaf_source_id in known:
        conversation.leaf_message_id = names.message_id(record.leaf_source_id)
    messages = [_message(one, conversation, names, record) for one in placed]
    return Plan(conversation, messages)


def _message(
    placed: Placed,
    conversation: Conversation,
    names: Names,
    record: ImportedConversation,
) -> Message:
    message = placed.message
    return Message(
        id=message.row_id or new_object_id(),
        message_id=names.message_id(message.source_id),
        conversation=conversation,
        user=conversation.user,
        parent_message_id=names.message_id(placed.parent_source_id),
        is_created_by_user=message.is_created_by_user,
        sender=message.sender,
        text=_short(message.text, message, record),
        content=[_short_part(part, message, record) for part in message.content],
        endpoint=message.endpoint or conversation.endpoint,
        model=message.model,
        created_at=placed.created_at,
        updated_at=max(message.updated_at or placed.created_at, placed.created_at),
        **message.extra,
    )


def _short_part(
    part: dict[str, Any],
    message: ImportedMessage,
    record: ImportedConversation,
) -> dict[str, Any]:
    kind = part.get("type")
    if kind not in {"text", "think"}:
        return part
    return {**part, kind: _short(str(part.get(kind, "")), message, record)}


def _short(text: str, message: ImportedMessage, record: ImportedConversation) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    lengths = {"kept": LONGEST_TEXT, "length": len(text)}
    note = Note("message", message.source_id, Reason.SHORTENED, "changed", values=lengths)
    record.notes.append(note)
    return text[:LONGEST_TEXT]


def _title(record: ImportedConversation, placed: list[Placed]) -> str:
    given = line_of(record.title, LONGEST_TITLE)
    if given:
        return given
    first = next((one.message.text for one in placed if one.message.is_created_by_user), "")
    return line_of(first, TEASER) or DEFAULT_TITLE
