"""Calls whose client and upstream speak different dialects: everything goes through one model."""

import asyncio
import contextlib
import hashlib
import hmac
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from http import HTTPStatus
from typing import cast

import orjson
from django.conf import settings

from agents import config
from agents.engine.metering import Tally
from agents.engine.turn import Turn
from agents.errors import ProviderError, SetupError
from agents.llm.providers.wire_provider import WireProvider
from agents.llm.wire.neutral import (
    ChatRequest,
    ChatResponse,
    Event,
    Failed,
    Finished,
    Started,
    Usage,
    UsageReported,
)
from agents.llm.wire.serving import anthropic, openai_chat, openai_responses
from agents.llm.wire.serving.asked import (
    Answering,
    Asked,
    BadRequestError,
    Encoder,
    ServerDialect,
)
from agents.relay import continuing, faults, thoughts
from agents.relay.calling import Calling, head_of
from agents.relay.lengths import answer_length
from agents.relay.live import HEAD_SECONDS
from agents.relay.passing import BROKE_OFF, STREAM_HEADERS
from agents.relay.problems import RelayError
from agents.relay.record import shortened, shortened_tags
from agents.relay.targets import Target

OPENAI_MODEL = re.compile(r"(?:gpt-|chatgpt|o\d)")
DIALECTS: Mapping[str, ServerDialect] = {
    "chat": openai_chat,
    "messages": anthropic,
    "responses": openai_responses,
}


def read(wire: str, calling: Calling) -> Asked:
    """Return what the client asks for, and note in the record what it says about itself.

    Raises:
        RelayError: the body is no request of this dialect.
    """
    try:
        asked = DIALECTS[wire].parse_request(calling.parsed)
    except BadRequestError as exc:
        raise faults.from_request(exc) from exc
    calling.dropped = asked.dropped
    record = calling.record
    if asked.end_user:
        record.end_user = end_user_hash(asked.end_user, calling.facts.id)
        parameters = {**asked.request.parameters, "user": record.end_user}
        asked = replace(asked, request=replace(asked.request, parameters=parameters))
    record.tags.update(shortened_tags(asked.tags.items()))
    record.session = record.session or shortened("session", asked.session)
    return asked


async def convert(calling: Calling, target: Target, wire: str, asked: Asked) -> None:
    """Ask a target in its own dialect and answer in the client's.

    Raises:
        RelayError: refused or not reached, or broken off.
    """
    dialect = DIALECTS[wire]
    answering = Answering(calling.exchange.id, calling.model, int(time.time()), asked)
    tally = Tally()
    request = asked.request
    if thoughts.are_lost(wire, target):
        request = await thoughts.given_back(calling, target, request)
    answer = _batches(calling, target, fitted(request, target, wire))
    if thoughts.are_lost(wire, target):
        answer = thoughts.watched(calling, target, answer)
    try:
        async with aclosing(answer) as batches:
            if calling.is_stream:
                await _stream(calling, target, batches, dialect.encoder(answering), tally)
            else:
                response = await _collected(calling, batches, tally)
                calling.exchange.extra += head_of(calling, target)
                body = orjson.dumps(dialect.render_response(response, answering))
                if calling.facts.content_days:
                    calling.answer.append(body)
                await calling.exchange.answer(HTTPStatus.OK, body)
    except BadRequestError as exc:  # what the client's dialect can say and the upstream's cannot
        raise faults.from_request(exc) from exc
    except (ProviderError, SetupError) as exc:
        raise faults.from_provider(exc) from exc
    finally:
        if tally.is_begun:
            calling.usage = tally.usage(target.model, calling.prompt_tokens)


async def pretend(calling: Calling, target: Target, asked: Asked, body: bytes) -> None:
    """Tell an answer that came whole as the stream that the client asked for."""
    if not isinstance(target.provider, WireProvider):
        raise TypeError("Only a provider of a wire dialect answers in its bytes.")
    decoder = target.provider.decoder()
    events = [*decoder.feed(body), *decoder.finish()]
    answering = Answering(calling.exchange.id, calling.model, int(time.time()), asked)
    encoder = DIALECTS[calling.wire].encoder(answering)
    if not calling.exchange.has_begun:
        await calling.exchange.begin([*STREAM_HEADERS, *head_of(calling, target)])
    await calling.write(encoder.encode(events))
    await calling.exchange.end()


