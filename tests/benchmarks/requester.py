"""Many calls of a chat route from a process of its own; prints what they took as JSON.

    python -m tests.benchmarks.requester <url> <key> <path> <prompt> <calls> <connections>

An empty prompt asks for whole answers, any other for streams (see upstream.py). Times are in
seconds, one per call: until the first byte of the answer's body.
"""

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

import uvloop


def request_bytes(key: str, path: str, prompt: str) -> bytes:
    """Return a call as it goes over the line."""
    words = prompt or "Say something."
    asked = {"model": "bench", "messages": [{"role": "user", "content": words}], "max_tokens": 256}
    body = json.dumps(asked | ({"stream": True} if prompt else {})).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _chunks(reader: asyncio.StreamReader) -> None:
    while True:
        size = int(await reader.readline(), 16)
        await reader.readexactly(size + 2)
        if not size:
            return


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> float:
    begun = time.perf_counter()
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(head.decode("latin-1") + (await reader.read(2_000)).decode())
    length = head.partition(b"content-length:")[2].split(b"\r\n")[0]
    if length:
        await reader.readexactly(int(length))
        return time.perf_counter() - begun
    size = int(await reader.readline(), 16)
    first = time.perf_counter() - begun
    await reader.readexactly(size + 2)
    if size:
        await _chunks(reader)
    return first


async def _work(url: str, request: bytes, numbers: list[int], times: list[float]) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    while numbers:
        numbers.pop()
        times.append(await _ask(reader, writer, request))
    writer.close()


async def main(url: str, key: str, path: str, prompt: str, calls: str, connections: str) -> None:
    """Make the calls and print their times."""
    request = request_bytes(key, path, prompt)
    numbers, times = list(range(int(calls))), list[float]()
    begun = time.perf_counter()
    workers = [_work(url, request, numbers, times) for _number in range(int(connections))]
    await asyncio.gather(*workers)
    print(json.dumps({"seconds": time.perf_counter() - begun, "times": times}))  # noqa: T201


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
