"""``/v1/messages/count_tokens`` and ``/v1/responses/input_tokens``: how long a prompt is.

The provider counts where it can, else we estimate, and say so in a header and in the record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import orjson

from agents.engine.offload import offload
from agents.llm import tokens
from agents.llm.providers.wire_provider import WireProvider
from agents.llm.wire.fields import JsonObject, count_of, object_of
from agents.llm.wire.serving import anthropic_requests, openai_responses_requests
from agents.llm.wire.serving.asked import Asked, BadRequestError
from agents.models import CallStatus
from agents.relay import faults, ownership, passing
from agents.relay.admitting import admitted, json_body, left
from agents.relay.calling import Calling
from agents.relay.problems import RelayError
from agents.relay.targets import Target
from agents.relay.visit import Visit

# What servers say that speak a dialect but do not count. A model they do not know is estimated,
# too: that costs nothing, and a call of it is told.
WITHOUT = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
)
ESTIMATED = (b"x-relay-estimated", b"true")


@dataclass(frozen=True, slots=True)
class Way:
    """How a dialect asks for a count.

    path: below the version, at the provider too. can_count: whether a target's server has it.
    names: fields of the answer beside the count.
    """

    path: str
    can_count: Callable[[Target], bool]
    read: Callable[[JsonObject], Asked]
    names: Mapping[str, str]


def _speaks_messages(target: Target) -> bool:
    return target.dialect == "anthropic"


def _speaks_responses(target: Target) -> bool:
    return target.has_responses


WAYS: Mapping[str, Way] = {
    way.path: way
    for way in (
        Way(
            "/messages/count_tokens",
            _speaks_messages,
            anthropic_requests.parse_count_tokens,
            {},
        ),
        Way(
            "/responses/input_tokens",
            _speaks_responses,
            openai_responses_requests.parse_request,
            {"object": "response.input_tokens"},
        ),
    )
}


async def count_tokens(visit: Visit) -> None:
    """Count: the provider where it can, else we do. It costs nothing."""
    way = WAYS[visit.route.path]
    body, parsed = await json_body(visit)
    calling, targets = await admitted(visit, body, parsed)
    try:
        target = (await ownership.keepers(visit, calling, targets))[0]
        answer = await _theirs(way, calling, target) or await _ours(way, calling, target)
    finally:
        await left(visit, calling)
    visit.record.status = CallStatus.OK
    visit.record.http_status = HTTPStatus.OK
    visit.record.endpoint, visit.record.model = target.endpoint, target.model
    visit.service.meter.note(visit.record)
    await visit.exchange.answer(HTTPStatus.OK, answer)


async def _theirs(way: Way, calling: Calling, target: Target) -> bytes | None:
    """Return the provider's answer; None where its server does not count.

    Raises:
        RelayError: it refused, was not reached, or told no count.
    """
    provider = target.provider
    if not way.can_count(target) or not isinstance(provider, WireProvider):
        return None
    body = passing.with_model(calling.body, calling.parsed, target.model)
    sending = passing.Sending(way.path, body)
    try:
        async with passing.opened(calling, target, provider, sending) as response:
            body = await response.read(passing.LONGEST_ANSWER)
    except RelayError as refusal:
        if refusal.status in WITHOUT:
            return None
        raise
    if told_count(body) is None:
        raise RelayError("upstream_failed", faults.TOLD["upstream_failed"])
    return body


def told_count(body: bytes) -> int | None:
    """Return the count that a provider's answer tells."""
    try:
        return count_of(object_of(orjson.loads(body)).get("input_tokens"))
    except orjson.JSONDecodeError:
        return None


async def _ours(way: Way, calling: Calling, target: Target) -> bytes:
    """Return an answer with our own estimate.

    Raises:
        RelayError: the body cannot be read, or names what only its provider has.
    """
    try:
        request = way.read(calling.parsed).request
    except BadRequestError as exc:
        raise faults.from_request(exc) from exc
    counted = await offload(tokens.count_messages, request.messages, request.tools, target.model)
    calling.record.is_estimated = True
    calling.exchange.extra.append(ESTIMATED)
    return orjson.dumps({**way.names, "input_tokens": counted})