def end_user_hash(name: str, key_id: str) -> str:
    """Return what stands for a client's own user: it tells them apart and names nobody."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"{key_id}\0{name}".encode(), hashlib.sha256)
    return digest.hexdigest()[:32]


def fitted(request: ChatRequest, target: Target, wire: str) -> ChatRequest:
    """Return the request for a target: its model, the alias's parameters where none are said."""
    parameters = {**target.parameters, **request.parameters}
    limit = answer_length(parameters.get("max_tokens"), target, wire)
    if limit is not None:
        parameters["max_tokens"] = limit
    extra = dict(request.extra)
    if "user" in parameters and target.dialect == "openai" and OPENAI_MODEL.match(target.model):
        extra["safety_identifier"] = parameters.pop("user")  # OpenAI's word for it by now
    if not target.capabilities.get("fast_tier") and parameters.get("service_tier") == "fast":
        del parameters["service_tier"]  # dearer: only where the operator allows it
    if config.relay().auto_cache and target.dialect == "anthropic":
        parameters.setdefault("prompt_cache", True)
    return replace(
        request,
        model=target.model,
        parameters=parameters,
        capabilities=target.capabilities,
        extra=extra,
    )


async def _batches(
    calling: Calling, target: Target, request: ChatRequest
) -> AsyncGenerator[list[Event], None]:
    provider = target.provider
    if request.parameters.get("max_tokens") == 0:
        # Anthropic's way to warm a cache up; nobody else has a word for it.
        yield [Started(calling.exchange.id, target.model), Finished("length")]
        return
    if isinstance(provider, WireProvider):
        prepared = provider.prepare(request)
        calling.dropped = tuple(dict.fromkeys((*calling.dropped, *prepared.dropped)))
        answer = (
            continuing.whole_turn(calling, target, provider, prepared)
            if target.dialect == "anthropic"
            else provider.batches(prepared)
        )
        async with aclosing(answer) as batches:
            async for batch in batches:
                yield batch
        return
    # The protocol says less than what every provider gives: a generator.
    events = cast("AsyncGenerator[Event, None]", provider.stream(request))  # see above
    async with aclosing(events) as stream:
        async for event in stream:
            yield [event]


async def _stream(
    calling: Calling,
    target: Target,
    batches: AsyncGenerator[list[Event], None],
    encoder: Encoder,
    tally: Tally,
) -> None:
    calling.live.alive = encoder.keepalive
    async for batch in _with_early_head(calling, target, batches):
        for event in batch:
            tally.see(event)
            if isinstance(event, Started):
                calling.record.upstream_request_id = shortened("upstream_request_id", event.id)
        if not calling.exchange.has_begun:
            if batch and isinstance(batch[0], Failed):
                raise RelayError("upstream_truncated", batch[0].message)
            calling.first_byte()
            await calling.exchange.begin([*STREAM_HEADERS, *head_of(calling, target)])
        failed = batch[-1] if batch and isinstance(batch[-1], Failed) else None
        await calling.write(encoder.encode(batch))
        calling.live.events += len(batch)
        if failed is not None:
            calling.record.error_code = shortened("error_code", failed.kind)
            calling.failed_in_stream = True
        await calling.cover(tally.characters // 4)
    calling.live.alive = None
    await calling.exchange.end()


async def _with_early_head(
    calling: Calling, target: Target, batches: AsyncGenerator[list[Event], None]
) -> AsyncIterator[list[Event]]:
    """Yield the batches; when the first takes long, the answer's head goes before it."""
    first = asyncio.ensure_future(anext(batches, None))
    try:
        await asyncio.wait({first}, timeout=HEAD_SECONDS)
        if not first.done():
            await calling.exchange.begin([*STREAM_HEADERS, *head_of(calling, target)])
        batch = await first
    finally:
        if not first.done():
            first.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await first
    if batch is None:
        raise RelayError("upstream_failed", faults.TOLD["upstream_failed"])
    yield batch
    async for later in batches:
        yield later


async def _collected(
    calling: Calling, batches: AsyncGenerator[list[Event], None], tally: Tally
) -> ChatResponse:
    turn, name = Turn(), ""
    usage: Usage | None = None
    async for batch in batches:
        calling.first_byte()
        for event in batch:
            tally.see(event)
            turn.see(event)
            match event:
                case Started(id=name):
                    calling.record.upstream_request_id = shortened("upstream_request_id", name)
                case UsageReported():
                    usage = event.usage
                case Failed(message=message):
                    raise RelayError("upstream_truncated", message)
                case _:
                    pass
        calling.live.events += len(batch)
    return _response(turn, usage, name, calling)


def _response(turn: Turn, usage: Usage | None, name: str, calling: Calling) -> ChatResponse:
    ending = turn.ending
    if not isinstance(ending, Finished):
        raise RelayError("upstream_truncated", BROKE_OFF)
    return ChatResponse(
        id=name,
        model=calling.model,
        parts=turn.parts(),
        reason=ending.reason,
        usage=usage or Usage(calling.prompt_tokens, turn.characters // 4, is_estimated=True),
        stop_sequence=ending.stop_sequence,
        explanation=ending.explanation,
    )
