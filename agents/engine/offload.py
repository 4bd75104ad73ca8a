"""Synchronous work, database work above all, away from the event loop."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
T = TypeVar("T")

# Its own pool: a slow database must not take the threads that name lookups need.
_THREADS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="offload")


async def offload(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a synchronous service in a thread and return what it returns.

    The database connections the thread opened are given back before this returns, so that a
    stream holds none while it waits. Cancelled, it waits for the thread before it passes the
    cancellation on: a write that has begun is never left running behind the caller's back
    (``sync_to_async`` swallows the cancellation instead).
    """
    context = contextvars.copy_context()

    def work_and_return_connections() -> T:
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    loop = asyncio.get_running_loop()
    running = loop.run_in_executor(_THREADS, context.run, work_and_return_connections)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise
