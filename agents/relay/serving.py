"""What each of the relay's routes does with a visit."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import orjson

from agents.llm.providers.wire_provider import WireProvider
from agents.llm.wire.abilities import lacks_something, refuse_unable
from agents.llm.wire.fields import JsonObject
from agents.llm.wire.serving.asked import Asked, BadRequestError
from agents.relay import (
    answers,
    converting,
    counting,
    faults,
    listing,
    ownership,
    passing,
    plain,
    stored,
)
from agents.relay.admitting import admitted, json_body, left
from agents.relay.calling import Calling
from agents.relay.exchange import Exchange
from agents.relay.problems import RelayError, Speech
from agents.relay.routes import Work
from agents.relay.targets import Target
from agents.relay.visit import Visit
from agents.relay.watching import Wire

# The client's route → the dialect of upstreams that need no conversion.
SAME = {"chat": "openai", "messages": "anthropic", "responses": "responses"}


async def chat(visit: Visit) -> None:
    """Have a model answer, in whichever dialect it speaks."""
    body, parsed = await json_body(visit)
    calling, targets = await admitted(visit, body, parsed)
    asked: list[Asked] = []

    async def ask(calling: Calling, target: Target) -> None:
        if lacks_something(target.capabilities):
            asked[:] = asked or [converting.read(visit.route.wire, calling)]
            _check_able(asked[0], target)
        wire = wire_between(visit.route.wire, target, parsed)
        if wire is not None and isinstance(target.provider, WireProvider):
            whole = await passing.hand_on(calling, target, target.provider, wire)
            if whole is not None:
                asked[:] = asked or [converting.read(visit.route.wire, calling)]
                await converting.pretend(calling, target, asked[0], whole)
            return
        asked[:] = asked or [converting.read(visit.route.wire, calling)]
        await converting.convert(calling, target, visit.route.wire, asked[0])

    try:
        targets = await ownership.keepers(visit, calling, targets)
        run = partial(visit.service.attempts.run, calling, targets, ask)
        await answers.answered(calling, targets, run)
    finally:
        await left(visit, calling)


def _check_able(asked: Asked, target: Target) -> None:
    """Refuse what the operator says the model cannot do.

    Raises:
        RelayError: something of it is asked for.
    """
    try:
        refuse_unable(asked.request, target.capabilities)
    except BadRequestError as exc:
        raise faults.from_request(exc) from exc


def wire_between(wire: str, target: Target, parsed: JsonObject) -> Wire | None:
    """Return the dialect that client and upstream share; None when one is put into the other.

    A Responses body on the chat route (Cursor's agent mode) is never handed on as it is.
    """
    if wire == "chat" and target.dialect == "openai" and "messages" in parsed:
        return "chat"
    if wire == "messages" and target.dialect == "anthropic":
        return "messages"
    if wire == "responses" and target.has_responses:
        return "responses"
    return None


def error_event(exchange: Exchange, refusal: RelayError, speech: Speech, wire: str) -> bytes:
    """Return the event that ends a stream which cannot go on."""
    fields = refusal.fields(speech, exchange.id)
    if speech == "anthropic":
        return b"event: error\ndata: %b\n\n" % orjson.dumps(fields)
    if wire == "responses":
        event = {"type": "error", "code": refusal.code_in(), "message": refusal.message}
        data = orjson.dumps({**event, "param": None, "sequence_number": 0})
        return b"event: error\ndata: %b\n\n" % data
    return b"data: %b\n\n" % orjson.dumps(fields)


WORK: Mapping[Work, Callable[[Visit], Awaitable[None]]] = {
    "chat": chat,
    "count_tokens": counting.count_tokens,
    "models": listing.models,
    "model": listing.model,
    "plain": plain.json_call,
    "multipart": plain.file_call,
    "usage": stored.usage,
    "key": stored.key,
    "response": stored.response,
}
