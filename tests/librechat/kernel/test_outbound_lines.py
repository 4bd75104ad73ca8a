"""The line of a call: dropped when the call ends, kept while it can serve again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from librechat.kernel import outbound
from librechat.kernel.outbound import TRUSTED, Limits, Response
from tests.librechat.kernel.outbound_servers import (
    OPEN,
    PATIENCE_SECONDS,
    drips,
    keep_alive,
    read_all,
    serving,
)

LONG_SECONDS = 60 * PATIENCE_SECONDS


async def test_leaving_a_stream_early_closes_the_socket() -> None:
    gone = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await drips(reader, writer)
        gone.set()

    async with serving(endless) as port:
        url = f"http://127.0.0.1:{port}/"
        async with outbound.stream("GET", url, headers={}, reach=TRUSTED) as response:
            assert await anext(response) == b"x"
        await asyncio.wait_for(gone.wait(), PATIENCE_SECONDS)


async def test_a_cancelled_call_closes_the_socket() -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await reader.read()
        gone.set()

    async with serving(silent) as port:
        task = asyncio.create_task(read_all(port, Limits()))
        await asked.wait()
        task.cancel()
        await asyncio.wait_for(gone.wait(), PATIENCE_SECONDS)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_connection_read_to_its_end_is_used_again() -> None:
    sockets = []

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sockets.append(writer)
        await keep_alive(reader, writer)

    async with serving(counting) as port:
        for _ in range(3):
            assert await read_all(port) == b"hello"
        await outbound.close()
    assert len(sockets) == 1


async def test_what_came_before_the_line_broke_is_read_although_nobody_looked_meanwhile() -> None:
    is_gathering = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN + b"5\r\nfirst\r\n")
        await is_gathering.wait()
        writer.write(b"4\r\nlast\r\n")

    async with (
        serving(handler) as port,
        outbound.stream("GET", f"http://127.0.0.1:{port}/", headers={}, reach=TRUSTED) as answer,
    ):
        assert await anext(answer) == b"first"
        assert answer.gather(0.2)
        is_gathering.set()
        await asyncio.sleep(0.25)
        assert await anext(answer) == b"last"
        with pytest.raises(outbound.UnreachableError):
            await anext(answer)


async def test_what_comes_while_gathering_takes_few_reads() -> None:
    is_gathering = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN + b"1\r\na\r\n")
        await is_gathering.wait()
        for letter in b"bcdef":
            writer.write(b"1\r\n%c\r\n" % letter)
            await asyncio.sleep(0)
        writer.write(b"0\r\n\r\n")

    async with serving(handler) as port:
        url = f"http://127.0.0.1:{port}/"
        async with outbound.stream("GET", url, headers={}, reach=TRUSTED) as response:
            pieces = [await anext(response)]
            assert response.gather(0.5)
            is_gathering.set()
            pieces += [piece async for piece in response]
            assert not response.gather(60)  # the line went back to the pool
    assert b"".join(pieces) == b"abcdef"
    assert len(pieces) <= 3
    await outbound.close()


async def test_what_comes_after_gathering_is_whole_although_the_line_has_ended() -> None:
    asked = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN + b"1\r\na\r\n")
        await asked.wait()
        writer.write(b"1\r\nb\r\n1\r\nc\r\n0\r\n\r\n")

    async with serving(handler) as port:
        url = f"http://127.0.0.1:{port}/"
        async with outbound.stream("GET", url, headers={}, reach=TRUSTED) as response:
            pieces = [await anext(response)]
            assert response.gather(0.01)
            asked.set()
            await asyncio.sleep(0.1)  # somebody else is waited for: a client, or the processor
            pieces += [piece async for piece in response]
    assert b"".join(pieces) == b"abc"
    await outbound.close()


@asynccontextmanager
async def spoken(
    *, idle: float = PATIENCE_SECONDS
) -> AsyncIterator[tuple[asyncio.StreamWriter, Response]]:
    """An answer whose first piece has been read, and the server's end of its line."""
    lines: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN + b"5\r\nfirst\r\n")
        lines.put_nowait(writer)
        await reader.read()
        lines.put_nowait(writer)

    async with serving(handler) as port:
        url, limits = f"http://127.0.0.1:{port}/", Limits(idle=idle)
        async with outbound.stream("GET", url, headers={}, reach=TRUSTED, limits=limits) as answer:
            assert await anext(answer) == b"first"
            line = await lines.get()
            yield line, answer
        await asyncio.wait_for(lines.get(), PATIENCE_SECONDS)  # left early, it is closed


async def test_what_is_here_already_is_not_gathered() -> None:
    async with spoken() as (line, answer):
        line.write(b"4\r\nhere\r\n")
        await asyncio.sleep(0.05)
        assert answer.gather(LONG_SECONDS)
        assert not answer.gather(LONG_SECONDS)
        assert await asyncio.wait_for(anext(answer), PATIENCE_SECONDS) == b"here"
        line.write(b"4\r\nnext\r\n")
        assert await asyncio.wait_for(anext(answer), PATIENCE_SECONDS) == b"next"


async def test_many_pieces_that_are_here_are_one() -> None:
    async with spoken() as (line, answer):
        line.write(b"".join(b"1\r\n%c\r\n" % letter for letter in b"abcdef"))
        await asyncio.sleep(0.05)
        assert await anext(answer) == b"abcdef"
        line.write(b"1\r\ng\r\n1\r\nh\r\n")
        assert await anext(answer) == b"gh"


@pytest.mark.measures
async def test_gathering_is_not_idling() -> None:
    async with spoken(idle=0.3) as (line, answer):
        assert answer.gather(0.6)
        line.write(b"4\r\nlate\r\n")
        assert await anext(answer) == b"late"
        assert answer.gather(0.6)
        with pytest.raises(outbound.TimedOutError) as late:
            await anext(answer)
        assert late.value.phase == "idle"


async def test_a_call_that_is_left_while_it_gathers_closes_its_socket() -> None:
    async with spoken() as (_line, answer):
        assert answer.gather(LONG_SECONDS)
