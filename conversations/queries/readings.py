"""Who read somebody's conversations as an administrator."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import AuditEvent, User
from conversations.models import Conversation

ACTION = "conversation.read_by_admin"
PAGE = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """One opening, as its owner sees it; title: blank when the conversation is gone."""

    reader: str
    read_at: datetime
    reason: str
    conversation_id: str
    title: str


def readings_of(user: User, *, page: int = 1) -> tuple[list[Reading], bool]:
    """Return a page of a person's conversations being read, newest first; two queries.

    The second answer: whether another page follows.
    """
    start = (page - 1) * PAGE
    events = AuditEvent.objects.filter(
        target_id=user.pk,
        target_type="user",
        action=ACTION,
    )
    found = list(events[start : start + PAGE + 1])
    shown = found[:PAGE]
    ids = {str(event.metadata.get("conversation", "")) for event in shown}
    mine = Conversation.objects.visible_to(user).filter(conversation_id__in=ids)
    titles = dict(mine.values_list("conversation_id", "title"))
    return [_reading(event, titles) for event in shown], len(found) > PAGE


def _reading(event: AuditEvent, titles: dict[str, str]) -> Reading:
    conversation_id = str(event.metadata.get("conversation", ""))
    return Reading(
        reader=event.actor_name,
        read_at=event.created_at,
        reason=str(event.metadata.get("reason", "")),
        conversation_id=conversation_id,
        title=titles.get(conversation_id, ""),
    )
