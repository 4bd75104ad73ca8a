"""Synchronous work off the loop."""

import asyncio
import contextvars
import threading

import pytest
from django.db import DatabaseError, connection, connections
from django.utils import translation

from accounts.models import User
from agents.engine.offload import THREADS, offload

word = contextvars.ContextVar("word", default="")


async def test_work_runs_in_another_thread_with_the_callers_context() -> None:
    word.set("hello")
    assert await offload(word.get) == "hello"
    assert await offload(threading.get_ident) != threading.get_ident()


async def test_work_speaks_the_callers_language_and_leaves_its_thread_as_it_was() -> None:
    with translation.override("de"):
        spoken = [offload(translation.get_language) for _ in range(THREADS)]
        assert await asyncio.gather(*spoken) == ["de"] * THREADS
    assert await offload(translation.get_language) == "en"


async def test_arguments_results_and_errors_pass_through() -> None:
    assert await offload(divmod, 7, 2) == (3, 1)
    assert await offload(int, "ff", base=16) == 255
    with pytest.raises(ZeroDivisionError):
        await offload(divmod, 1, 0)


async def test_only_sqlite_keeps_its_connections(transactional_db: None) -> None:
    everyone_asked = threading.Barrier(THREADS)

    def ask() -> object:
        assert User.objects.count() == 0
        everyone_asked.wait(5)
        return connection.connection

    def look() -> bool:
        return connection.connection is not None

    assert all(await asyncio.gather(*(offload(ask) for _ in range(THREADS))))
    kept = await asyncio.gather(*(offload(look) for _ in range(THREADS)))
    assert set(kept) == {connection.vendor == "sqlite"}


async def test_a_connection_that_failed_is_closed(transactional_db: None) -> None:
    def fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    def failed_ones_left_open() -> list[object]:
        everyone = connections.all(initialized_only=True)
        return [one for one in everyone if one.connection is not None and one.errors_occurred]

    with pytest.raises(DatabaseError):
        await offload(fail)
    found = await asyncio.gather(*(offload(failed_ones_left_open) for _ in range(32)))
    assert found == [[]] * 32


async def test_a_cancelled_caller_waits_for_the_thread() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(5)
        ended.set()

    task = asyncio.create_task(offload(work))
    await asyncio.to_thread(begun.wait, 5)
    task.cancel()
    await asyncio.sleep(0.01)
    assert not task.done()
    may_end.set()
    await asyncio.wait({task})
    assert task.cancelled()
    assert ended.is_set()
