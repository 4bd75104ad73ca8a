"""Searching: the chosen engine, the database when that one is away, and what is shown."""

import logging
from dataclasses import replace

from django.core.cache import cache

from accounts.models import User
from conversations.errors import SearchUnavailableError
from conversations.models import SearchTask
from conversations.search.backend import (
    MAX_LIMIT,
    MAX_OFFSET,
    Match,
    Notice,
    Page,
    SearchQuery,
)
from conversations.search.backends import chosen, of_database
from conversations.search.documents import conversation_ids_of, hits_of
from conversations.search.terms import terms_of

logger = logging.getLogger(__name__)

AWAY_KEY, AWAY_SECONDS = "search:server-away", 30
BUILDING_KEY, BUILDING_SECONDS = "search:building", 600
LAGGING = 200  # changes the server has not been told of, from which on results may be missing
MAX_FOUND = 500


def search(user: User, query: SearchQuery) -> Page:
    """Return a page of what a person's own chats hold; a few queries, however many chats."""
    terms = terms_of(query.text)
    limit, offset = min(max(query.limit, 1), MAX_LIMIT), min(max(query.offset, 0), MAX_OFFSET)
    if not terms:
        return Page()
    matches, notice = _matches(user, replace(query, limit=limit, offset=offset))
    goes_on = len(matches) > limit and offset + limit <= MAX_OFFSET
    return Page(hits_of(matches[:limit], terms), offset + limit if goes_on else None, notice)


def conversations_found(user: User, text: str) -> list[str]:
    """Return the row ids of chats whose title or messages match, best first."""
    if not terms_of(text):
        return []
    matches, _ = _matches(user, SearchQuery(text, limit=MAX_FOUND))
    return conversation_ids_of(matches)


def is_server_away() -> bool:
    """Whether a search server is configured and did not answer lately."""
    return chosen().is_outside and bool(cache.get(AWAY_KEY))


def building_began() -> None:
    """Note that documents are missing, so that searches say so."""
    cache.set(BUILDING_KEY, 1, BUILDING_SECONDS)


def building_ended() -> None:
    """Note that every title and message can be found."""
    cache.delete(BUILDING_KEY)


def _matches(user: User, query: SearchQuery) -> tuple[list[Match], Notice]:
    backend = chosen()
    if not backend.is_outside:
        return backend.search(user, query), _built()
    if not cache.get(AWAY_KEY):
        try:
            return backend.search(user, query), _told() or _built()
        except SearchUnavailableError:
            # Asked again in a while: nobody should wait for a server that is down.
            cache.set(AWAY_KEY, 1, AWAY_SECONDS)
    return of_database().search(user, query), "degraded"


def _built() -> Notice:
    return "incomplete" if cache.get(BUILDING_KEY) else ""


def _told() -> Notice:
    waiting = SearchTask.objects.order_by()[LAGGING : LAGGING + 1]
    return "incomplete" if waiting.exists() else ""
