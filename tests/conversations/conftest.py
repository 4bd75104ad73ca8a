"""A scripted model behind every endpoint, and a loop that runs generations."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from accounts.models import User
from agents.llm import available
from agents.llm.available import Resolved
from agents.llm.titles import TitleSettings
from conversations.eventlog.log import EventLog
from conversations.eventlog.subscribe import event_log
from conversations.generation import context, dispatch, titles
from tests.factories.chats import NO_TITLE, ScriptedModel, make_resolved


class Endpoint:
    """What the scripted endpoint resolves to; tests change its fields."""

    def __init__(self) -> None:
        self.model = ScriptedModel()
        self.title: TitleSettings = NO_TITLE
        self.fields: dict[str, Any] = {}
        self.refusal: Exception | None = None

    def resolve(self, user: User, endpoint: str, model: str, **_: object) -> Resolved:
        if self.refusal is not None:
            raise self.refusal
        fields = {"endpoint": endpoint, "model": model, "title": self.title, **self.fields}
        return make_resolved(**fields)


@pytest.fixture(autouse=True)
def _fresh_log() -> Iterator[None]:
    event_log.cache_clear()
    yield
    event_log.cache_clear()


@pytest.fixture(autouse=True)
def _every_endpoint_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chats start with an endpoint of any name; tests about those override this fixture."""
    monkeypatch.setattr(available, "check_offered", lambda user, endpoint: None)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """Stand in at the provider seam: the way to a model, not our own logic."""
    scripted = Endpoint()
    monkeypatch.setattr(available, "resolve", scripted.resolve)
    monkeypatch.setattr(context, "build", lambda connection: scripted.model)
    monkeypatch.setattr(titles, "build", lambda connection: scripted.model)
    return scripted


@pytest.fixture
async def loop_runs(transactional_db: None) -> AsyncIterator[EventLog]:
    """Run dispatched generations on the test's loop; give the log they write."""
    dispatch.bind_loop(asyncio.get_running_loop())
    log = event_log()
    yield log
    await dispatch.drain(0)
    dispatch.bind_loop(None)
    await log.close()
    # The thread behind the async ORM would keep PostgreSQL's test database in use.
    await sync_to_async(connections.close_all)()
