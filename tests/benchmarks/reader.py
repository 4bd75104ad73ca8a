"""Many readers of streams in a process of their own; prints what they saw as JSON.

    python -m tests.benchmarks.reader <url> <upstream url> <token> <streams> <tokens>

With a token the streams are answers of the product, without one calls through a bare proxy.
"""

import asyncio
import itertools
import json
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvloop

EVERY_MS = 100
OPENED_AT_ONCE = 8
STAMP = re.compile(rb"(\d+)@(\d+\.\d+) ")
FINAL = b'"final":'  # the frame that repeats the whole answer


@dataclass(slots=True)
class Seen:
    """What one stream brought: numbers of its tokens, when each was sent and when it came."""

    numbers: list[int] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    came: list[float] = field(default_factory=list)

    def take(self, content: bytes) -> None:
        """Note the tokens of one read."""
        now = time.monotonic()
        for number, moment in STAMP.findall(content.partition(FINAL)[0]):
            self.numbers.append(int(number))
            self.sent.append(float(moment))
            self.came.append(now)


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]  # a writer let go closes the socket


async def _connected(url: str) -> Line:
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


def _request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """Return the body of an answer with a length."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    return await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))


async def _open(url: str, token: str, prompt: str) -> Line:
    """Return a stream whose head has come."""
    reader, writer = await _connected(url)
    if token:
        body: dict[str, Any] = {"text": prompt, "endpoint": "Fake", "model": "bench"}
        writer.write(_request("POST", "/api/agents/chat/Fake", token, json.dumps(body).encode()))
        started = json.loads(await _answer(reader))
        writer.write(_request("GET", f"/api/agents/chat/stream/{started['streamId']}", token))
    else:
        body = {"model": "bench", "messages": [{"role": "user", "content": prompt}]}
        writer.write(_request("POST", "/v1/chat/completions", "x", json.dumps(body).encode()))
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def _read(reader: asyncio.StreamReader) -> Seen:
    """Read a stream to its end."""
    seen, content = Seen(), b""
    while not content.endswith(b"0\r\n\r\n"):
        content = await reader.read(65_536)
        if not content:
            break
        seen.take(content)
    return seen


def _share(values: list[float], part: float) -> float:
    return sorted(values)[int(len(values) * part)] * 1_000


async def run(url: str, upstream: str, token: str, streams: int, tokens: int) -> dict[str, Any]:
    """Open the streams, let all of them begin, and return what they saw; times in ms."""
    gate, prompt = asyncio.Semaphore(OPENED_AT_ONCE), f"{tokens} {EVERY_MS} stamped"

    async def opened() -> Line:
        async with gate:
            return await _open(url, token, prompt)

    lines = await asyncio.gather(*(opened() for _number in range(streams)))
    await asyncio.sleep(1)
    starter = await _connected(upstream)
    starter[1].write(_request("GET", "/go", ""))
    found = await asyncio.gather(*(_read(reader) for reader, _writer in lines))
    whole = [seen for seen in found if seen.numbers == list(range(tokens))]
    jitters = [
        abs(later - earlier - EVERY_MS / 1_000)
        for seen in found
        for earlier, later in itertools.pairwise(seen.came)
    ]
    delays = [
        came - sent for seen in found for came, sent in zip(seen.came, seen.sent, strict=True)
    ]
    return {
        "whole": len(whole),
        "jitter_p99": _share(jitters, 0.99),
        "delay_p50": _share(delays, 0.5),
        "delay_p99": _share(delays, 0.99),
    }


if __name__ == "__main__":
    _, base, provider, key, count, length = sys.argv
    sys.stdout.write(json.dumps(uvloop.run(run(base, provider, key, int(count), int(length)))))
