"""Every socket keeps its policy, whoever opens it and whatever they ask for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings

from accounts.access.capabilities import BASE, implying
from accounts.models import Grant, User
from accounts.services.api_keys import api_key_create
from conversations.models import Generation, Message
from conversations.streaming.routing import websocket_urlpatterns
from librechat.asgi import application
from librechat.dashboard.routing import websocket_urlpatterns as admin_sockets
from tests.architecture.policies import SOCKETS
from tests.architecture.visits import Visitor
from tests.factories.people import sign_in
from tests.factories.rights import grant
from tests.factories.threads import generation_make

pytestmark = pytest.mark.django_db(transaction=True)

SIGNED_OUT, FORBIDDEN = 4401, 4403
ACTIVITY = "ws/admin/activity/"
Headers = list[tuple[bytes, bytes]]
every_socket = pytest.mark.parametrize("name", sorted(SOCKETS))
chat_socket = pytest.mark.parametrize(
    "name", sorted(name for name, policy in SOCKETS.items() if policy == "signed_in")
)


def test_every_socket_has_a_policy() -> None:
    entries = (*websocket_urlpatterns, *admin_sockets)
    assert {str(entry.pattern) for entry in entries} == set(SOCKETS)
    assert set(SOCKETS.values()) == {"signed_in", "capability"}


def _cookie(person: User) -> Headers:
    cookie = Visitor.by_page(person).client.cookies[settings.SESSION_COOKIE_NAME]
    return [(b"cookie", f"{cookie.key}={cookie.value}".encode())]


def _desk_cookie(person: User) -> Headers:
    """Return the cookie of a browser that has just been in the administration."""
    visitor = Visitor.by_page(person)
    visitor.client.get("/admin/live/")
    cookie = visitor.client.cookies[settings.SESSION_COOKIE_NAME]
    return [(b"cookie", f"{cookie.key}={cookie.value}".encode())]


def _token(person: User) -> str:
    return f"?token={sign_in(person).access_token}"


def _key(person: User) -> str:
    return f"?token={api_key_create(user=person, name='A program')[1]}"


def _suspend(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


@asynccontextmanager
async def _opened(path: str, headers: Headers) -> AsyncIterator[WebsocketCommunicator]:
    whole = [(b"origin", b"http://localhost"), *headers]
    socket = WebsocketCommunicator(application, f"/{path}", headers=whole)
    is_connected, _ = await socket.connect()
    assert is_connected
    yield socket
    await socket.disconnect()


async def _first(path: str, headers: Headers) -> dict[str, Any]:
    """Return the first thing a socket says, or how it closes."""
    async with _opened(path, headers) as socket:
        said: dict[str, Any] = await socket.receive_output()
    return said


@chat_socket
async def test_a_socket_opens_for_who_is_signed_in(name: str, owner: User, admin: User) -> None:
    for person in (owner, admin):
        by_page = await _first(name, await sync_to_async(_cookie)(person))
        by_token = await _first(name + await sync_to_async(_token)(person), [])
        assert [said["text"] for said in (by_page, by_token)] == ['{"type":"hello","stamp":""}'] * 2


@every_socket
async def test_a_socket_refuses_everybody_else(
    name: str,
    question: Message,
    owner: User,
    admin: User,
) -> None:
    """Anonymous, with an access key, which is for requests only, and suspended meanwhile."""
    openings: list[tuple[str, Headers]] = [(name, []), (f"{name}?token=nonsense", [])]
    openings.append((name + await sync_to_async(_key)(owner), []))
    for person in (owner, admin):
        openings.append((name, await sync_to_async(_cookie)(person)))
        openings.append((name + await sync_to_async(_token)(person), []))
        await sync_to_async(_suspend)(person)
    for path, headers in openings:
        said = await _first(path, headers)
        assert (said["type"], said["code"]) == ("websocket.close", SIGNED_OUT)


@chat_socket
@pytest.mark.parametrize("kind", ["subscribe", "stop"])
@pytest.mark.parametrize("who", ["stranger", "viewer", "editor", "admin"])
async def test_a_socket_does_not_know_the_answers_of_others(
    name: str,
    kind: str,
    who: str,
    question: Message,
    people: dict[str, User],
) -> None:
    answer = await Message.objects.aget(parent_message_id=question.message_id)
    generation = await sync_to_async(generation_make)(answer)
    token = await sync_to_async(_token)(people[who])
    said = []
    async with _opened(name + token, []) as socket:
        assert await socket.receive_json_from() == {"type": "hello", "stamp": ""}
        for wanted in (generation.pk, "nothing"):
            await socket.send_json_to({"type": kind, "generation": wanted})
            said.append(await socket.receive_json_from())
    assert said[0] == said[1]
    assert said[0]["type"] == "error"
    assert said[0]["code"] == "not_found"
    kept = await Generation.objects.aget(pk=generation.pk)
    assert (kept.state, kept.is_active) == (generation.state, True)


async def test_the_socket_of_the_administration_opens_by_capability(
    owner: User,
    admin: User,
) -> None:
    await sync_to_async(grant)(owner, "access:admin", "read:system")
    for person in (admin, owner):
        said = await _first(ACTIVITY, await sync_to_async(_desk_cookie)(person))
        assert said["text"].startswith('{"type":"activity","html":')


async def test_the_socket_of_the_administration_is_closed_to_everybody_else(
    stranger: User,
    viewer: User,
    admin: User,
) -> None:
    """Without the right, with a token, and from a page that was not in the administration."""
    await sync_to_async(grant)(viewer, *(set(BASE) - implying("read:system")))
    openings: list[tuple[str, Headers]] = [
        (ACTIVITY, await sync_to_async(_desk_cookie)(stranger)),
        (ACTIVITY, await sync_to_async(_desk_cookie)(viewer)),
        (ACTIVITY, await sync_to_async(_cookie)(admin)),
    ]
    openings.append((ACTIVITY + await sync_to_async(_token)(admin), []))
    for path, headers in openings:
        said = await _first(path, headers)
        assert (said["type"], said["code"]) == ("websocket.close", FORBIDDEN)


async def test_the_socket_of_the_administration_ends_with_the_right(owner: User) -> None:
    await sync_to_async(grant)(owner, "access:admin", "read:system")
    cookie = await sync_to_async(_desk_cookie)(owner)
    async with _opened(ACTIVITY, cookie) as socket:
        assert (await socket.receive_json_from())["type"] == "activity"
        await Grant.objects.filter(capability="read:system").adelete()
        said = await socket.receive_output(timeout=10)
    assert (said["type"], said["code"]) == ("websocket.close", FORBIDDEN)
