"""A scripted provider on a real socket that remembers what it was sent.

A request's script is found by the mark in its body: the one thing that every conversion keeps.
"""

import asyncio
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
MARK = re.compile(rb"mk[0-9a-f]{12}")
CUT_SECONDS = 0.2
MOST_SECONDS = 60.0
HEAD_END = b"\r\n\r\n"
EVENT_STREAM = {"content-type": "text/event-stream"}


@dataclass(frozen=True)
class Received:
    """One request. path: with the query; headers: in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> Json:
        """The body as JSON."""
        parsed: Json = json.loads(self.body)
        return parsed


@dataclass(frozen=True)
class Reply:
    """What is answered.

    pieces: sent one by one, ``pause_seconds`` between them. wait_seconds: before the head.
    waits_for: likewise, until it is set. is_cut: the line breaks after the last piece, without
    an end.
    """

    pieces: tuple[bytes, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    wait_seconds: float = 0.0
    pause_seconds: float = 0.001
    is_cut: bool = False
    waits_for: threading.Event | None = None


Script: TypeAlias = Callable[[Received], Reply]


def json_reply(body: object, *, status: int = 200, **headers: str) -> Reply:
    """Return a whole JSON answer; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    kind = {"content-type": "application/json"}
    return Reply((json.dumps(body).encode(),), status, {**kind, **named})


def stream_reply(*pieces: bytes, is_cut: bool = False) -> Reply:
    """Return a stream of events in the given pieces."""
    return Reply(pieces, headers=EVENT_STREAM, is_cut=is_cut)


class Upstream:
    """The provider; ``scripts`` and ``requests`` are by mark."""

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {}
        self.requests: dict[str, list[Received]] = {}
        self.closed: dict[str, threading.Event] = {}  # set when the relay closed the line early
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Upstream":
        """Listen."""
        self._thread.start()
        assert self._ready.wait(MOST_SECONDS)
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(MOST_SECONDS)

    def expect(self, mark: str, script: Script) -> None:
        """Answer requests that carry a mark."""
        self.scripts[mark] = script
        self.requests[mark] = []
        self.closed[mark] = threading.Event()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=2**20)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; return whether the line stays open."""
        received = await _received(reader)
        found = MARK.search(received.body) or MARK.search(received.path.encode())
        mark = found[0].decode() if found else ""
        self.requests.setdefault(mark, []).append(received)
        script = self.scripts.get(mark)
        reply = script(received) if script else json_reply({"error": "unmarked"}, status=418)
        sending = asyncio.ensure_future(_send(reply, writer))
        leaving = asyncio.ensure_future(reader.read(1))
        done, _waiting = await asyncio.wait({sending, leaving}, return_when="FIRST_COMPLETED")
        if leaving in done and not sending.done():
            sending.cancel()
            if mark in self.closed:
                self.closed[mark].set()
            return False
        await sending
        # A byte that came is the next request's: simpler to end the line than to give it back.
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        return False


async def _received(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(HEAD_END)).decode("latin-1").split("\r\n")
    path = head[0].split(" ")[1]
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _colon, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(path, headers, body)


async def _send(reply: Reply, writer: asyncio.StreamWriter) -> None:
    if reply.wait_seconds:
        await asyncio.sleep(reply.wait_seconds)
    if reply.waits_for:
        await asyncio.to_thread(reply.waits_for.wait, MOST_SECONDS)
    lines = [f"HTTP/1.1 {reply.status} Scripted"]
    fields = {**reply.headers, "transfer-encoding": "chunked", "connection": "close"}
    lines += [f"{name}: {value}" for name, value in fields.items()]
    writer.write("\r\n".join(lines).encode() + HEAD_END)
    for number, piece in enumerate(reply.pieces):
        if number:
            await asyncio.sleep(reply.pause_seconds)
        if piece:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
    if reply.is_cut:
        await asyncio.sleep(CUT_SECONDS)  # what was sent is read before the line breaks
    else:
        writer.write(b"0\r\n\r\n")
    await writer.drain()
