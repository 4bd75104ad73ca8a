"""What a message said before."""

from dataclasses import dataclass

from conversations.models import Message, MessageVersion
from librechat.kernel import pagination

MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Earlier words, the last first, and where they go on, None at the end."""

    versions: list[MessageVersion]
    next_cursor: str | None


def message_versions(message: Message, *, cursor: str = "", limit: int = 25) -> VersionPage:
    """Return one page of a message's earlier words; an unreadable cursor means the first."""
    rows = message.versions.all()
    revision = pagination.decode(cursor).get("revision", "")
    if revision.isascii() and revision.isdecimal():
        rows = rows.filter(revision__lt=int(revision[:MAX_DIGITS]))
    page = list(rows[: limit + 1])
    has_more = len(page) > limit
    page = page[:limit]
    last = pagination.encode({"revision": str(page[-1].revision)}) if has_more else None
    return VersionPage(page, last)
