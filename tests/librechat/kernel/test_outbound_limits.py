"""When a call gives up: silence, stalls, size, and lines that break."""

import asyncio
import socket

import pytest
from aiohttp.abc import ResolveResult
from typing_extensions import override

from librechat.kernel import outbound
from librechat.kernel.outbound import Limits, pool
from tests.fakes.ports import free_port
from tests.librechat.kernel.outbound_servers import (
    OK,
    OPEN,
    PATIENCE_SECONDS,
    Names,
    answering,
    drips,
    read_all,
    serving,
)


async def test_silence_before_the_first_byte_ends_the_call() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(silent) as port:
        limits = Limits(connect=1, first_byte=0.05)
        with pytest.raises(outbound.TimedOutError) as late:
            await read_all(port, limits)
    assert late.value.phase == "first_byte"


async def test_headers_without_a_body_count_as_silence() -> None:
    async def heads_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN)
        await reader.read()

    async with serving(heads_only) as port:
        limits = Limits(connect=1, first_byte=0.05)
        with pytest.raises(outbound.TimedOutError) as late:
            await read_all(port, limits)
    assert late.value.phase == "first_byte"


async def test_a_stall_after_the_first_byte_ends_the_call() -> None:
    async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN + b"2\r\nhi\r\n")
        await reader.read()

    async with serving(stalls) as port:
        with pytest.raises(outbound.TimedOutError) as late:
            await read_all(port, Limits(connect=PATIENCE_SECONDS, idle=0.05))
    assert late.value.phase == "idle"


async def test_a_slow_drip_ends_at_the_total_limit() -> None:
    async with serving(drips) as port:
        with pytest.raises(outbound.TimedOutError) as late:
            await read_all(port, Limits(connect=PATIENCE_SECONDS, total=1))
    assert late.value.phase == "total"


async def test_an_answer_over_the_limit_is_dropped() -> None:
    async with serving(answering(OK)) as port:
        with pytest.raises(outbound.TooLargeError):
            await read_all(port, Limits(size_bytes=4))


async def test_a_line_that_breaks_in_the_body_is_unreachable() -> None:
    async with serving(answering(OPEN + b"2\r\nhi\r\n")) as port:
        with pytest.raises(outbound.UnreachableError):
            await read_all(port)


@pytest.mark.parametrize("content", [b"", b"nonsense\r\n\r\n"])
async def test_no_http_answer_is_unreachable(content: bytes) -> None:
    async with serving(answering(content)) as port:
        with pytest.raises(outbound.UnreachableError):
            await read_all(port)


async def test_a_closed_port_is_unreachable_and_says_no_address() -> None:
    with pytest.raises(outbound.UnreachableError) as refused:
        await read_all(free_port())
    assert refused.value.message == "The other server cannot be reached."


async def test_an_unknown_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nobody(Names):
        @override
        async def resolve(
            self,
            host: str,
            port: int = 0,
            family: socket.AddressFamily = socket.AF_INET,
        ) -> list[ResolveResult]:
            raise OSError("no such name")

    monkeypatch.setattr(pool, "system_names", Nobody)
    with pytest.raises(outbound.UnreachableError) as refused:
        await outbound.fetch("GET", "http://nobody.example/", headers={}, limits=Limits())
    assert refused.value.message == "The other server's name is not known."
