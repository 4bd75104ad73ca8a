"""The page's WebSocket: answers as HTML fragments, and the list's changes."""

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from typing import Any

import orjson
from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import translation
from django.utils.translation import gettext as _
from typing_extensions import override

from accounts.auth.channels import language_for
from accounts.limits.addresses import network_of
from accounts.models import User
from agents.engine.offload import offload
from conversations import access
from conversations.eventlog.subscribe import event_log
from conversations.generation.cancel import generation_stop
from conversations.models import Generation
from conversations.queries.presence import Identity
from conversations.services.changes import stamp_of
from conversations.streaming.activity import group_of
from conversations.streaming.feeds import feeds
from conversations.streaming.sockets import open_sockets
from librechat.kernel import metrics
from librechat.kernel.errors import AppError, InvalidInputError

MAX_FRAME_BYTES = 64 * 1024
MAX_SUBSCRIPTIONS = 16
MESSAGES_PER_SECOND, BURST = 20.0, 60.0
SLOW_SECONDS, CLOSING_SECONDS = 20.0, 2.0

BAD_MESSAGE, TOO_LARGE, SIGNED_OUT, SLOW, TOO_MANY = 4400, 4413, 4401, 4408, 4429


class PageConsumer(AsyncWebsocketConsumer):
    """One tab."""

    identity: Identity
    user: User
    is_open = False
    _serving: asyncio.Task[Any] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._allowance, self._counted_at = BURST, time.monotonic()

    @override
    async def __call__(self, *connection: Any) -> None:
        """Serve the connection, and let go of everything however it ends."""
        try:
            await super().__call__(*connection)
        finally:
            if self.is_open:
                await self._leave()

    @override
    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle a message; what needs the database goes through ``offload``.

        The base would go to a thread first, with every message, to close connections there.
        """
        await getattr(self, get_handler_name(message))(message)

    @override
    async def connect(self) -> None:
        """Say hello to somebody who is signed in; others learn why they are sent away."""
        await self.accept()
        user: object = self.scope.get("user")
        if not isinstance(user, User):
            await self.close(SIGNED_OUT, "signed out")
            return
        if not open_sockets.has_room(user.id):
            await self.close(TOO_MANY, "too many tabs")
            return
        self.user = user
        # For what this socket refuses: the handshake passes no LocaleMiddleware.
        translation.activate(language_for(self.scope, user))
        session_id = str(self.scope.get("auth_session") or "")
        network = network_of(str(self.scope.get("address") or ""))
        self.identity = Identity(user.id, user.auth_epoch, session_id, network)
        self._serving = asyncio.current_task()
        self.is_open = True
        open_sockets.add(self)
        metrics.sockets.inc()
        await self.channel_layer.group_add(group_of(user.id), self.channel_name)
        stamp = await offload(stamp_of, user.id)
        await self._say({"type": "hello", "stamp": stamp})

    @override
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Do what a message asks; what cannot be understood closes this tab's socket only."""
        if not self.is_open:
            return
        if not self._is_within_rate():
            await self.close(TOO_MANY, "too many messages")
            return
        if bytes_data is not None or text_data is None:
            await self.close(BAD_MESSAGE, "not text")
            return
        if len(text_data) > MAX_FRAME_BYTES:
            await self.close(TOO_LARGE, "too large")
            return
        with contextlib.suppress(orjson.JSONDecodeError):
            message = orjson.loads(text_data)
            if isinstance(message, dict):
                await self._answer(message)
                return
        await self.close(BAD_MESSAGE, "not a message")

    async def list_event(self, event: dict[str, Any]) -> None:
        """Pass on a change of the conversation list."""
        await self._say(event["frame"])

    async def end_session(self) -> None:
        """Close: the person has signed out, or is kept out."""
        await self._cut(SIGNED_OUT, "signed out")

    async def _answer(self, message: dict[str, Any]) -> None:
        try:
            match message:
                case {"type": "ping"}:
                    await self._say({"type": "pong"})
                case {"type": "subscribe", "generation": str(name)}:
                    self._subscribe(name, message.get("after"))
                case {"type": "unsubscribe", "generation": str(name)}:
                    self._forget(f"watch:{name}")
                case {"type": "stop", "generation": str(name)}:
                    self._start(f"stop:{name}", self._stop(name))
                case _:
                    raise InvalidInputError(_("This message is not understood."))
        except AppError as exc:
            await self._refuse(exc)

    def _subscribe(self, generation_id: str, after: object) -> None:
        if not isinstance(after, int | None) or isinstance(after, bool):
            raise InvalidInputError("after must be a whole number.")
        watching = [name for name in self._tasks if name.startswith("watch:")]
        name = f"watch:{generation_id}"
        if name not in watching and len(watching) >= MAX_SUBSCRIPTIONS:
            raise InvalidInputError(_("Too many answers are watched at once."))
        self._forget(name)
        self._start(name, self._watch(generation_id, max(after or 0, 0)))

    async def _watch(self, generation_id: str, after: int) -> None:
        generation = await offload(access.generation_get, self.user, generation_id)
        if not generation.is_active and not await event_log().exists(generation.id):
            await self._say({"type": "gone", "generation": generation_id})
            return
        is_whole = await self._pass_on(generation, after)
        if not is_whole:
            await self._say({"type": "gone", "generation": generation_id})

    async def _pass_on(self, generation: Generation, after: int) -> bool:
        """Send batches to the end; False when the log ended without one."""
        is_whole = False
        async with contextlib.aclosing(feeds.watch(generation, after=after)) as batches:
            async for batch in batches:
                is_whole = is_whole or any(one["type"] == "end" for one in batch.frames)
                head = {"type": "frames", "generation": generation.id, "upto": batch.upto}
                await self._say(head | {"frames": batch.frames})
        return is_whole or await event_log().exists(generation.id)

    async def _stop(self, generation_id: str) -> None:
        generation = await offload(access.generation_get, self.user, generation_id)
        await generation_stop(self.user, generation=generation)

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        if name in self._tasks:
            work.close()
            return
        task = asyncio.create_task(self._guarded(work), name=name)
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._ended(name, done))

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(name) is task:
            del self._tasks[name]

    def _forget(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except AppError as exc:
            await self._refuse(exc)

    async def _refuse(self, exc: AppError) -> None:
        await self._say({"type": "error", "code": exc.code, "message": exc.message})

    async def _say(self, message: dict[str, Any]) -> None:
        """Send; a tab that takes nothing for a while is closed and may come back for the rest."""
        try:
            async with asyncio.timeout(SLOW_SECONDS), self._sending:
                await self.send(orjson.dumps(message).decode())
        except TimeoutError:
            await self._cut(SLOW, "slow")

    async def _cut(self, code: int, reason: str) -> None:
        """Close; a peer that does not even take that is cut off."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await self.close(code, reason)
                return
        if self._serving is not None:
            self._serving.cancel()

    async def _leave(self) -> None:
        self.is_open = False
        open_sockets.remove(self)
        metrics.sockets.dec()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.channel_layer.group_discard(group_of(self.user.id), self.channel_name)

    def _is_within_rate(self) -> bool:
        now = time.monotonic()
        refill = (now - self._counted_at) * MESSAGES_PER_SECOND
        self._allowance = min(BURST, self._allowance + refill) - 1
        self._counted_at = now
        return self._allowance >= 0
