"""The life of a server process: recover, serve, drain."""

import asyncio
import contextlib
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
from conversations.eventlog.subscribe import event_log
from conversations.generation import dispatch
from librechat.kernel import outbound, periodic

logger = logging.getLogger(__name__)


class Lifespan:
    """Wraps the application; a server without lifespan events starts it with the first scope."""

    def __init__(self, application: ASGI3Application) -> None:
        self._application = application
        self._chores: asyncio.Task[None] | None = None

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

    async def _stop(self) -> None:
        logger.info("Shutting down: waiting for running answers.")
        await dispatch.drain(settings.SHUTDOWN_GRACE_SECONDS)
        if self._chores is not None:
            self._chores.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._chores
        await event_log().close()
        await outbound.close()
