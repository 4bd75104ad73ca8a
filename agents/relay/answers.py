"""Whole answers that are kept for a while: an equal request of the same key costs nothing.

Only what asks for no chance (temperature 0), uses no tools and leaves nothing at the provider is
kept. Kept answers are encrypted: with Redis they leave this process.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from asgiref.typing import ASGISendCallable, ASGISendEvent
from django.utils.crypto import salted_hmac

from agents import config
from agents.engine.offload import offload
from agents.llm.wire.fields import JsonObject, object_of
from agents.models import CallStatus
from agents.relay import observing
from agents.relay.calling import Calling, content_of, head_of
from agents.relay.shelf import shelf
from agents.relay.targets import Target

logger = logging.getLogger(__name__)

SALT = "agents.relay.answers"
HEADER = b"x-relay-cache"
MOST_BYTES = 128 * 1024  # larger answers are not kept
# With one of these an answer depends on more than the request, or does more than answer.
UNREPEATABLE = (
    "tools",
    "functions",
    "web_search_options",
    "plugins",
    "mcp_servers",
    "container",
    "previous_response_id",
    "conversation",
    "background",
    "store",
)
# Of the client's headers these change what the provider answers.
ANSWERED_BY = ("anthropic-version", "anthropic-beta", "openai-beta")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and the id of the target that gave it."""

    target: str
    body: bytes


async def answered(
    calling: Calling, targets: Iterable[Target], run: Callable[[], Awaitable[None]]
) -> None:
    """Answer with what is kept; else ``run`` the call and keep what it answers.

    Raises:
        RelayError: ``run`` does.
    """
    seconds = config.relay().cache_seconds
    listed = tuple(targets)
    name = _name(calling, listed) if seconds and is_repeatable(calling) else ""
    if not name:
        await run()
        return
    kept = await offload(_load, name)
    target = next((one for one in listed if kept and one.id == kept.target), None)
    if kept is not None and target is not None:
        await _tell(calling, target, kept.body)
        return
    calling.exchange.extra.append((HEADER, b"miss"))
    copy = _Copy(calling.exchange.send)
    calling.exchange.send = copy
    await run()
    record = calling.record
    if copy.body and record.status == CallStatus.OK:
        answer = Kept(f"{record.endpoint}/{record.model}", copy.body)
        await offload(_keep, name, answer, seconds)


def is_repeatable(calling: Calling) -> bool:
    """Return whether an equal request may get the same answer again."""
    parsed = calling.parsed
    temperature = parsed.get("temperature")
    is_certain = isinstance(temperature, int | float) and temperature is not False
    if calling.is_stream or not is_certain or temperature != 0:
        return False
    if calling.wire == "responses" and parsed.get("store") is not False:
        return False  # the provider stores what it answers
    return not any(parsed.get(name) for name in UNREPEATABLE)


def _name(calling: Calling, targets: Iterable[Target]) -> str:
    """Return the name under which an answer is kept; "" for a body that has no one form."""
    told = {
        "key": calling.facts.id,
        "route": calling.wire,
        "alias": calling.model,
        "targets": sorted(
            [one.id, _json(one.parameters), _json(one.capabilities)] for one in targets
        ),
        "headers": [calling.exchange.headers.get(name, "") for name in ANSWERED_BY],
        "body": calling.parsed,
    }
    try:
        return f"relay:answer:{salted_hmac(SALT, _json(told), algorithm='sha256').hexdigest()}"
    except TypeError:
        return ""


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _load(name: str) -> Kept | None:
    """Return what is kept; a cache that fails keeps nothing."""
    try:
        text = shelf.read([name]).get(name)
        fields: JsonObject = orjson.loads(text) if text else {}
    except Exception:
        logger.exception("The relay's kept answers could not be read.")
        return None
    return Kept(str(fields["target"]), str(fields["body"]).encode()) if fields else None


def _keep(name: str, answer: Kept, seconds: int) -> None:
    """Keep an answer; the client has it already, so that a failure is only noted."""
    try:
        if object_of(orjson.loads(answer.body)).get("error"):
            return  # a failure that calls itself a success
        text = orjson.dumps({"target": answer.target, "body": answer.body.decode()}).decode()
        shelf.keep(name, text, seconds=seconds)
    except Exception:
        logger.exception("An answer of the relay could not be kept.")


async def _tell(calling: Calling, target: Target, body: bytes) -> None:
    """Answer with what is kept, and write the call down as one that cost nothing."""
    exchange, record = calling.exchange, calling.record
    record.endpoint, record.model = target.endpoint, target.model
    record.upstream_dialect = target.dialect
    record.tags["cache"] = "hit"
    exchange.extra += [(HEADER, b"hit"), *head_of(calling, target)]
    record.status = CallStatus.ABORTED
    try:
        calling.first_byte()
        calling.answer.append(body)
        await exchange.answer(HTTPStatus.OK, body)
        record.status = CallStatus.OK
    finally:
        exchange.is_noted = True
        record.http_status = exchange.status
        record.bytes_in, record.bytes_out = exchange.bytes_in, exchange.bytes_out
        record.total_ms = round((asyncio.get_running_loop().time() - exchange.started) * 1000)
        calling.meter.note(record, content=content_of(calling))
        observing.closed(record)


class _Copy:
    """Hands an answer on; ``body``: of a whole one that succeeded and is not too large."""

    def __init__(self, send: ASGISendCallable) -> None:
        self.body = b""
        self._send = send
        self._status = 0

    async def __call__(self, event: ASGISendEvent) -> None:
        """Hand an event on."""
        await self._send(event)
        if event["type"] == "http.response.start":
            self._status = event["status"]
        elif event["type"] == "http.response.body":
            is_whole = self._status == HTTPStatus.OK and not event["more_body"]
            if is_whole and len(event["body"]) <= MOST_BYTES:
                self.body = event["body"]
