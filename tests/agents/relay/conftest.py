"""The relay's door in this process, with a scripted provider behind it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import connections

from accounts.models import ApiKey, User
from accounts.services.api_keys import api_key_create
from agents.relay.asgi import Relay
from agents.relay.service import Service
from librechat.kernel import outbound, yaml_config
from tests.fakes.provider import FakeProvider

ALIASES: list[dict[str, Any]] = [
    {"name": "first", "deployments": [{"endpoint": "Fake", "model": "alpha"}]},
    {
        "name": "chain",
        "deployments": [
            {"endpoint": "Fake", "model": "alpha"},
            {"endpoint": "Fake", "model": "beta", "tier": 1},
        ],
    },
    {
        "name": "big-",
        "match": "prefix",
        "deployments": [{"endpoint": "Fake", "model": "*"}],
    },
    {
        "name": "gpt-.*-high",
        "match": "regex",
        "parameters": {"reasoning_effort": "high"},
        "deployments": [{"endpoint": "Fake", "model": "alpha"}],
    },
]


def config_for(provider: FakeProvider, **relay: Any) -> dict[str, Any]:
    """Return a configuration: an endpoint of each dialect, and some aliases."""
    models = {"default": ["alpha", "beta"], "fetch": False}
    fake = {"name": "Fake", "apiKey": "sk-up", "baseURL": f"{provider.url}/v1", "models": models}
    claude = fake | {"name": "Claude", "baseURL": provider.url, "provider": "anthropic"}
    claude["models"] = {"default": ["claude-sonnet-4-5"], "fetch": False}
    return {
        "endpoints": {"custom": [fake, claude]},
        "relay": {"aliases": ALIASES, "cooldownSeconds": 0} | relay,
    }


@dataclass
class Door:
    """Asks the relay, as a program with a key does."""

    relay: Relay
    key: ApiKey
    text: str

    @property
    def service(self) -> Service:
        """What the relay's calls share."""
        return self.relay.service()

    async def ask(self, method: str, path: str, **fields: Any) -> httpx.Response:
        """Send a request; ``headers`` come on top of the key's."""
        headers = {"Authorization": f"Bearer {self.text}"} | fields.pop("headers", {})
        transport = httpx.ASGITransport(app=self.relay, raise_app_exceptions=True)  # type: ignore[arg-type]  # httpx types scopes as dicts
        async with httpx.AsyncClient(transport=transport, base_url="http://relay.test") as client:
            return await client.request(method, path, headers=headers, **fields)

    async def post(self, path: str, body: Any, **fields: Any) -> httpx.Response:
        """Post JSON."""
        return await self.ask("POST", path, json=body, **fields)

    async def chat(self, model: str = "first", **fields: Any) -> httpx.Response:
        """Ask a chat model to say something."""
        body = {"model": model, "messages": [{"role": "user", "content": "Hi"}]}
        return await self.post("/v1/chat/completions", body | fields)

    async def settle(self) -> None:
        """Write everything down."""
        await self.service.meter.stop()


async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
    """Stand behind the relay: what is not its own comes here."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


@pytest.fixture
def relay_config(provider: FakeProvider, settings: LazySettings) -> Iterator[None]:
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = []
    settings.CONFIG_VARIABLES = {}
    with yaml_config.override(config_for(provider)):
        yield


@pytest.fixture
async def door(
    transactional_db: None, relay_config: None, settings: LazySettings, tmp_path: Path
) -> AsyncIterator[Door]:
    """The door, with a key of an administrator."""
    settings.DATA_DIR = tmp_path
    relay = Relay(elsewhere)
    key, text = await sync_to_async(_key)()
    yield Door(relay, key, text)
    await relay.stop()
    await outbound.close()
    await sync_to_async(connections.close_all)()


def _key() -> tuple[ApiKey, str]:
    owner = User.objects.create_user(
        "programs@example.org", "correct horse battery", name="Programs", role="ADMIN"
    )
    return api_key_create(user=owner, name="Script")
