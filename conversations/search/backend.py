"""What is asked of a search, what it answers, and what an engine must be able to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from accounts.models import User
from conversations.models import SearchDocument
from conversations.queries.thread import text_of
from conversations.search.excerpts import Part, answer_excerpt, excerpt, marked
from conversations.search.terms import Terms

Role = Literal["", "user", "assistant"]
Archived = Literal["no", "yes", "both"]
Sort = Literal["relevance", "newest"]
Notice = Literal["", "degraded", "incomplete"]
Kind = Literal["", "title", "message"]

MAX_LIMIT = 100
MAX_OFFSET = 400  # who pages further than this is served better by another word


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to look for.

    ``text``: words, "phrases", -excluded words. ``project_id``: an id or "unassigned".
    ``model``: a model or an agent's id. ``tags``: any of them. ``since`` and ``until``: when the
    message was written, the first included, the second not.
    """

    text: str
    project_id: str = ""
    model: str = ""
    endpoint: str = ""
    since: datetime | None = None
    until: datetime | None = None
    tags: tuple[str, ...] = ()
    has_files: bool = False
    role: Role = ""
    archived: Archived = "both"
    kind: Kind = ""
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A title or a message that was found; ``message_id`` is None for a title."""

    conversation_id: str
    message_id: str | None
    created_at: datetime
    model: str
    endpoint: str
    role: Role
    is_archived: bool
    project: str
    score: float
    document: SearchDocument
    terms: Terms

    @property
    def plain_title(self) -> str:
        """The conversation's title."""
        return self.document.conversation.title

    @property
    def title(self) -> tuple[Part, ...]:
        """The conversation's title with its matches."""
        return marked(self.plain_title, self.terms)

    @property
    def excerpt(self) -> tuple[Part, ...]:
        """The piece of a message around the first match; worked out when asked for.

        As its chat shows it: only answers are Markdown there.
        """
        message = self.document.message
        if message is None:
            return ()
        text = text_of(message)
        if message.is_created_by_user:
            return excerpt(text, self.terms)
        return answer_excerpt(text, self.terms)


@dataclass(frozen=True, slots=True)
class Page:
    """Hits, best first, and where they go on; None at the end.

    ``notice``: "degraded" when the search server is away and the database answered,
    "incomplete" while the index is being built.
    """

    hits: tuple[Hit, ...] = ()
    next_offset: int | None = None
    notice: Notice = ""


class Match(NamedTuple):
    """A document an engine found; a higher score is better."""

    document_id: int
    score: float


class SearchBackend(Protocol):
    """An engine that finds documents.

    Whatever an engine knows, what is shown comes from the database: an engine cannot show what
    was deleted or belongs to somebody else.
    """

    # Whether it must be told of changes; the database's own engines see them by themselves.
    is_outside: bool

    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Take these documents in, or take them in anew.

        Raises:
            SearchUnavailableError: it cannot be reached; try again later.
        """

    def remove(self, subjects: Iterable[str]) -> None:
        """Forget documents, by the subjects of ``SearchTask``.

        Raises:
            SearchUnavailableError: it cannot be reached; try again later.
        """

    def search(self, user: User, query: SearchQuery) -> list[Match]:
        """Return up to ``limit`` + 1 of a person's documents from ``offset`` on.

        Raises:
            SearchUnavailableError: it cannot be reached.
        """

    def prepare(self) -> bool:
        """Make the index if there is none; True when all documents must then be given to it.

        Raises:
            SearchUnavailableError: it cannot be reached.
        """

    def rebuild(self) -> None:
        """Throw the index away and make it ready to be filled.

        Raises:
            SearchUnavailableError: it cannot be reached.
        """
