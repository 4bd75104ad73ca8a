"""Calls whose client and upstream speak the same dialect: the bytes pass as they are."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

import orjson

from agents.llm.providers.transport import gathered
from agents.llm.providers.wire_provider import WireProvider
from agents.llm.wire.fields import JsonObject, object_of, text_of
from agents.llm.wire.neutral import Usage
from agents.relay import faults
from agents.relay.calling import Calling, head_of
from agents.relay.exchange import Header
from agents.relay.problems import RelayError
from agents.relay.record import shortened
from agents.relay.targets import Target
from agents.relay.watching import UsageHider, Watcher, Wire, answer_usage
from librechat.kernel import outbound

PATHS: Mapping[Wire, str] = {
    "chat": "/chat/completions",
    "messages": "/messages",
    "responses": "/responses",
}
# Of the client's headers only these reach the provider: never its key, cookies or addresses.
HANDED_ON = (
    "anthropic-version",
    "anthropic-beta",
    "openai-beta",
    "x-client-request-id",
    "idempotency-key",
)
EVENT_STREAM = b"text/event-stream; charset=utf-8"
STREAM_HEADERS: list[Header] = [
    (b"content-type", EVENT_STREAM),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]
COMMENT = b": keepalive\n\n"
BROKE_OFF = "The model's answer broke off. What came is charged; try again."
LONGEST_ANSWER = 64 * 1024 * 1024
UPSTREAM_IDS = ("x-request-id", "request-id")
ASKS_USAGE = b',"stream_options":{"include_usage":true}}'


@dataclass(frozen=True, slots=True)
class Sending:
    """A request as it goes to the provider. path: below its version."""

    path: str
    body: bytes
    kind: str = "application/json"
    method: str = "POST"


async def hand_on(
    calling: Calling, target: Target, provider: WireProvider, wire: Wire
) -> bytes | None:
    """Hand the request to the provider and its answer to the client.

    An answer that came whole although a stream was asked for is returned, to be told as one.

    Raises:
        RelayError: refused or not reached, or broken off before the first byte.
    """
    body, hides_usage = _body_for(calling, target, wire)
    if calling.is_stream:
        calling.live.head = partial(_head_early, calling, target)
        calling.live.alive = partial(bytes, COMMENT)  # before the first event no ping is legal
    async with opened(calling, target, provider, Sending(PATHS[wire], body)) as response:
        if "event-stream" in response.headers.get("content-type", ""):
            await stream(calling, target, response, wire, hides_usage=hides_usage)
            return None
        body = await _whole(calling, target, response, wire)
    if calling.is_stream:
        return body
    calling.exchange.extra += head_of(calling, target)
    await calling.exchange.answer(HTTPStatus.OK, body)
    return None


def with_model(body: bytes, parsed: JsonObject, model: str) -> bytes:
    """Return a body that names another model; every other byte stays where that can be.

    Only a splice that parses to exactly the wanted object is taken, else it is written anew.
    """
    asked = parsed.get("model")
    if asked == model:
        return body
    wanted = {**parsed, "model": model}
    name = orjson.dumps(asked)
    for found in re.finditer(rb'("model"\s*:\s*)' + re.escape(name), body):
        spliced = body[: found.end(1)] + orjson.dumps(model) + body[found.end() :]
        if orjson.loads(spliced) == wanted:
            return spliced
    return orjson.dumps(wanted)


def _body_for(calling: Calling, target: Target, wire: Wire) -> tuple[bytes, bool]:
    """Return what is sent, and whether the client did not ask for the count it now brings."""
    body = with_model(calling.body, calling.parsed, target.model)
    missing = {
        name: value for name, value in target.parameters.items() if name not in calling.parsed
    }
    if missing:
        body = orjson.dumps({**object_of(orjson.loads(body)), **missing})
    if wire != "chat" or not calling.is_stream:
        return body, False
    options = object_of(calling.parsed.get("stream_options"))
    if options.get("include_usage") is True:
        return body, False
    if "stream_options" not in calling.parsed and body.rstrip().endswith(b"}"):
        return body.rstrip()[:-1] + ASKS_USAGE, True
    asked = {**options, "include_usage": True}
    return orjson.dumps({**object_of(orjson.loads(body)), "stream_options": asked}), True


@asynccontextmanager
async def opened(
    calling: Calling, target: Target, provider: WireProvider, sending: Sending
) -> AsyncIterator[outbound.Response]:
    """Open a call of the provider; its refusals are told as the client must hear them.

    Raises:
        RelayError: refused, not reached or broken off.
    """
    headers = {**provider.address.headers, "content-type": sending.kind}
    for name in HANDED_ON:
        value = calling.exchange.headers.get(name)
        if value:
            headers = {key: kept for key, kept in headers.items() if key.lower() != name}
            headers[name] = value
    url = provider.address.path_url(sending.path, target.model)
    opening = outbound.stream(
        sending.method,
        url,
        headers=headers,
        body=sending.body,
        limits=target.limits,
        reach=target.reach,
    )
    try:
        async with opening as response:
            if response.status != HTTPStatus.OK:
                refused = await response.read(faults.LONGEST_BODY)
                raise faults.from_answer(
                    target.connection, response.status, response.headers, refused
                )
            calling.record.upstream_request_id = _upstream_id(response.headers)
            yield response
    except outbound.OutboundError as exc:
        if calling.exchange.has_begun:
            raise RelayError("upstream_truncated", BROKE_OFF) from exc
        raise faults.from_line(exc) from exc


async def _whole(
    calling: Calling, target: Target, response: outbound.Response, wire: Wire
) -> bytes:
    body = await response.read(LONGEST_ANSWER)
    calling.first_byte()
    try:
        fields = object_of(orjson.loads(body))
    except orjson.JSONDecodeError as exc:
        raise RelayError("upstream_failed", faults.TOLD["upstream_failed"]) from exc
    if not fields or (fields.get("error") and wire != "responses"):
        # Some servers refuse with a status that says success.
        raise faults.from_answer(target.connection, 0, response.headers, body)
    if fields.get("error"):
        body = faults.without_secrets(body, target.connection)
    if wire == "responses":
        _note_response(calling, text_of(fields.get("id")))
    counted = answer_usage(wire, fields)
    calling.usage = counted or Usage(
        calling.prompt_tokens, max(1, len(body) // 4), is_estimated=True
    )
    if calling.facts.content_days:
        calling.answer.append(body)
    return body


async def stream(
    calling: Calling,
    target: Target,
    response: outbound.Response,
    wire: Wire,
    *,
    hides_usage: bool = False,
) -> None:
    """Hand an answer that comes in pieces to the client as it comes.

    Raises:
        RelayError: it broke off, or its first event is a refusal.
    """
    watcher = Watcher(wire)
    hider = UsageHider() if hides_usage else None
    calling.live.alive = lambda: _sign(watcher, wire)
    try:
        try:
            async with aclosing(gathered(response)) as chunks:
                async for chunk in chunks:
                    whole = watcher.feed(chunk)
                    if whole:  # only whole events pass: between them a sign of life is legal
                        await _tell(calling, target, watcher, hider, whole)
        except outbound.OutboundError:
            if not watcher.is_done and not watcher.has_failed:
                raise
            # Its last word had come: how the line ended then is nothing to the client.
        rest = watcher.finish()
        if rest:
            await _tell(calling, target, watcher, hider, rest)
        if watcher.has_failed:
            calling.failed_in_stream = True
            calling.record.error_code = "upstream_failed"
        elif not watcher.is_done:
            raise RelayError("upstream_truncated", BROKE_OFF)
        await calling.exchange.end()
    finally:
        calling.usage = _usage(calling, watcher)


async def _tell(
    calling: Calling, target: Target, watcher: Watcher, hider: UsageHider | None, whole: bytes
) -> None:
    """Hand whole events to the client."""
    _note_response(calling, watcher.response_id)
    if calling.record.first_byte_ms is None:
        await _begin(calling, target, watcher, whole)
    if watcher.has_failed:
        whole = faults.without_secrets(whole, target.connection)
    await calling.write(hider.feed(whole) if hider else whole)
    await calling.cover(watcher.events)
    calling.live.events = watcher.events


async def _begin(calling: Calling, target: Target, watcher: Watcher, whole: bytes) -> None:
    is_response = watcher.wire == "responses" and watcher.is_done  # a failed one is an answer, too
    if watcher.has_failed and watcher.events == 1 and not is_response:
        failure = _failure(whole)
        raise faults.from_answer(
            target.connection, 0, {"content-type": "application/json"}, failure
        )
    calling.first_byte()
    if not calling.exchange.has_begun:
        await calling.exchange.begin([*STREAM_HEADERS, *head_of(calling, target)])


def _note_response(calling: Calling, name: str) -> None:
    """Remember the id of a stored response: by it its owner may ask for it again."""
    if name:
        calling.record.upstream_request_id = shortened("upstream_request_id", name)


def _failure(whole: bytes) -> bytes:
    """Return the data of the first event."""
    for line in whole.splitlines():
        if line.startswith(b"data:"):
            return line[5:].strip()
    return b""


def _usage(calling: Calling, watcher: Watcher) -> Usage | None:
    """Return the provider's count; ours, one token an event, where it broke off before counting."""
    counted = watcher.usage()
    if watcher.is_done and counted is not None:
        return counted
    if not watcher.events or not calling.exchange.has_begun:
        return None
    if counted is None:
        return Usage(calling.prompt_tokens, watcher.events, is_estimated=True)
    return replace(
        counted, output_tokens=max(counted.output_tokens, watcher.events), is_estimated=True
    )


def _sign(watcher: Watcher, wire: Wire) -> bytes:
    """Return a sign of life, when no event is open."""
    return _ping(wire) if watcher.is_between_events and not watcher.is_done else b""


def _ping(wire: Wire) -> bytes:
    if wire == "messages":
        return b'event: ping\ndata: {"type": "ping"}\n\n'
    return COMMENT


async def _head_early(calling: Calling, target: Target) -> None:
    await calling.exchange.begin([*STREAM_HEADERS, *head_of(calling, target)])


def _upstream_id(headers: Mapping[str, str]) -> str:
    found = next((headers[name] for name in UPSTREAM_IDS if headers.get(name)), "")
    return shortened("upstream_request_id", found)
