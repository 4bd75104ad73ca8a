"""Meilisearch: a search server beside the database, told of changes through the outbox.

It answers with names of documents only; the database decides which of them a person may see.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop
from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchError
from meilisearch.index import Index

from accounts.models import User
from conversations.errors import SearchUnavailableError
from conversations.models import SearchDocument
from conversations.search.backend import Match, SearchQuery
from conversations.search.documents import documents_for
from conversations.search.terms import Term, Terms, terms_of
from librechat.kernel import clock

logger = logging.getLogger(__name__)

INDEX = "librechat_documents"  # not LibreChat's own names: both may share a server
TIMEOUT_SECONDS = 3
CANDIDATES = 1_000  # what the server returns at most
NOT_FOUND = 404
AWAY = gettext_noop(
    "The search server cannot be used. Nothing was lost; the database answers meanwhile."
    " Check MEILI_HOST and MEILI_MASTER_KEY, then try again.",
)
SETTINGS: dict[str, Any] = {
    # A match in a title counts more than one in a text.
    "searchableAttributes": ["title", "body"],
    "filterableAttributes": ["id", "user", "conversation", "role", "created_at"],
    "sortableAttributes": ["created_at"],
    "displayedAttributes": ["id"],
    "pagination": {"maxTotalHits": CANDIDATES},
}


class MeilisearchBackend:
    """Finds with a Meilisearch server."""

    is_outside = True

    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Send documents; the server replaces those it knows."""
        if documents:
            with _index() as index:
                index.add_documents([_row(document) for document in documents], "id")

    def remove(self, subjects: Iterable[str]) -> None:
        """Delete by the subjects of ``SearchTask``."""
        named = [subject.partition(":")[::2] for subject in subjects]
        filters = [
            *(f'id = "{kind}-{row}"' for kind, row in named if kind in ("message", "title")),
            *(f'conversation = "{row}"' for kind, row in named if kind == "conversation"),
            *(f'user = "{row}"' for kind, row in named if kind == "person"),
        ]
        if filters:
            with _index() as index:
                index.delete_documents(filter=" OR ".join(filters))

    def search(self, user: User, query: SearchQuery) -> list[Match]:
        """Return matches by the server's ranking, or the newest first."""
        terms = terms_of(query.text)
        if not terms:
            return []
        asked: dict[str, Any] = {
            "limit": CANDIDATES,
            "filter": _filter(user, query),
            "attributesToRetrieve": ["id"],
            "matchingStrategy": "all",
            "showRankingScore": True,
        }
        if query.sort == "newest":
            asked["sort"] = ["created_at:desc"]
        with _index() as index:
            hits = index.search(question_of(terms), asked)["hits"]
        scores = {str(hit["id"]): float(hit.get("_rankingScore", 0)) for hit in hits}
        return _page(user, query, scores)

    def prepare(self) -> bool:
        """Say whether the index is missing; ``rebuild`` makes it."""
        return not _exists()

    def rebuild(self) -> None:
        """Make an empty index; the server does these things one after the other."""
        is_there = _exists()
        with _index() as index:
            if is_there:
                index.delete()
            index.update_settings(dict(SETTINGS))  # makes the index


def question_of(terms: Terms) -> str:
    """Return the query in the server's language; the word being typed comes last."""
    parts = [f"-{_quoted(term)}" for term in terms.unwanted]
    parts += [_word(term) for term in terms.wanted if not term.is_prefix]
    typed = [_word(term) for term in terms.wanted if term.is_prefix]
    return " ".join([*parts, *typed]) if typed else " ".join(parts) + " "


def _word(term: Term) -> str:
    """Return a word as it is, which forgives typing errors, and several as a phrase."""
    return term.words[0] if len(term.words) == 1 else _quoted(term)


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"'


def _filter(user: User, query: SearchQuery) -> str:
    conditions = [f'user = "{user.pk}"']
    if query.kind == "title":
        conditions.append('role = ""')
    if query.role:
        conditions.append(f'role = "{query.role}"')
    if query.since:
        conditions.append(f"created_at >= {clock.milliseconds(query.since)}")
    if query.until:
        conditions.append(f"created_at < {clock.milliseconds(query.until)}")
    return " AND ".join(conditions)


def _page(user: User, query: SearchQuery, scores: dict[str, float]) -> list[Match]:
    """Return what the database leaves of the server's answer, in the server's order."""
    rows: dict[str, list[str]] = {"message": [], "title": []}
    for name in scores:
        kind, _, row_id = name.partition("-")
        rows[kind].append(row_id)
    titles = Q(message=None, conversation_id__in=rows["title"])
    found = documents_for(user, query).filter(Q(message_id__in=rows["message"]) | titles)
    ids = {
        f"message-{message}" if message else f"title-{conversation}": pk
        for pk, message, conversation in found.values_list("id", "message_id", "conversation_id")
    }
    matches = [Match(ids[name], score) for name, score in scores.items() if name in ids]
    return matches[query.offset : query.offset + query.limit + 1]


def _row(document: SearchDocument) -> dict[str, Any]:
    message = document.message
    row: dict[str, Any] = {"user": document.user_id, "conversation": document.conversation_id}
    if message is None:
        created = document.conversation.updated_at
        row |= {"id": f"title-{document.conversation_id}", "title": document.body, "role": ""}
    else:
        created = message.created_at
        role = "user" if message.is_created_by_user else "assistant"
        row |= {"id": f"message-{message.id}", "body": document.body, "role": role}
    return row | {"created_at": clock.milliseconds(created)}


def _exists() -> bool:
    with _index() as index:
        try:
            index.fetch_info()
        except MeilisearchApiError as error:
            if error.status_code == NOT_FOUND:
                return False
            raise
    return True


@contextmanager
def _index() -> Iterator[Index]:
    """Give the index of the server that the settings name; its failures become ours.

    Raises:
        SearchUnavailableError: the server is away, refuses or answers nonsense.
    """
    client = Client(settings.SEARCH.url, settings.SEARCH.key or None, timeout=TIMEOUT_SECONDS)
    try:
        yield client.index(INDEX)
    # What the package lets through of its HTTP library is an OSError or a ValueError.
    except (MeilisearchError, OSError, ValueError) as error:
        logger.warning("The search server cannot be used.", extra={"reason": repr(error)})
        raise SearchUnavailableError(gettext(AWAY)) from error
