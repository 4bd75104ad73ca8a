"""A provider on a real socket that keeps responses, and doors to it as several processes have."""

import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import connections

from accounts.models import ApiKey, Group, User
from accounts.services.api_keys import api_key_create
from agents.relay.asgi import Relay
from librechat.kernel import outbound, yaml_config
from tests.agents.relay.conftest import Door, elsewhere
from tests.relay.conformance.upstream import Received, Reply, Upstream, json_reply

MARK = "mk0123456789ab"  # by which the provider knows a request
MADE = f"resp_{MARK}"
USAGE = {"input_tokens": 300, "output_tokens": 40, "total_tokens": 340}
KEEPS = {"capabilities": {"responses": True}}


def response(name: str = MADE, **fields: Any) -> dict[str, Any]:
    """Return what the provider answers; its client has put an id into the metadata."""
    told = {"object": "response", "status": "completed", "output": [], "usage": USAGE}
    return {"id": name, "metadata": {"id": "resp_of_somebody_else"}, **told, **fields}


def keeping_config(url: str) -> dict[str, Any]:
    """Return a configuration: two servers that keep responses, names that do and do not use it."""
    models = {"default": ["alpha"], "fetch": False}
    keeper, other = [
        {"name": name, "apiKey": "sk", "baseURL": f"{url}/{name}/v1", "models": models}
        for name in ("Keeper", "Other")
    ]
    claude = keeper | {"name": "Claude", "baseURL": url, "provider": "anthropic"}
    claude["models"] = {"default": ["claude-sonnet-4-5"], "fetch": False}
    here, there = [{"endpoint": name, "model": "alpha"} for name in ("Keeper", "Other")]
    aliases: list[dict[str, Any]] = [
        KEEPS | {"name": "keeper", "deployments": [here]},
        KEEPS | {"name": "other", "deployments": [there]},
        KEEPS | {"name": "both", "deployments": [there, here | {"tier": 1}]},
        {"name": "forgets", "deployments": [here]},
    ]
    return {
        "endpoints": {"custom": [keeper, other, claude]},
        "relay": {"aliases": aliases, "cooldownSeconds": 0},
    }


@dataclass
class Place:
    """The provider and the doors; ``asked``: set when a request has come."""

    upstream: Upstream
    doors: AsyncExitStack
    replies: list[Reply] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)

    def answers(self, *replies: Reply) -> None:
        """Say what is answered, the last one for all further requests."""
        self.replies = list(replies)
        if MARK not in self.upstream.scripts:
            self.upstream.expect(MARK, self._next)

    def _next(self, _received: Received) -> Reply:
        self.asked.set()
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    @property
    def requests(self) -> list[Received]:
        """What the provider was asked."""
        return self.upstream.requests[MARK]

    async def door(
        self, name: str = "owner", *, like: Door | None = None, team: Group | None = None
    ) -> Door:
        """Open the door of another process, for a person's key, or for the same as another's."""
        relay = Relay(elsewhere)
        self.doors.push_async_callback(relay.stop)
        if like is not None:
            return Door(relay, like.key, like.text)
        key, text = await sync_to_async(_key)(name, team)
        return Door(relay, key, text)


def _key(name: str, team: Group | None) -> tuple[ApiKey, str]:
    owner, _made = User.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.org", "role": "ADMIN"}
    )
    key, text = api_key_create(user=owner, name="Script")
    if team is not None:
        team.members.add(owner)
        ApiKey.objects.filter(pk=key.pk).update(group=team)
    return key, text


@asynccontextmanager
async def opened(settings: LazySettings, folder: Path) -> AsyncIterator[Place]:
    """Open the place; it is answered with a response."""
    settings.DATA_DIR = folder
    settings.PROVIDER_VARIABLES, settings.ENDPOINTS, settings.CONFIG_VARIABLES = {}, [], {}
    upstream = Upstream().start()
    with yaml_config.override(keeping_config(upstream.url)):
        async with AsyncExitStack() as doors:
            place = Place(upstream, doors)
            place.answers(json_reply(response()))
            yield place
    await outbound.close()
    upstream.stop()
    await sync_to_async(connections.close_all)()
