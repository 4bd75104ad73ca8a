"""What only a listed chat can have: a pin, a bookmark, a project, a place in the archive."""

from collections.abc import Iterable

from conversations.errors import TemporaryUnlistedError
from conversations.models import Conversation


def listed_check(conversations: Iterable[Conversation]) -> None:
    """Do nothing where every chat is listed.

    Raises:
        TemporaryUnlistedError: one is temporary.
    """
    if any(conversation.is_temporary for conversation in conversations):
        raise TemporaryUnlistedError
