"""Plays a script on a socket."""

import asyncio

from aiohttp import web

from tests.fakes.provider.dialects import Dialect
from tests.fakes.provider.script import (
    Cut,
    Delay,
    Endless,
    Hang,
    Raw,
    Script,
    Step,
    Text,
    Thinking,
    ToolCall,
)

FOREVER_SECONDS = 3_600


class SocketDroppedError(Exception):
    """The script cut the line here."""


class Wire:
    """The open answer: counts bytes, drips them, drops the socket."""

    def __init__(self, request: web.Request, response: web.StreamResponse, script: Script) -> None:
        self._request = request
        self._response = response
        self._drip = script.drip
        self._left = script.cut_at_byte

    async def write(self, content: bytes) -> None:
        """Write the bytes as the script wants them; stop where it wants the cut."""
        if self._left is not None and len(content) >= self._left:
            await self._write(content[: self._left])
            self.drop()
        if self._left is not None:
            self._left -= len(content)
        await self._write(content)

    async def _write(self, content: bytes) -> None:
        size = self._drip or max(len(content), 1)
        for at in range(0, len(content), size):
            await self._response.write(content[at : at + size])
            if self._drip:
                await asyncio.sleep(0.001)

    def drop(self) -> None:
        """Close the socket without an end.

        Raises:
            SocketDroppedError: always.
        """
        if self._request.transport is not None:
            self._request.transport.close()
        raise SocketDroppedError


async def play(request: web.Request, script: Script, dialect: Dialect) -> web.StreamResponse:
    """Answer with a stream."""
    headers = {"Content-Type": dialect.content_type, "Cache-Control": "no-cache", **script.headers}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    wire = Wire(request, response, script)
    try:
        await wire.write(dialect.start(script.usage))
        for step in script.steps:
            await _take(wire, step, dialect)
        await wire.write(dialect.end(script))
    except SocketDroppedError:
        return response
    await response.write_eof()
    return response


async def _take(wire: Wire, step: Step, dialect: Dialect) -> None:
    match step:
        case Text() | Thinking() | ToolCall():
            await wire.write(dialect.step(step))
        case Delay(seconds=seconds):
            await asyncio.sleep(seconds)
        case Hang():
            await asyncio.sleep(FOREVER_SECONDS)
        case Cut():
            wire.drop()
        case Raw(content=content):
            await wire.write(content)
        case Endless(text=text, every_seconds=seconds):
            while True:
                await wire.write(dialect.step(Text(text)))
                await asyncio.sleep(seconds)


async def pause(script: Script) -> None:
    """Take the time a call that is not streamed takes."""
    for step in script.steps:
        match step:
            case Delay(seconds=seconds):
                await asyncio.sleep(seconds)
            case Hang():
                await asyncio.sleep(FOREVER_SECONDS)
            case _:
                pass
