"""The socket of the live page: what happens now, every two seconds."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from typing import Any

import orjson
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from typing_extensions import override

from accounts.access.capabilities import ACCESS_ADMIN, capability_allows
from accounts.auth.admin_session import admin_session_is_open
from accounts.auth.channels import Scope, language_for, page_session_of
from accounts.limits.addresses import network_of
from accounts.models import User
from agents.engine.offload import offload
from conversations.queries.presence import Identity
from conversations.streaming.sockets import open_sockets
from librechat.dashboard.activity import activity
from librechat.dashboard.live import LOOK, STOP

EVERY_SECONDS, SLOW_SECONDS = 2.0, 20.0
SIGNED_OUT, FORBIDDEN, OVER, TOO_MANY = 4401, 4403, 4408, 4429


class ActivityConsumer(AsyncWebsocketConsumer):
    """One administrator's live page; it says nothing to others and takes no messages."""

    identity: Identity
    user: User
    is_open = False
    _telling: asyncio.Task[None] | None = None

    @override
    async def connect(self) -> None:
        """Begin to tell, or say why not."""
        await self.accept()
        user: object = self.scope.get("user")
        if not isinstance(user, User):
            await self.close(SIGNED_OUT, "signed out")
            return
        if not await offload(_may_look, user, dict(self.scope)):
            await self.close(FORBIDDEN, "not allowed")
            return
        if not open_sockets.has_room(user.id):
            await self.close(TOO_MANY, "too many tabs")
            return
        self.user = user
        session_id = str(self.scope.get("auth_session") or "")
        network = network_of(str(self.scope.get("address") or ""))
        self.identity = Identity(user.id, user.auth_epoch, session_id, network)
        self.is_open = True
        open_sockets.add(self)
        self._telling = asyncio.create_task(self._tell(), name="activity")

    @override
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignore whatever the page says."""

    @override
    async def disconnect(self, code: int) -> None:
        """Stop telling."""
        if self.is_open:
            self.is_open = False
            open_sockets.remove(self)
        if self._telling is not None and self._telling is not asyncio.current_task():
            self._telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._telling

    async def end_session(self) -> None:
        """Close: the person has signed out, or is kept out."""
        await self._over(SIGNED_OUT, "signed out")

    async def _tell(self) -> None:
        """Send a look at everything, again and again; rights that were taken away end it.

        A page that nobody touches ends like the administration's session: by disuse.
        """
        until = time.monotonic() + settings.ADMIN_IDLE_MINUTES * 60
        while time.monotonic() < until:
            html = await offload(_look, self.user, self.scope)
            if html is None:
                await self._over(FORBIDDEN, "not allowed")
                return
            try:
                async with asyncio.timeout(SLOW_SECONDS):
                    await self.send(orjson.dumps({"type": "activity", "html": html}).decode())
            except TimeoutError:
                break
            await asyncio.sleep(EVERY_SECONDS)
        await self._over(OVER, "over")

    async def _over(self, code: int, reason: str) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SLOW_SECONDS):
                await self.close(code, reason)


def _may_look(user: User, scope: Scope) -> bool:
    """Return whether the page is one of the administration, in use, of somebody with the right."""
    return admin_session_is_open(page_session_of(scope)) and _is_allowed(user)


def _is_allowed(user: User) -> bool:
    return user.is_active and capability_allows(user, ACCESS_ADMIN, LOOK)


def _look(user: User, scope: Mapping[str, Any]) -> str | None:
    """Return the part of the page that changes; None for who may not see it any more."""
    fresh = User.objects.filter(pk=user.pk).first()
    if fresh is None or fresh.auth_epoch != user.auth_epoch or not _is_allowed(fresh):
        return None
    context: dict[str, Any] = {
        "activity": activity(),
        "may_stop": capability_allows(fresh, STOP),
    }
    with translation.override(language_for(scope, fresh)):
        return render_to_string("admin/dashboard/_activity.html", context)
