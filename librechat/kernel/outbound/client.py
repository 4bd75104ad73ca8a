"""Requests to the outside: streamed and whole."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NoReturn

import aiohttp
from yarl import URL

from librechat.kernel.outbound import pool
from librechat.kernel.outbound.addresses import (
    PUBLIC,
    TRUSTED,
    Reach,
    check_address,
    check_port,
    literal,
    parse,
)
from librechat.kernel.outbound.alarm import Alarm
from librechat.kernel.outbound.arriving import arrival, arrived
from librechat.kernel.outbound.failures import (
    TimedOutError,
    TooLargeError,
    UnreachableError,
)
from librechat.kernel.outbound.gathering import Gathering
from librechat.kernel.outbound.headers import checked_headers

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much; seconds, and ``size_bytes`` of the answer's body.

    ``first_byte``: from sending until the first byte of the body. ``idle``: between bytes.
    """

    connect: float = 10
    first_byte: float = 60
    idle: float = 60
    total: float = 1_800
    size_bytes: int = 256 * MEGABYTE


SHORT = Limits(connect=5, first_byte=15, idle=15, total=30, size_bytes=4 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Response:
    """An open answer; iterate it for its bytes. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    _source: aiohttp.ClientResponse
    _limits: Limits
    _first_byte_at: float
    _total_at: float
    _alarm: Alarm
    _gathering: Gathering
    _size: int = field(default=0)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """Return the next bytes.

        Raises:
            TimedOutError, UnreachableError, TooLargeError: the rest cannot be had.
        """
        # What has arrived is taken without a timer: this is the hot path of every stream.
        content = self._source.content
        chunk = arrived(content)
        if not chunk and not content.at_eof():
            chunk = await self._wait()
        if not chunk:
            raise StopAsyncIteration
        if self._gathering.ends_at:
            self._gathering.end()  # a read wakes the transport up, and may give it back
        self._size += len(chunk)
        if self._size > self._limits.size_bytes:
            raise TooLargeError("The answer is larger than allowed.")
        return chunk

    async def _wait(self) -> bytes:
        loop = asyncio.get_running_loop()
        begins_at = self._gathering.ends_at or loop.time()
        until = begins_at + self._limits.idle if self._size else self._first_byte_at
        try:
            with self._alarm.at(min(until, self._total_at)):
                return await arrival(self._source.content)
        except TimeoutError as exc:
            if loop.time() >= self._total_at:
                raise TimedOutError("total") from exc
            raise TimedOutError("idle" if self._size else "first_byte") from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise UnreachableError("The connection broke before the answer ended.") from exc

    def gather(self, seconds: float) -> bool:
        """Leave what comes in the socket for a while, so that one read then takes all of it.

        Returns at once whether it does so; the next read waits that long for what is not here yet.
        """
        connection = self._source.connection
        transport = connection.transport if connection is not None else None
        if transport is None or not transport.is_reading():
            return False  # read to its end, broken, or full: what has arrived is all there is
        self._gathering.begin(transport, seconds)
        return True

    async def read(self, size_bytes: int) -> bytes:
        """Return at most so many bytes of the body; the rest is not read."""
        parts: list[bytes] = []
        left = size_bytes
        async for chunk in self:
            parts.append(chunk[:left])
            left -= len(chunk)
            if left <= 0:
                break
        return b"".join(parts)


@asynccontextmanager
async def stream(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    limits: Limits = Limits(),
    reach: Reach = PUBLIC,
) -> AsyncIterator[Response]:
    """Open a request; leaving the block early closes the socket at once.

    Redirects are not followed: their status is given back.

    Raises:
        UnsafeRequestError, RefusedAddressError: nothing was sent.
        UnreachableError, TimedOutError: no answer.
    """
    target = parse(url)
    checked = checked_headers(headers)
    port = target.port or 0
    check_port(port, reach)
    host = target.raw_host or ""
    if literal(host) is not None:
        check_address(host, port, address=host, reach=reach)
    loop = asyncio.get_running_loop()
    started = loop.time()
    response = await _open(
        method,
        target,
        headers=checked,
        body=body,
        limits=limits,
        reach=reach,
    )
    alarm, gathering = Alarm(loop, response.content), Gathering(loop)
    try:
        yield Response(
            status=response.status,
            headers={name.lower(): value for name, value in response.headers.items()},
            _source=response,
            _limits=limits,
            _first_byte_at=started + limits.connect + limits.first_byte,
            _total_at=started + limits.total,
            _alarm=alarm,
            _gathering=gathering,
        )
    finally:
        alarm.drop()
        gathering.end()
        # A body read to its end has given its connection back already; else this drops it.
        response.close()


async def _open(
    method: str,
    url: URL,
    *,
    headers: dict[str, str],
    body: bytes,
    limits: Limits,
    reach: Reach,
) -> aiohttp.ClientResponse:
    if reach.proxy and not reach.is_trusted:
        await _check_names(url, reach)
    session = await pool.session_for(TRUSTED if reach.proxy else reach)
    timeout = _connecting(limits.connect)
    try:
        async with asyncio.timeout(min(limits.connect + limits.first_byte, limits.total)):
            return await session.request(
                method,
                url,
                headers=headers,
                data=body or None,
                allow_redirects=False,
                proxy=reach.proxy or None,
                timeout=timeout,
            )
    except aiohttp.ConnectionTimeoutError as exc:
        raise TimedOutError("connect") from exc
    except TimeoutError as exc:
        raise TimedOutError("first_byte") from exc
    except (aiohttp.ClientError, OSError) as exc:
        _unreachable(exc)


@lru_cache(maxsize=64)
def _connecting(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=seconds)


def _unreachable(exc: Exception) -> NoReturn:
    match exc:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            message = "The other server's certificate cannot be trusted."
        case aiohttp.ClientConnectorDNSError():
            message = "The other server's name is not known."
        case aiohttp.ServerDisconnectedError():
            message = "The other server closed the connection without an answer."
        case _:
            message = "The other server cannot be reached."
    raise UnreachableError(message) from exc


async def _check_names(url: URL, reach: Reach) -> None:
    """Check the target itself: behind a proxy the connector only sees the proxy's address."""
    host, port = url.raw_host or "", url.port or 0
    if literal(host) is not None:
        return  # checked by the caller
    try:
        await pool.PinnedResolver(reach).resolve(host, port)
    except OSError as exc:
        raise UnreachableError("The other server's name is not known.") from exc


async def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    limits: Limits = SHORT,
    reach: Reach = PUBLIC,
) -> Answer:
    """Return a whole answer of limited size; redirects are not followed.

    Raises:
        OutboundError: as ``stream``; TooLargeError when the body is over the limit.
    """
    opening = stream(method, url, headers=headers, body=body, limits=limits, reach=reach)
    async with opening as response:
        content = b"".join([chunk async for chunk in response])
        return Answer(response.status, response.headers, content)
