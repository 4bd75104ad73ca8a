"""Many streams held open by a process of its own; prints what they saw as JSON.

    python -m tests.benchmarks.holder <url> <upstream url> <key> <path> <streams> <tokens> <ms>

The first line is printed when every stream is open and has brought ``TAKEN`` tokens, none being
at its end; the second when all have ended: how many were whole and ended as their dialect does.
"""

import asyncio
import json
import re
import sys
from urllib.parse import urlsplit

import uvloop

from tests.benchmarks.requester import request_bytes

OPENED_AT_ONCE = 8
TAKEN = 3
STAMP = re.compile(rb"(\d+)@\d+\.\d+ ")
ENDS = {"/v1/chat/completions": b"data: [DONE]", "/v1/messages": b"event: message_stop"}


class Stream:
    """One of them, and what it brought."""

    def __init__(self, path: str, tokens: int) -> None:
        self.content = b""
        self.is_taken = asyncio.Event()
        self._end = ENDS[path]
        self._tokens = tokens
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self, url: str, request: bytes) -> None:
        """Send the request and wait for the head of the answer."""
        parts = urlsplit(url)
        self._line = await asyncio.open_connection(parts.hostname, parts.port)
        reader, writer = self._line
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.lower().startswith(b"http/1.1 200"):
            raise SystemExit((head + await reader.read(2_000)).decode("latin-1"))

    async def read(self) -> None:
        """Read to the end."""
        assert self._line is not None
        reader, writer = self._line
        while not self.content.endswith(b"0\r\n\r\n"):
            chunk = await reader.read(65_536)
            if not chunk:
                break
            self.content += chunk
            if len(self._numbers()) >= TAKEN:
                self.is_taken.set()
        self.is_taken.set()  # one that broke off keeps nobody waiting
        writer.close()

    def _numbers(self) -> list[int]:
        return [int(number) for number in STAMP.findall(self.content)]

    @property
    def is_whole(self) -> bool:
        """Every token came, in order, and then the end."""
        return self._end in self.content and self._numbers() == list(range(self._tokens))


async def _go(upstream: str) -> None:
    parts = urlsplit(upstream)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(b"GET /go HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


def _say(told: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


async def main(url: str, upstream: str, key: str, path: str, *numbers: str) -> None:
    """Open the streams, let all of them begin, read them to their ends."""
    count, tokens, every_ms = (int(number) for number in numbers)
    request = request_bytes(key, path, f"{tokens} {every_ms} stamped")
    gate = asyncio.Semaphore(OPENED_AT_ONCE)
    streams = [Stream(path, tokens) for _number in range(count)]

    async def open_one(stream: Stream) -> None:
        async with gate:
            await stream.open(url, request)

    await asyncio.gather(*(open_one(stream) for stream in streams))
    reading = [asyncio.create_task(stream.read()) for stream in streams]
    await _go(upstream)
    await asyncio.gather(*(stream.is_taken.wait() for stream in streams))
    _say({"open": sum(not task.done() for task in reading)})
    await asyncio.gather(*reading)
    _say({"whole": sum(stream.is_whole for stream in streams)})


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
