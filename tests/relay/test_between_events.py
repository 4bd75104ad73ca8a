"""A sign of life may come wherever a stream that passes as it is says so: never inside an event."""

import pytest

from agents.relay.passing import COMMENT
from agents.relay.problems import RelayError
from agents.relay.watching import MOST_BYTES, TOO_LARGE, Watcher, Wire
from librechat.kernel.sse import ServerSentEvent, SseParser
from tests.relay.conformance.test_passing import CLIENTS, STREAMS


def events_of(stream: bytes) -> list[ServerSentEvent]:
    parser = SseParser()
    return [*parser.feed(stream), *parser.finish()]


@pytest.mark.parametrize("wire", CLIENTS)
@pytest.mark.parametrize(
    "line_ends",
    [(b"\n",), (b"\r\n",), (b"\r",), (b"\r\n", b"\n"), (b"\n", b"\r\n")],
    ids=["lf", "crlf", "cr", "crlf-lf", "lf-crlf"],
)
def test_a_sign_of_life_changes_no_event_wherever_the_stream_is_cut(
    wire: Wire, line_ends: tuple[bytes, ...]
) -> None:
    lines = STREAMS[wire].split(b"\n")
    ends = [line_ends[number % len(line_ends)] for number in range(len(lines) - 1)]
    stream = b"".join(line + end for line, end in zip(lines, [*ends, b""], strict=True))
    for place in range(1, len(stream)):
        watcher = Watcher(wire)
        passed = watcher.feed(stream[:place])
        assert stream.startswith(passed)
        sign = COMMENT if watcher.is_between_events else b""
        passed += sign + watcher.feed(stream[place:])
        assert events_of(passed) == events_of(stream)
        assert passed.replace(COMMENT, b"") == stream


def test_an_event_that_is_too_large_ends_the_stream_instead_of_losing_a_part() -> None:
    watcher = Watcher("responses")
    event = b"data: " + b"x" * MOST_BYTES
    assert watcher.feed(event[:-1024]) == b""
    with pytest.raises(RelayError) as refused:
        watcher.feed(event[-1024:])
    assert refused.value.message == TOO_LARGE
