"""One request at the relay's door, and its answer: plain ASGI, without Django in between."""

import asyncio
import gzip
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from agents.relay.cors import cors_headers
from agents.relay.problems import RelayError
from librechat.kernel.ids import new_object_id

MEGABYTE = 1024 * 1024
MAX_BODY_BYTES = 32 * MEGABYTE  # Anthropic's own limit for messages
WRITE_SECONDS = 30  # a client that takes nothing for so long is gone
# Twice with different values, and two readers may see two different requests.
SINGLE_HEADERS = frozenset({"authorization", "x-api-key", "content-type", "content-encoding"})

Header = tuple[bytes, bytes]


class ClientGoneError(Exception):
    """The client closed the line, or takes nothing any more."""


@dataclass(slots=True)
class Exchange:
    """One request; ``headers`` are in lower case, the last of a name counts.

    ``id``: 24 hex characters, the id of the call in the record of use and in the answer's headers.
    """

    scope: HTTPScope
    receive: ASGIReceiveCallable
    send: ASGISendCallable
    headers: Mapping[str, str]
    id: str = field(default_factory=new_object_id)
    started: float = 0.0  # of the loop's clock
    has_begun: bool = False
    has_ended: bool = False  # nothing more is to be sent
    is_noted: bool = False  # the record of use has it
    bytes_in: int = 0
    bytes_out: int = 0
    status: int = 0
    extra: list[Header] = field(default_factory=list)  # of the answer, whatever it will be

    @property
    def path(self) -> str:
        """The path, without the query."""
        return self.scope["path"]

    @property
    def method(self) -> str:
        """The method, in capitals."""
        return self.scope["method"]

    @property
    def peer(self) -> str:
        """The address of the other side of the connection."""
        client = self.scope.get("client")
        return client[0] if client else ""

    async def body(self, *, most_bytes: int = MAX_BODY_BYTES) -> bytes:
        """Return the whole body, unpacked.

        Raises:
            RelayError: too large, or packed in a way that is not served.
            ClientGoneError: it never came to its end.
        """
        chunks: list[bytes] = []
        while True:
            message = await self.receive()
            if message["type"] != "http.request":
                raise ClientGoneError
            chunks.append(message["body"])
            self.bytes_in += len(message["body"])
            if self.bytes_in > most_bytes:
                raise RelayError.too_large(most_bytes)
            if not message["more_body"]:
                break
        packed = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return _unpacked(packed, self.headers.get("content-encoding", ""), most_bytes)

    async def gone(self) -> None:
        """Return when the client closes the line."""
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                return

    async def answer(self, status: int, body: bytes, *, kind: bytes = b"application/json") -> None:
        """Send a whole answer."""
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
        await self._start(status, headers)
        self.bytes_out += len(body)
        self.has_ended = True
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    async def begin(self, headers: Iterable[Header], *, status: int = HTTPStatus.OK) -> None:
        """Send the head of an answer that comes in pieces."""
        await self._start(status, headers)

    async def write(self, chunk: bytes) -> None:
        """Send a piece; waits while the client's buffers are full.

        Raises:
            ClientGoneError: it took nothing for ``WRITE_SECONDS``.
        """
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self.write_watched(chunk)
        except TimeoutError as exc:
            raise ClientGoneError from exc

    async def write_watched(self, chunk: bytes) -> None:
        """Send a piece however long it takes: somebody else ends a call that waits too long."""
        self.bytes_out += len(chunk)
        await self.send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def end(self) -> None:
        """Close an answer that came in pieces."""
        self.has_ended = True
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _start(self, status: int, headers: Iterable[Header]) -> None:
        self.status = status
        self.has_begun = True
        mark = self.id.encode()
        fields = [
            *headers,
            (b"x-request-id", mark),
            (b"request-id", mark),
            *self.extra,
            *cors_headers(self.headers),
        ]
        await self.send(
            {"type": "http.response.start", "status": status, "headers": fields, "trailers": False}
        )


def read_headers(raw: Iterable[Header]) -> Mapping[str, str]:
    """Return header name → value.

    Raises:
        RelayError: a header that may occur once occurs with two different values.
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name in SINGLE_HEADERS and headers.get(name, value) != value:
            raise RelayError.bad_request(f"The header {name} occurs twice with different values.")
        headers[name] = value
    return headers


def _unpacked(body: bytes, encoding: str, most_bytes: int) -> bytes:
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip":
            return _unzipped(body, most_bytes)
        case _:
            raise RelayError.bad_request(
                "Only gzip is understood as content-encoding.", status=HTTPStatus.BAD_REQUEST
            )


def _unzipped(body: bytes, most_bytes: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            content = packed.read(most_bytes + 1)
    except (OSError, EOFError) as exc:
        raise RelayError.bad_request("The body is not valid gzip.") from exc
    if len(content) > most_bytes:
        raise RelayError.too_large(most_bytes)
    return content
