"""Synchronous work off the loop."""

import asyncio
import contextvars
import threading

import pytest
from django.db import connection

from accounts.models import User
from agents.engine.offload import offload

word = contextvars.ContextVar("word", default="")


async def test_work_runs_in_another_thread_with_the_callers_context() -> None:
    word.set("hello")
    assert await offload(word.get) == "hello"
    assert await offload(threading.get_ident) != threading.get_ident()


async def test_arguments_results_and_errors_pass_through() -> None:
    assert await offload(divmod, 7, 2) == (3, 1)
    assert await offload(int, "ff", base=16) == 255
    with pytest.raises(ZeroDivisionError):
        await offload(divmod, 1, 0)


async def test_the_database_connection_is_given_back(transactional_db: None) -> None:
    seen: list[object] = []

    def ask() -> int:
        seen.append(connection.connection)
        count = User.objects.count()
        seen.append(connection.connection)
        return count

    def look() -> None:
        seen.append(connection.connection)

    assert await offload(ask) == 0
    await asyncio.gather(*(offload(look) for _ in range(32)))
    assert seen[1] is not None
    assert seen[2:] == [None] * 32


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
