"""Server-sent events: an incremental parser and a frame writer, both pure."""

from dataclasses import dataclass

MAX_EVENT_BYTES = 8 * 1024 * 1024
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event; ``event`` is "message" when the sender named none."""

    event: str
    data: str


class SseParser:
    """Bytes in any pieces → events.

    Lines end at LF, CR or CRLF only: U+2028 and its like are legal inside JSON text.
    Bytes that are no UTF-8 become U+FFFD. After a line or an event above ``max_bytes``
    ``is_overflowed`` is true and everything that follows is ignored.
    """

    def __init__(self, *, max_bytes: int = MAX_EVENT_BYTES) -> None:
        self.is_overflowed = False
        self._max_bytes = max_bytes
        self._pieces: list[bytes] = []  # of the line that is not complete yet
        self._pieces_bytes = 0
        self._data: list[bytes] = []  # the data lines of the open event
        self._data_bytes = 0
        self._event = b""
        self._is_after_cr = False
        self._is_first_line = True

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Return the events that this chunk completes, oldest first."""
        if b"\r" in chunk or self._is_after_cr:
            chunk = self._with_plain_line_ends(chunk)
        lines = chunk.split(b"\n")
        rest = lines.pop()
        events: list[ServerSentEvent] = []
        for line in lines:
            self._take_line(b"".join((*self._pieces, line)) if self._pieces else line, events)
            self._pieces.clear()
            self._pieces_bytes = 0
        if rest:
            self._pieces.append(rest)
            self._pieces_bytes += len(rest)
            if self._pieces_bytes > self._max_bytes:
                self._overflow()
        return events

    def finish(self) -> list[ServerSentEvent]:
        """Return the last event when the sender left out the blank line after it."""
        return self.feed(b"\n\n")

    def _with_plain_line_ends(self, chunk: bytes) -> bytes:
        # A CR at the end of a chunk already ended the line; an LF right after it is its other half.
        if self._is_after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._is_after_cr = False
        if chunk:
            self._is_after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _take_line(self, line: bytes, events: list[ServerSentEvent]) -> None:
        if self._is_first_line:
            self._is_first_line = False
            line = line.removeprefix(BOM)
        if len(line) + self._data_bytes > self._max_bytes:
            self._overflow()
        if self.is_overflowed:
            return
        if not line:
            self._dispatch(events)
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
            self._data_bytes += len(value)
        elif field == b"event":
            self._event = value

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        if self._data:
            name = self._event.decode("utf-8", "replace") or "message"
            data = b"\n".join(self._data).decode("utf-8", "replace")
            events.append(ServerSentEvent(name, data))
            self._data.clear()
            self._data_bytes = 0
        self._event = b""

    def _overflow(self) -> None:
        self.is_overflowed = True
        self._pieces.clear()
        self._pieces_bytes = 0
        self._data.clear()
        self._data_bytes = 0


def frame(data: bytes | str, event: str = "message") -> bytes:
    """Return one event as bytes for the wire; line ends inside ``data`` survive as LF."""
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if b"\n" in raw or b"\r" in raw:
        lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        raw = b"\ndata: ".join(lines)
    return b"event: %s\ndata: %s\n\n" % (event.encode(), raw)
