"""The relay tried as programs use it: through its own door, with a key, in every shape."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from django.utils.translation import gettext as _

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[object]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[Scope, Receive, Send], Awaitable[None]]
WAIT_SECONDS = 60
MOST_TOKENS = 64
SAY = "Say hello in one word."
KEPT_HEADERS = frozenset({b"x-forwarded-for", b"user-agent", b"host"})


@dataclass(frozen=True, slots=True)
class Shape:
    """One way programs call. has: what an answer that came to its end contains."""

    title: str
    method: str
    path: str
    body: Mapping[str, object] | None
    has: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """How a shape went. fault: in words, empty when it went well."""

    title: str
    path: str
    milliseconds: int
    fault: str = ""


async def self_test(door: Door, scope: Scope, *, key: str, model: str) -> list[Result]:
    """Return how each shape went, one after the other; scope: of the visitor's own request."""
    return [await _tried(door, scope, key, shape) for shape in shapes(model)]


def shapes(model: str) -> list[Shape]:
    """Return the ways programs call a model."""
    messages = [{"role": "user", "content": SAY}]
    chat = {"model": model, "messages": messages, "max_tokens": MOST_TOKENS}
    return [
        Shape(_("List of models"), "GET", "/v1/models", None, b'"data"'),
        Shape(_("Chat completion"), "POST", "/v1/chat/completions", chat, b'"choices"'),
        Shape(
            _("Chat completion, streamed"),
            "POST",
            "/v1/chat/completions",
            {**chat, "stream": True},
            b"[DONE]",
        ),
        Shape(_("Messages (Anthropic)"), "POST", "/v1/messages", chat, b'"stop_reason"'),
        Shape(
            _("Messages (Anthropic), streamed"),
            "POST",
            "/v1/messages",
            {**chat, "stream": True},
            b"message_stop",
        ),
        Shape(
            _("Responses body on the chat address, as Cursor sends it"),
            "POST",
            "/v1/chat/completions",
            {"model": model, "input": SAY, "stream": True, "max_output_tokens": MOST_TOKENS},
            b"[DONE]",
        ),
    ]


async def _tried(door: Door, scope: Scope, key: str, shape: Shape) -> Result:
    started = time.monotonic()
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            status, body = await _called(door, scope, key, shape)
        fault = _fault(status, body, shape.has)
    except TimeoutError:
        fault = _("No answer within %(seconds)d seconds.") % {"seconds": WAIT_SECONDS}
    return Result(shape.title, shape.path, round((time.monotonic() - started) * 1000), fault)


async def _called(door: Door, scope: Scope, key: str, shape: Shape) -> tuple[int, bytes]:
    """Return status and body of a call, made in a task of its own as servers do."""
    sent: list[Message] = []
    waiting = [
        {
            "type": "http.request",
            "body": orjson.dumps(shape.body) if shape.body is not None else b"",
            "more_body": False,
        }
    ]

    async def receive() -> object:
        if waiting:
            return waiting.pop()
        return await asyncio.Event().wait()  # the line stays open

    async def send(message: Message) -> None:
        sent.append(message)

    await asyncio.create_task(_run(door, _scope(scope, key, shape), receive, send))
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], body


async def _run(door: Door, scope: Scope, receive: Receive, send: Send) -> None:
    await door(scope, receive, send)


def _scope(scope: Scope, key: str, shape: Shape) -> Scope:
    headers = [pair for pair in scope["headers"] if pair[0] in KEPT_HEADERS]
    return {
        **scope,
        "method": shape.method,
        "path": shape.path,
        "raw_path": shape.path.encode(),
        "query_string": b"",
        "headers": [
            *headers,
            (b"authorization", b"Bearer " + key.encode()),
            (b"content-type", b"application/json"),
        ],
    }


def _fault(status: int, body: bytes, has: bytes) -> str:
    if status != HTTPStatus.OK:
        return f"{status}: {_message(body)}"
    if has not in body:
        return _("The answer did not come to its end: %(text)s") % {"text": _message(body)}
    return ""


def _message(body: bytes) -> str:
    """Return the sentence of an error, of a whole body or a stream's last event."""
    for line in reversed(body.splitlines()):
        try:
            told = orjson.loads(line.removeprefix(b"data: "))["error"]["message"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            continue
        return str(told)
    return _("no reason was given")
