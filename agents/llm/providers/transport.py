"""Provider calls over HTTP: limits, retries, status → error, and a line that drops at once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TypeAlias

from django.conf import settings

from agents.errors import ProviderMalformedError
from agents.llm.providers.provider import Connection
from agents.llm.providers.refusals import refusal, retry_after, unreached
from agents.llm.providers.retries import attempt
from agents.llm.wire.failures import UpstreamError
from librechat.kernel import outbound

CONNECT_SECONDS = 10
TOTAL_SECONDS = 3_600
ERROR_BYTES = 64 * 1024
FRAME_SECONDS = 0.04  # the eye takes 25 changes a second for one movement
EAGER_READS = 3  # the first words of an answer pass as they come

ParseError: TypeAlias = Callable[[int, bytes], UpstreamError]


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call of a provider."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


def limits_of(connection: Connection) -> outbound.Limits:
    """Return the limits the operator set for model calls, and for those of a connection."""
    first_byte = connection.first_byte_seconds or settings.PROVIDER_FIRST_BYTE_SECONDS
    connect = min(CONNECT_SECONDS, connection.first_byte_seconds or CONNECT_SECONDS)
    return outbound.Limits(
        connect=connect,
        first_byte=first_byte,
        idle=settings.PROVIDER_IDLE_SECONDS,
        total=TOTAL_SECONDS,
    )


def reach_of(connection: Connection) -> outbound.Reach:
    """Return what a connection may reach; option ``allowed_addresses`` is comma-separated."""
    allowed = connection.options.get("allowed_addresses", "")
    return outbound.Reach(
        is_trusted=connection.is_trusted,
        allowed=frozenset(entry.strip() for entry in allowed.split(",") if entry.strip()),
        proxy=connection.options.get("proxy", ""),
    )


class Transport:
    """The line to one provider."""

    def __init__(
        self,
        connection: Connection,
        parse_error: ParseError,
    ) -> None:
        self._connection = connection
        self._parse_error = parse_error
        self._reach = reach_of(connection)

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator[outbound.Response]:
        """Open a streamed call; leaving the block closes the socket at once.

        Raises:
            ProviderError: refused or not reached, after the retries that made sense.
        """
        async with AsyncExitStack() as stack:
            opening = partial(self._open, call, stack)
            yield await attempt(opening, most=self._connection.most_attempts)

    async def _open(self, call: Call, stack: AsyncExitStack) -> outbound.Response:
        opening = outbound.stream(
            call.method,
            call.url,
            headers=call.headers,
            body=call.body,
            limits=limits_of(self._connection),
            reach=self._reach,
        )
        try:
            response = await stack.enter_async_context(opening)
        except outbound.OutboundError as exc:
            raise unreached(self._connection, exc) from exc
        if response.status == HTTPStatus.OK and not _is_page(response.headers):
            return response
        body = await _error_body(response)
        await stack.aclose()  # the refused line is not kept through the wait
        if response.status < HTTPStatus.BAD_REQUEST:
            raise ProviderMalformedError.by(
                self._connection.name,
                upstream_status=response.status,
            )
        raise refusal(
            self._connection,
            self._parse_error(response.status, body),
            upstream_status=response.status,
            retry_after_seconds=retry_after(response.headers),
        )

    async def fetch(self, call: Call) -> bytes:
        """Return a whole small answer.

        Raises:
            ProviderError: refused, not reached or broken off.
        """
        async with self.open(call) as response:
            try:
                return b"".join([chunk async for chunk in response])
            except outbound.OutboundError as exc:
                raise unreached(self._connection, exc) from exc


async def gathered(response: outbound.Response) -> AsyncGenerator[bytes, None]:
    """Yield an answer's bytes; those of a fast model 25 times a second.

    Waking up costs many times what a token costs. Bytes that were waited for longer than a
    frame are not held back, so a slow model's words pass as they come.

    Raises:
        OutboundError: the rest cannot be had.
    """
    clock = asyncio.get_running_loop().time
    reads, asked = 0, clock()
    async for chunk in response:
        reads += 1
        is_fast = clock() - asked < FRAME_SECONDS
        yield chunk
        is_held = is_fast and reads > EAGER_READS and response.gather(FRAME_SECONDS)
        asked = clock() + (FRAME_SECONDS if is_held else 0)


def _is_page(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").startswith("text/html")


async def _error_body(response: outbound.Response) -> bytes:
    try:
        return await response.read(ERROR_BYTES)
    except outbound.OutboundError:
        return b""
