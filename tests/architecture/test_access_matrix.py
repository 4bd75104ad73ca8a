"""Every route by {anonymous, stranger, viewer, owner, admin} keeps its declared policy."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.streaming.routing import websocket_urlpatterns
from librechat.asgi import application
from tests.architecture.policies import POLICIES, SOCKETS, Route
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make, turn_make

# Asynchronous views read in other threads, so their rows must be committed.
COMMITTED = ("api/agents/chat", "api/convos/gen_title", "c/<str:conversation_id>/stop")
PROVES_BY_BODY = {"api/auth/2fa/verify-temp"}  # open to all, good only with its token
TO_SIGN_IN = {
    "admin/login/",
    "logout",
    "oauth/error",
    "login/second-factor",
    "login/passkey",
}  # they lead to the sign-in page by purpose
ROUTES = [
    pytest.param(
        pattern,
        route,
        id=f"{route.method} {pattern}",
        marks=pytest.mark.django_db(transaction=pattern.startswith(COMMITTED)),
    )
    for pattern, routes in POLICIES.items()
    for route in routes
]


def _walk(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        name = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern) or name == "admin/":
            yield name
        else:
            yield from _walk(entry, name)


def test_every_route_has_a_policy() -> None:
    routes = set(_walk(get_resolver()))
    assert routes - set(POLICIES) == set()
    assert set(POLICIES) - routes == set()


def test_every_socket_has_a_policy() -> None:
    assert {str(entry.pattern) for entry in websocket_urlpatterns} == set(SOCKETS)


@pytest.fixture
def question(owner: User) -> Message:
    asked, answer = turn_make(conversation_make(owner))
    Conversation.objects.update(leaf_message_id=answer.message_id)
    return asked


def _path(pattern: str, message: Message) -> str:
    values = {
        "conversation_id": message.conversation.conversation_id,
        "stream_id": message.conversation.conversation_id,
        "message_id": message.message_id,
        "name": "USER",
        "endpoint": "demo",
        "part": "agents",
        "resource": "agent",
        "resource_id": "x",
        "group_id": "x",
        "event_id": "x",
        "user_id": "x",
        "banner_id": "x",
        "principal_type": "role",
        "principal_id": "USER",
        "capability": "read:users",
        "item_type": "tool",
        "item_id": "x",
        "session_id": "x",
        "passkey_id": "x",
        "key_id": "x",
        "linked_id": "x",
        "token": "x",
    }
    plain = "api/nothing" if pattern.startswith("^") else pattern
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: values[found[1]], plain)


def _filled(body: Any, message: Message) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, message) for name, value in body.items()}
    if isinstance(body, str):
        return body.format(conversation_id=message.conversation.conversation_id)
    return body


def _ask(pattern: str, route: Route, message: Message, person: User | None) -> HttpResponseBase:
    client = Client(raise_request_exception=True)
    headers: dict[str, str] = {}
    kind = "application/json"
    body: Any = _filled(route.body, message)
    if route.door == "page":
        if person is not None:
            client.force_login(person)
        kind = "application/x-www-form-urlencoded"
        body = "&".join(f"{name}={value}" for name, value in body.items())
    elif person is not None:
        headers["Authorization"] = f"Bearer {sign_in(person).access_token}"
    return client.generic(
        route.method,
        _path(pattern, message),
        body if isinstance(body, str) else json.dumps(body),
        content_type=kind,
        headers=headers,
    )


def _is_sent_to_sign_in(answer: HttpResponseBase) -> bool:
    return answer.status_code == 302 and "/login" in answer.headers.get("Location", "")


@pytest.mark.parametrize(("pattern", "route"), ROUTES)
def test_route_keeps_its_policy(
    pattern: str,
    route: Route,
    question: Message,
    owner: User,
    viewer: User,
    stranger: User,
    admin: User,
) -> None:
    before = (Message.objects.count(), Conversation.objects.get().title)
    anonymous = _ask(pattern, route, question, None)
    if route.policy == "public":
        assert anonymous.status_code != 401 or pattern in PROVES_BY_BODY
        assert not _is_sent_to_sign_in(anonymous) or pattern in TO_SIGN_IN
        return
    is_refused = anonymous.status_code == 401
    assert is_refused if route.door == "api" else _is_sent_to_sign_in(anonymous)
    others = [_ask(pattern, route, question, person) for person in (stranger, viewer, admin)]
    if route.policy == "admin":
        assert [answer.status_code for answer in others] == [302, 302, 200]
        return
    if route.policy == "capability":
        assert [answer.status_code for answer in others[:2]] == [403, 403]
        assert others[2].status_code not in {401, 403}
        return
    if route.policy == "own_object":
        assert {answer.status_code for answer in others} == {404}
        assert (Message.objects.count(), Conversation.objects.get().title) == before
    assert _ask(pattern, route, question, owner).status_code not in {401, 403}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", sorted(SOCKETS))
async def test_socket_refuses_who_is_not_signed_in(name: str) -> None:
    socket = WebsocketCommunicator(
        application,
        f"/{name}",
        headers=[(b"origin", b"http://localhost")],
    )
    is_connected, code = await socket.connect()
    assert (is_connected, code) == (False, 4401) or (
        is_connected and (await socket.receive_output())["code"] == 4401
    )
