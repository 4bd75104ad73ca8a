"""The life of a server process: recover, serve, drain."""

import asyncio
import contextlib
import gc
import logging

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    LifespanShutdownCompleteEvent,
    LifespanStartupCompleteEvent,
    Scope,
)
from django.conf import settings

from agents.llm import tokens
from agents.relay.asgi import Relay
from conversations.eventlog.subscribe import event_log
from conversations.generation import dispatch
from librechat.kernel import outbound
from librechat.kernel.jobs import periodic
from librechat.kernel.jobs.worker import Embedded, Worker

logger = logging.getLogger(__name__)

# After so many more objects the collector looks for rubbish. With Python's 700 what some dozens
# of calls hold while they run set it off again and again: a twentieth of the processor.
YOUNG_OBJECTS = 10_000


class Lifespan:
    """Wraps the application; a server without lifespan events starts it with the first scope."""

    def __init__(self, application: ASGI3Application, relay: Relay) -> None:
        self._application = application
        self._relay = relay
        self._chores: asyncio.Task[None] | None = None
        self._jobs: Embedded | None = None

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve a scope."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        self._start()
        await self._application(scope, receive, send)

    async def _live(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        self._start()
        await self._relay.start()
        # What is loaded stays for good: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS, 10, 10)
        await send(LifespanStartupCompleteEvent(type="lifespan.startup.complete"))
        await receive()
        await self._stop()
        await send(LifespanShutdownCompleteEvent(type="lifespan.shutdown.complete"))

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if dispatch.bound_loop() is loop:
            return
        dispatch.bind_loop(loop)
        tokens.warm_up()
        if not settings.IN_TESTS:
            self._chores = asyncio.create_task(periodic.run_forever(), name="chores")
            if settings.JOBS_IN_PROCESS:
                self._jobs = Embedded(Worker(threads=settings.JOBS_THREADS))

    async def _stop(self) -> None:
        logger.info("Shutting down: waiting for running answers.")
        jobs = asyncio.create_task(self._stop_jobs())
        relayed = asyncio.create_task(self._relay.stop())
        await dispatch.drain(settings.SHUTDOWN_GRACE_SECONDS)
        await jobs
        await relayed
        if self._chores is not None:
            self._chores.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._chores
        await event_log().close()
        await outbound.close()

    async def _stop_jobs(self) -> None:
        """Let jobs end beside the answers, within the same grace."""
        if self._jobs is None:
            return
        grace = settings.SHUTDOWN_GRACE_SECONDS
        if not await asyncio.to_thread(self._jobs.stop, grace):
            logger.warning("A job still runs; it is run again when its lease is over.")
