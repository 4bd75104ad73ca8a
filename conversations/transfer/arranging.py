"""The tree of an imported conversation put right: one parent each, no cycles, time flows down."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.transfer.importer import ImportedConversation, ImportedMessage
from conversations.transfer.reasons import Reason

STEP = timedelta(milliseconds=1)  # what LibreChat's clients can tell apart


@dataclass(slots=True)
class Placed:
    """A message, its parent's source id ("" for a root) and its date."""

    message: ImportedMessage
    parent_source_id: str
    created_at: datetime


def arranged(conversation: ImportedConversation, fallback: datetime) -> list[Placed]:
    """Return the messages with every parent before its children and older than they are.

    A message whose parent is missing becomes a root; so does the first of a cycle. Of two
    messages with one id the first is kept. ``fallback``: the date of what has none at all.
    """
    messages = _by_id(conversation)
    parents = {
        source_id: message.parent_source_id if message.parent_source_id in messages else ""
        for source_id, message in messages.items()
    }
    _break_cycles(parents)
    dates: dict[str, datetime] = {}
    placed = []
    first = conversation.created_at or fallback
    for source_id in _parents_first(parents):
        message, parent = messages[source_id], parents[source_id]
        earliest = dates[parent] + STEP if parent else None
        date = message.created_at or earliest or first
        dates[source_id] = max(date, earliest) if earliest else date
        placed.append(Placed(message, parent, dates[source_id]))
    return placed


def _by_id(conversation: ImportedConversation) -> dict[str, ImportedMessage]:
    messages: dict[str, ImportedMessage] = {}
    for message in conversation.messages:
        if not message.source_id:
            conversation.leave_out("message", "", Reason.NO_ID)
        elif message.source_id in messages:
            conversation.leave_out("message", message.source_id, Reason.SAME_ID)
        else:
            messages[message.source_id] = message
    return messages


def _break_cycles(parents: dict[str, str]) -> None:
    sound = {""}
    for start in parents:
        trail: list[str] = []
        on_trail: set[str] = set()
        current = start
        while current not in sound and current not in on_trail:
            trail.append(current)
            on_trail.add(current)
            current = parents[current]
        if current in on_trail:
            parents[current] = ""
        sound.update(trail)


def _parents_first(parents: dict[str, str]) -> list[str]:
    children: dict[str, list[str]] = {}
    for source_id, parent in parents.items():
        children.setdefault(parent, []).append(source_id)
    order: list[str] = []
    waiting = list(reversed(children.get("", [])))
    while waiting:
        current = waiting.pop()
        order.append(current)
        waiting.extend(reversed(children.get(current, [])))
    return order


def reparented(conversation: ImportedConversation, left_out: dict[str, str]) -> None:
    """Hang what was below a message left out below the nearest one that is kept.

    left_out: source id of a message left out → its parent's.
    """
    for message in conversation.messages:
        parent, seen = message.parent_source_id, set[str]()
        while parent in left_out and parent not in seen:
            seen.add(parent)
            parent = left_out[parent]
        message.parent_source_id = "" if parent in left_out else parent
