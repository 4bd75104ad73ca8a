"""A provider that speaks through its LangChain chat model."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from importlib import import_module
from typing import Any, Protocol, TypeAlias

import orjson
from django.conf import settings
from django.utils.translation import gettext

from agents.errors import (
    InvalidBaseUrlError,
    ProviderError,
    ProviderMissingError,
    ProviderTimeoutError,
    ProviderUnreachableError,
)
from agents.llm.providers.langchain_messages import (
    Chunk,
    ChunkReader,
    message_dicts,
    tool_dicts,
)
from agents.llm.providers.provider import Connection
from agents.llm.providers.refusals import refusal
from agents.llm.providers.retries import attempt
from agents.llm.wire.failures import from_response
from agents.llm.wire.neutral import ChatRequest, Event, Failed, Finished, Started, UsageReported

Chunks: TypeAlias = AsyncGenerator[Chunk, None]


class ChatModel(Protocol):
    """What is used of LangChain's ``BaseChatModel``; its types are not imported at start."""

    def astream(self, turns: object, /) -> Chunks:
        """Stream an answer."""
        ...

    def bind_tools(self, tools: list[dict[str, object]], **kwargs: object) -> "ChatModel":
        """Return the model with tools."""
        ...


@dataclass(frozen=True, slots=True)
class Built:
    """A chat model for one call, and what frees its sockets."""

    model: ChatModel
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one LangChain integration is used.

    ``make`` imports the package and builds the chat model; it runs in a thread, because the
    first import takes seconds.
    """

    make: Callable[[Connection, ChatRequest], Built]
    list_models: Callable[[Connection], Awaitable[list[str]]]


class LangChainProvider:
    """Streams a LangChain chat model as neutral events."""

    def __init__(
        self,
        connection: Connection,
        recipe: Recipe,
    ) -> None:
        # These packages bring their own HTTP clients, which do not check addresses.
        if connection.base_url and not connection.is_trusted:
            raise InvalidBaseUrlError.of()
        self._connection = connection
        self._recipe = recipe

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """Yield the events of one call; the last is ``Finished`` or ``Failed``.

        Raises:
            ProviderError: before any event.
        """
        full = replace(
            request,
            extra={**self._connection.extra, **request.extra},
            dropped=self._connection.dropped | request.dropped,
        )
        built = await asyncio.to_thread(self._make, full)
        try:
            first = partial(self._first, built.model, full)
            chunks, chunk = await attempt(first)
            async with aclosing(chunks):
                yield Started(model=request.model)
                reader = ChunkReader()
                try:
                    while chunk is not None:
                        for event in reader.read(chunk):
                            yield event
                        chunk = await self._next(chunks, settings.PROVIDER_IDLE_SECONDS)
                except ProviderError as exc:
                    yield _broken(exc)
                    return
                if reader.usage is not None:
                    yield UsageReported(reader.usage)
                yield Finished(reader.reason)
        finally:
            await built.close()

    async def list_models(self) -> list[str]:
        """Return the ids of the models the provider offers now.

        Raises:
            ProviderError: the list cannot be had.
        """
        return await self._recipe.list_models(self._connection)

    def _make(self, request: ChatRequest) -> Built:
        try:
            return self._recipe.make(self._connection, request)
        except ImportError as exc:
            raise ProviderMissingError.by(self._connection.name) from exc
        except ValueError as exc:  # pydantic's too: a setting the integration does not take
            raise _translated(self._connection, exc, HTTPStatus.BAD_REQUEST) from exc

    async def _first(
        self,
        model: ChatModel,
        request: ChatRequest,
    ) -> tuple[Chunks, Chunk | None]:
        """Return the open stream and its first chunk, None when there is none."""
        convert = import_module("langchain_core.messages").convert_to_messages
        chunks: Chunks = _bound(model, request).astream(convert(message_dicts(request.messages)))
        try:
            return chunks, await self._next(chunks, settings.PROVIDER_FIRST_BYTE_SECONDS)
        except BaseException:
            await chunks.aclose()
            raise

    async def _next(self, chunks: Chunks, seconds: float) -> Chunk | None:
        """Return the next chunk, None at the end.

        Raises:
            ProviderError: whatever the integration raised, translated.
        """
        try:
            async with asyncio.timeout(seconds):
                return await anext(chunks, None)
        except Exception as exc:
            raise _translated(self._connection, exc) from exc


def _broken(exc: ProviderError) -> Failed:
    if isinstance(exc, ProviderTimeoutError):
        message = gettext("The provider stopped answering; the text so far is saved.")
        return Failed("timeout", message, is_retryable=True)
    message = gettext("The answer was cut off before its end; the text so far is saved.")
    return Failed("cut", message, is_retryable=True)


def _bound(model: ChatModel, request: ChatRequest) -> ChatModel:
    if not request.tools:
        return model
    choice = request.parameters.get("tool_choice")
    if choice == "required":
        choice = "any"
    chosen = {"tool_choice": choice} if choice not in {None, "", "auto"} else {}
    return model.bind_tools(tool_dicts(request.tools), **chosen)


def _translated(connection: Connection, exc: Exception, status: int = 0) -> ProviderError:
    """Return our error for what an integration raised, told by status code or kind."""
    for cause in _chain(exc):
        status = status or _status_of(cause)
        name = type(cause).__name__
        if not status and (isinstance(cause, TimeoutError) or "Timeout" in name):
            return ProviderTimeoutError.by(connection.name)
        if not status and (isinstance(cause, OSError) or "Connect" in name):
            return ProviderUnreachableError.by(connection.name)
    report = orjson.dumps({"error": {"message": str(exc)[:2000]}})
    return refusal(connection, from_response(status, report), upstream_status=status)


def _chain(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__


def _status_of(exc: BaseException) -> int:
    response = getattr(exc, "response", None)
    if isinstance(response, dict):  # botocore
        return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    for name in ("status_code", "code"):
        value = getattr(exc, name, None)
        if isinstance(value, int) and value >= HTTPStatus.BAD_REQUEST:
            return value
    return 0


def chosen(request: ChatRequest, names: dict[str, str]) -> dict[str, Any]:
    """Return the request's parameters under the integration's names.

    ``names``: neutral name → keyword of the chat model. Extra fields are added, dropped ones
    left out.
    """
    known: dict[str, Any] = {
        keyword: request.parameters[name]
        for name, keyword in names.items()
        if request.parameters.get(name) not in {None, ""}
    }
    full = {**known, **request.extra}
    return {name: value for name, value in full.items() if name not in request.dropped}
