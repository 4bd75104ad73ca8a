"""Synchronous work, database work above all, away from the event loop."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections
from django.utils import translation

P = ParamSpec("P")
T = TypeVar("T")

# Its own pool: a slow database must not take the threads that name lookups need.
THREADS = 16
_POOL = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="offload")


async def offload(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a synchronous service in a thread and return what it returns.

    Database connections are given back before this returns, so that a stream holds none while
    it waits; an open SQLite file stays with its thread, where it is in nobody's way. Cancelled,
    it waits for the thread before it passes the cancellation on: a write that has begun is never
    left running behind the caller's back (``sync_to_async`` swallows the cancellation instead).
    """
    context = contextvars.copy_context()
    language = translation.get_language()

    def work_and_return_connections() -> T:
        if language:  # kept with the context, but for its own thread alone
            translation.activate(language)
        try:
            return work(*args, **kwargs)
        finally:
            _give_back_connections()

    loop = asyncio.get_running_loop()
    running = loop.run_in_executor(_POOL, context.run, work_and_return_connections)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


def _give_back_connections() -> None:
    """Close what others may wait for. Opening SQLite's file again costs more than most queries."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor != "sqlite" or connection.errors_occurred:
            connection.close()
