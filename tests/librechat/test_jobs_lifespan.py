"""The worker of a server process begins and ends with it."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from agents.llm import tokens
from agents.relay.asgi import Relay
from conversations.generation import dispatch
from librechat import lifespan
from librechat.kernel.jobs import periodic


class Stand:
    """Stands for the worker in its thread."""

    made: list["Stand"] = []
    ends = True

    def __init__(self, worker: Any) -> None:
        self.threads = worker.threads
        self.grace = 0.0
        self.made.append(self)

    def stop(self, grace_seconds: float) -> bool:
        self.grace = grace_seconds
        return self.ends


@pytest.fixture(autouse=True)
def _no_more_than_the_worker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.IN_TESTS = False
    settings.JOBS_THREADS, settings.SHUTDOWN_GRACE_SECONDS = 3, 7
    monkeypatch.setattr(lifespan, "Embedded", Stand)
    monkeypatch.setattr(tokens, "warm_up", lambda: None)
    monkeypatch.setattr(periodic, "_scheduled", {})
    monkeypatch.setattr(Stand, "made", [])
    yield
    dispatch.bind_loop(None)


async def live() -> list[str]:
    async def nothing(*_given: Any) -> None: ...

    sent: list[str] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup" if not sent else "lifespan.shutdown"}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    scope: Any = {"type": "lifespan"}
    await lifespan.Lifespan(nothing, Relay(nothing))(scope, receive, send)
    return sent


async def test_a_server_has_a_worker_that_gets_its_grace() -> None:
    assert await live() == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    [worker] = Stand.made
    assert (worker.threads, worker.grace) == (3, 7)


async def test_a_job_that_does_not_end_holds_up_no_shutdown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Stand, "ends", False)
    assert (await live())[-1] == "lifespan.shutdown.complete"
    assert "it is run again when its lease is over" in caplog.text


async def test_where_others_do_the_jobs_a_server_has_no_worker(settings: Settings) -> None:
    settings.JOBS_IN_PROCESS = False
    await live()
    assert Stand.made == []
