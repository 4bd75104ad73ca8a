"""The relay tried through its own door, in every shape programs use."""

from typing import Any

from asgiref.sync import sync_to_async

from accounts.services.api_keys import api_key_revoke
from agents.models import RelayCall
from agents.web.relay_self_test import Result, self_test
from tests.agents.relay.conftest import Door

SCOPE: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "scheme": "http",
    "method": "POST",
    "path": "/settings/keys/connect/test",
    "headers": [(b"host", b"chat.test"), (b"cookie", b"session=x"), (b"user-agent", b"Firefox")],
    "client": ("192.0.2.7", 4000),
    "server": ("127.0.0.1", 3080),
}


async def tried(door: Door, *, key: str = "", model: str = "first") -> list[Result]:
    relay: Any = door.relay
    return await self_test(relay, SCOPE, key=key or door.text, model=model)


async def test_every_shape_works_and_is_a_call_of_the_key(door: Door) -> None:
    results = await tried(door)
    assert [one.fault for one in results] == [""] * 6
    await door.settle()
    routes = await sync_to_async(lambda: [one.route for one in RelayCall.objects.all()])()
    assert routes.count("/chat/completions") == 3
    assert routes.count("/messages") == 2


async def test_a_key_that_has_ended_is_refused_in_every_shape(door: Door) -> None:
    await sync_to_async(api_key_revoke)(key=door.key, actor=door.key.user)
    results = await tried(door)
    assert all(one.fault.startswith("401: The key is missing") for one in results)


async def test_a_model_that_there_is_not_is_said(door: Door) -> None:
    models, *others = await tried(door, model="nothing")
    assert not models.fault
    assert all("There is no model 'nothing'" in one.fault for one in others)
