"""Routes that only one dialect has: embeddings, legacy completions, images, speech; handed on."""

from functools import partial
from http import HTTPStatus

import orjson

from agents.llm.providers.wire_provider import WireProvider
from agents.llm.wire.fields import JsonObject, object_of
from agents.llm.wire.neutral import Usage
from agents.llm.wire.openai_usage import in_and_out, usage_from
from agents.relay import faults, passing
from agents.relay.admitting import admitted, json_body, left
from agents.relay.calling import Ask, Calling, head_of
from agents.relay.forms import ModelField, model_field
from agents.relay.problems import RelayError
from agents.relay.targets import Target
from agents.relay.visit import Visit
from agents.relay.watching import Wire, credible
from librechat.kernel import outbound

MOST_JSON = 64 * 1024 * 1024
MOST_KEPT = 256 * 1024  # of an answer, where the key keeps what was said


async def json_call(visit: Visit) -> None:
    """Hand a JSON request on."""
    body, parsed = await json_body(visit)
    await _run(visit, body, parsed, partial(_ask_json, visit.route.path))


async def file_call(visit: Visit) -> None:
    """Hand a form with a file on."""
    body = await visit.exchange.body()
    field = model_field(body, visit.exchange.headers.get("content-type", ""))
    parsed = {"model": field.name, "max_tokens": 1}
    await _run(visit, body, parsed, partial(_ask_form, visit.route.path, field))


async def _run(visit: Visit, body: bytes, parsed: JsonObject, ask: Ask) -> None:
    calling, targets = await admitted(visit, body, parsed)
    if visit.route.path in {"/embeddings", "/audio/transcriptions"}:
        calling.output_tokens = 1
    try:
        await visit.service.attempts.run(calling, targets, ask)
    finally:
        await left(visit, calling)


async def _ask_json(path: str, calling: Calling, target: Target) -> None:
    body = passing.with_model(calling.body, calling.parsed, target.model)
    await _hand_on(calling, target, passing.Sending(path, body))


async def _ask_form(path: str, field: ModelField, calling: Calling, target: Target) -> None:
    body = field.replaced(calling.body, target.model)
    kind = calling.exchange.headers.get("content-type", "")
    await _hand_on(calling, target, passing.Sending(path, body, kind=kind))


async def _hand_on(calling: Calling, target: Target, sending: passing.Sending) -> None:
    provider = target.provider
    if target.dialect != "openai" or not isinstance(provider, WireProvider):
        raise RelayError(
            "unknown_route", f"The model {calling.model!r} has no {sending.path}.", param="model"
        )
    async with passing.opened(calling, target, provider, sending) as response:
        kind = response.headers.get("content-type", "application/octet-stream")
        if "event-stream" in kind:
            wire: Wire = "chat" if sending.path == "/completions" else "media"
            await passing.stream(calling, target, response, wire)
        elif "json" in kind:
            body = await response.read(MOST_JSON)
            calling.first_byte()
            calling.usage = _usage(calling, sending.path, body)
            body = faults.without_secrets(body, target.connection)
            _keep(calling, body)
            calling.exchange.extra += head_of(calling, target)
            await calling.exchange.answer(HTTPStatus.OK, body)
        else:
            await _bytes(calling, target, response, kind)


async def _bytes(calling: Calling, target: Target, response: outbound.Response, kind: str) -> None:
    """Hand sound or text on while it comes; of sound only its size can be kept as text."""
    calling.usage = Usage(calling.prompt_tokens, 0, is_estimated=True)
    head = [(b"content-type", kind.encode("latin-1", "replace")), *head_of(calling, target)]
    await calling.exchange.begin(head)
    size, is_text = 0, kind.startswith("text/")
    try:
        async for chunk in response:
            calling.first_byte()
            if is_text and size < MOST_KEPT:
                _keep(calling, chunk)
            size += len(chunk)
            await calling.exchange.write(chunk)
    finally:
        if not is_text:
            _keep(calling, f"({kind}, {size:,} bytes)".encode())
    await calling.exchange.end()


def _keep(calling: Calling, said: bytes) -> None:
    """Keep what was answered, where the key's policy says so."""
    if calling.facts.content_days:
        calling.answer.append(said[:MOST_KEPT])


def _usage(calling: Calling, path: str, body: bytes) -> Usage:
    try:
        fields = object_of(orjson.loads(body))
    except orjson.JSONDecodeError as exc:
        raise RelayError("upstream_failed", "The model's server sent no JSON.") from exc
    counted = credible(usage_from(fields) or in_and_out(fields))
    if counted is None:
        return Usage(calling.prompt_tokens, 0, is_estimated=True)
    if path == "/embeddings":
        return Usage(counted.input_tokens, 0, embedding_tokens=counted.input_tokens)
    return counted
