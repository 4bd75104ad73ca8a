"""Chats to search, and every engine to search them with."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.search import outbox, rebuild
from conversations.search.backend import Page, SearchQuery
from conversations.search.search import search
from librechat.search_settings import SearchSettings
from tests.factories.threads import conversation_make, question_make
from tests.fakes.meilisearch import KEY, FakeMeilisearch

Find = Callable[..., Page]


@pytest.fixture
def server(settings: LazySettings) -> Iterator[FakeMeilisearch]:
    """A search server that the settings name."""
    fake = FakeMeilisearch().start()
    settings.SEARCH = SearchSettings("meilisearch", fake.url, KEY)
    yield fake
    fake.stop()


@pytest.fixture(params=["database", "meilisearch"])
def engine(request: pytest.FixtureRequest, db: None) -> str:
    """Each engine: SQLite's or PostgreSQL's, as the tests run, and the search server."""
    if request.param == "meilisearch":
        request.getfixturevalue("server")
        return "meilisearch"
    return connection.vendor


@pytest.fixture
def find(engine: str, owner: User) -> Find:
    """Take in what a test made, and search it as the owner."""

    def ask(text: str, user: User | None = None, **fields: object) -> Page:
        rebuild.index_missing()
        outbox.drain()
        page = search(user or owner, SearchQuery(text, **fields))  # type: ignore[arg-type] # fields of a test
        assert page.notice == ""  # the engine itself answered
        return page

    return ask


def said(user: User, *texts: str, title: str = "New Chat", **fields: object) -> list[Message]:
    """Return the messages of a new chat of a person."""
    chat: Conversation = conversation_make(user, title, **fields)
    return [question_make(chat, text) for text in texts]


def texts(page: Page) -> list[str]:
    """Return what was found: the text of messages, the title where a title is the hit."""
    return [
        hit.document.message.text if hit.document.message else hit.plain_title for hit in page.hits
    ]


def marks(page: Page) -> list[str]:
    """Return the marked words of all excerpts and titles of title hits."""
    return [
        part.text
        for hit in page.hits
        for part in (hit.excerpt if hit.message_id else hit.title)
        if part.is_match
    ]
