"""``/v1/messages/count_tokens``: how long a prompt is."""

from http import HTTPStatus

import orjson

from agents.engine.offload import offload
from agents.llm import tokens
from agents.llm.providers.wire_provider import WireProvider
from agents.llm.wire.fields import count_of, object_of
from agents.llm.wire.serving import anthropic_requests
from agents.llm.wire.serving.asked import Asked, BadRequestError
from agents.models import CallStatus
from agents.relay import faults, passing
from agents.relay.admitting import admitted, json_body, left
from agents.relay.calling import Calling
from agents.relay.problems import RelayError
from agents.relay.targets import Target
from agents.relay.visit import Visit

PATH = "/messages/count_tokens"


async def count_tokens(visit: Visit) -> None:
    """Count: the provider where it can, else we do. It costs nothing."""
    body, parsed = await json_body(visit)
    calling, targets = await admitted(visit, body, parsed)
    target = targets[0]
    try:
        if target.dialect == "anthropic" and isinstance(target.provider, WireProvider):
            answer = await _theirs(calling, target, target.provider)
        else:
            answer = await _ours(calling, target)
    finally:
        await left(visit, calling)
    visit.record.status = CallStatus.OK
    visit.record.http_status = HTTPStatus.OK
    visit.record.endpoint, visit.record.model = target.endpoint, target.model
    visit.service.meter.note(visit.record)
    await visit.exchange.answer(HTTPStatus.OK, answer)


async def _theirs(calling: Calling, target: Target, provider: WireProvider) -> bytes:
    body = passing.with_model(calling.body, calling.parsed, target.model)
    sending = passing.Sending(PATH, body)
    async with passing.opened(calling, target, provider, sending) as response:
        body = await response.read(passing.LONGEST_ANSWER)
    try:
        told = count_of(object_of(orjson.loads(body)).get("input_tokens"))
    except orjson.JSONDecodeError:
        told = None
    if told is None:
        raise RelayError("upstream_failed", faults.TOLD["upstream_failed"])
    return body


async def _ours(calling: Calling, target: Target) -> bytes:
    asked = _read(calling)
    request = asked.request
    counted = await offload(tokens.count_messages, request.messages, request.tools, target.model)
    return orjson.dumps({"input_tokens": counted})


def _read(calling: Calling) -> Asked:
    try:
        return anthropic_requests.parse_count_tokens(calling.parsed)
    except BadRequestError as exc:
        raise faults.from_request(exc) from exc
