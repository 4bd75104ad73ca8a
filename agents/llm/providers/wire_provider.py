"""A provider that speaks one of the wire dialects itself."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

import orjson
from django.utils.translation import gettext

from agents.errors import ProviderError, ProviderMalformedError
from agents.llm.providers.provider import Connection
from agents.llm.providers.refusals import refusal, scrubbed, unreached
from agents.llm.providers.transport import Call, ParseError, Transport, gathered
from agents.llm.wire import (
    anthropic,
    anthropic_preparing,
    anthropic_stream,
    openai_chat,
    openai_chat_stream,
    openai_preparing,
)
from agents.llm.wire.failures import UpstreamError, from_response
from agents.llm.wire.joining import joined
from agents.llm.wire.model_list import ModelFacts, models_of
from agents.llm.wire.neutral import ChatRequest, Event, Failed, Finished
from agents.llm.wire.preparing import Prepared
from agents.llm.wire.serving.asked import BadRequestError
from librechat.kernel import outbound

END_SECONDS = 0.25  # how long the line is read on after the answer's end, to use it again


class Decoder(Protocol):
    """Bytes to events."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events a chunk completes."""
        ...

    def finish(self) -> list[Event]:
        """Return the last events."""
        ...


class Render(Protocol):
    """A request to its wire body."""

    def __call__(self, request: ChatRequest, *, stream: bool) -> dict[str, object]:
        """Return the body."""
        ...


@dataclass(frozen=True, slots=True)
class Codec:
    """One wire dialect's functions; ``name`` as the relay calls it."""

    name: str
    prepare: Callable[[ChatRequest], Prepared]
    render: Render
    decoder: Callable[[], Decoder]
    parse_models: Callable[[object], list[str]]
    parse_error: ParseError


OPENAI_CHAT = Codec(
    "openai",
    openai_preparing.prepare,
    openai_chat.render_request,
    openai_chat_stream.StreamDecoder,
    openai_chat.parse_models,
    openai_chat.parse_error,
)
ANTHROPIC = Codec(
    "anthropic",
    anthropic_preparing.prepare,
    anthropic.render_request,
    anthropic_stream.StreamDecoder,
    anthropic.parse_models,
    anthropic.parse_error,
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a dialect is spoken: the chat's URL by model, the list's URL, the headers.

    ``path_url``: path below the version (``/embeddings``) and model → URL.
    """

    path_url: Callable[[str, str], str]
    chat_url: Callable[[str], str]
    models_url: str
    headers: Mapping[str, str]


class WireProvider:
    """Streams and lists models over HTTP."""

    def __init__(
        self,
        connection: Connection,
        codec: Codec,
        address: Address,
    ) -> None:
        self._connection = connection
        self._codec = codec
        self._address = address
        self._transport = Transport(connection, codec.parse_error)

    @property
    def dialect(self) -> str:
        """The dialect it speaks."""
        return self._codec.name

    def decoder(self) -> Decoder:
        """Return what reads one answer."""
        return self._codec.decoder()

    @property
    def address(self) -> Address:
        """Where it is spoken."""
        return self._address

    @property
    def transport(self) -> Transport:
        """The line."""
        return self._transport

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """Yield the events of one call, a text that came at once as one.

        The last is ``Finished`` or ``Failed``.

        Raises:
            ProviderError: before any event.
        """
        try:
            prepared = self.prepare(request)
        except BadRequestError as exc:
            raise refusal(self._connection, UpstreamError("rejected", exc.message)) from exc
        async with aclosing(self.batches(prepared)) as batches:
            async for batch in batches:
                for event in joined(batch):
                    yield event

    def prepare(self, request: ChatRequest) -> Prepared:
        """Return the request as the dialect and its models can take it."""
        return self._codec.prepare(request)

    async def batches(self, prepared: Prepared) -> AsyncGenerator[list[Event], None]:
        """Yield the events piece by piece as they were said, in lists of what came together.

        The last is ``Finished`` or ``Failed``.

        Raises:
            ProviderError: before any event.
        """
        decoder = self._codec.decoder()
        events: list[Event] = []
        is_begun = False
        async with self._transport.open(self._call(prepared.request)) as response:
            try:
                async with aclosing(gathered(response)) as chunks:
                    async for chunk in chunks:
                        events = decoder.feed(chunk)
                        if events and isinstance(events[-1], Finished | Failed):
                            break
                        if events:
                            is_begun = True
                            yield prepared.restore(events)
                    else:
                        events = decoder.finish()
            except outbound.OutboundError as exc:
                events = self._broken(exc, decoder, is_begun=is_begun)
            if isinstance(events[-1], Finished):
                await _read_on(response)
        *others, last = events
        if isinstance(last, Failed):
            last = self._told(last, is_begun=is_begun or bool(others))
        yield prepared.restore([*others, last])

    async def list_models(self) -> list[str]:
        """Return the ids of the models the provider offers now.

        Raises:
            ProviderError: the list cannot be had.
        """
        return self._codec.parse_models(await self._list())

    async def list_facts(self) -> dict[str, ModelFacts]:
        """Return model → what the list tells about it, of the models offered now.

        Raises:
            ProviderError: the list cannot be had.
        """
        return models_of(await self._list())

    async def _list(self) -> object:
        content = await self._transport.fetch(
            Call("GET", self._address.models_url, self._address.headers),
        )
        try:
            listed: object = orjson.loads(content)
        except orjson.JSONDecodeError as exc:
            raise ProviderMalformedError.by(self._connection.name) from exc
        return listed

    def _call(self, request: ChatRequest) -> Call:
        full = replace(
            request,
            extra={**self._connection.extra, **request.extra},
            dropped=self._connection.dropped | request.dropped,
        )
        body = orjson.dumps(self._codec.render(full, stream=True))
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        url = self._address.chat_url(request.model)
        return Call("POST", url, {**headers, **self._address.headers}, body)

    def _broken(
        self,
        failure: outbound.OutboundError,
        decoder: Decoder,
        *,
        is_begun: bool,
    ) -> list[Event]:
        """Return the last events of a line that broke.

        Raises:
            ProviderError: there was no event yet.
        """
        if not is_begun:
            raise unreached(self._connection, failure) from failure
        match failure:
            case outbound.TimedOutError():
                message = gettext("The provider stopped answering; the text so far is saved.")
                return [Failed("timeout", message, is_retryable=True)]
            case outbound.TooLargeError():
                message = gettext("The answer passed the size limit; the text so far is saved.")
                return [Failed("too_large", message)]
            case _:
                return decoder.finish()

    def _told(self, failed: Failed, *, is_begun: bool) -> Failed:
        """Return the failure in words that are safe to show.

        Raises:
            ProviderError: there was no event yet, so the call as a whole failed.
        """
        if is_begun:
            return replace(failed, message=scrubbed(failed.message, self._connection))
        raise self._nothing_came(failed)

    def _nothing_came(self, failed: Failed) -> ProviderError:
        if failed.kind in {"cut", "malformed"}:
            return ProviderMalformedError.by(self._connection.name)
        report = {"error": {"type": failed.kind, "message": failed.message}}
        return refusal(self._connection, from_response(0, orjson.dumps(report)))


async def _read_on(response: outbound.Response) -> None:
    """Read a finished answer to the end of its body, so that the connection can be used again."""
    try:
        async with asyncio.timeout(END_SECONDS):
            async for _ in response:
                pass
    except (TimeoutError, outbound.OutboundError):
        return
