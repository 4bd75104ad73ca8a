"""Requests that somebody makes of a route of the policies."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver

from accounts.models import User
from conversations.models import Message
from tests.architecture.policies import Route
from tests.factories.people import PASSWORD, sign_in

FORM = "application/x-www-form-urlencoded"
# The one thing of a kind that is shared in the matrix.
THING = "0123456789abcdef01234567"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with what proves who they are: a browser's cookies or a header."""

    client: Client = field(default_factory=Client)
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def by_page(cls, person: User) -> "Visitor":
        """Return somebody who signed in with their browser."""
        client = Client()
        answer = client.post("/login", {"email": person.email, "password": PASSWORD})
        assert answer.status_code == 302
        return cls(client)

    @classmethod
    def by_token(cls, person: User) -> "Visitor":
        """Return somebody who signed in with a program."""
        return cls.bearing(sign_in(person).access_token)

    @classmethod
    def bearing(cls, text: str) -> "Visitor":
        """Return whoever holds an access token or an access key."""
        return cls(headers={"Authorization": f"Bearer {text}"})

    @classmethod
    def at(cls, route: Route, person: User) -> "Visitor":
        """Return a person who is signed in the way a route asks for."""
        return cls.by_page(person) if route.door == "page" else cls.by_token(person)

    def ask(self, pattern: str, route: Route, message: Message) -> HttpResponseBase:
        """Return the answer to a request of a route, however often others have asked."""
        cache.clear()
        body: Any = _filled(route.body, message)
        kind = "application/json"
        if route.door == "page":
            kind, body = FORM, "&".join(f"{name}={value}" for name, value in body.items())
        answer: HttpResponseBase = self.client.generic(
            route.method,
            path_of(pattern, message),
            body if isinstance(body, str) else json.dumps(body),
            content_type=kind,
            headers=self.headers,
        )
        if isinstance(answer, StreamingHttpResponse):
            asyncio.run(_read(answer))  # a file is closed once it is read
        return answer


async def _read(answer: StreamingHttpResponse) -> None:
    async for _ in answer:
        pass


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Yield the pattern of every route; the admin's own site is one of them."""
    for entry in resolver.url_patterns:
        name = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern) or name == "admin/":
            yield name
        else:
            yield from walk(entry, name)


def is_sent_to_sign_in(answer: HttpResponseBase) -> bool:
    """Return whether an answer leads to the page to sign in."""
    return answer.status_code == 302 and "/login" in answer.headers.get("Location", "")


def path_of(pattern: str, message: Message) -> str:
    """Return a path that a pattern matches; it names a message where it can."""
    values = {
        "conversation_id": message.conversation.conversation_id,
        "stream_id": message.conversation.conversation_id,
        "message_id": message.message_id,
        "name": "USER",
        "endpoint": "demo",
        "part": "agents",
        "resource": "agent",
        "resource_id": THING,
        "group_id": "x",
        "prompt_group_id": "x",
        "share_id": "x",
        "project_id": "x",
        "tag": "x",
        "tag_id": "x",
        "budget_id": "x",
        "preset_id": "x",
        "kind": "tag",
        "ref": "x",
        "act": "move",
        "prompt_id": "x",
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
        "move_in_id": "x",
        "token": "x",
        "turn_id": "x",
    }
    plain = "api/nothing" if pattern.startswith("^") else pattern
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: values[found[1]], plain)


def _filled(body: Any, message: Message) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, message) for name, value in body.items()}
    if isinstance(body, str):
        return body.format(
            conversation_id=message.conversation.conversation_id,
            message_id=message.message_id,
        )
    return body
