"""Server-sent events in any pieces."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from librechat.kernel.sse import ServerSentEvent, SseParser, frame


def parsed(*chunks: bytes, max_bytes: int = 1000) -> list[ServerSentEvent]:
    parser = SseParser(max_bytes=max_bytes)
    events = [event for chunk in chunks for event in parser.feed(chunk)]
    return events + parser.finish()


def message(data: str) -> ServerSentEvent:
    return ServerSentEvent("message", data)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_is_understood(end: bytes) -> None:
    stream = b"\n".join(
        [b"event: step", b"data: a", b"data:b", b"id: 7", b"", b": hi", b"data", b""]
    )
    assert parsed(stream.replace(b"\n", end)) == [ServerSentEvent("step", "a\nb"), message("")]


def test_an_event_without_data_is_none_and_its_name_is_forgotten() -> None:
    assert parsed(b"event: step\n\ndata: a\n\n") == [message("a")]


def test_the_last_event_needs_no_blank_line() -> None:
    assert parsed(b"data: a") == [message("a")]
    assert parsed(b"data: a\r") == [message("a")]
    assert parsed() == []


def test_a_byte_order_mark_is_dropped_only_at_the_start() -> None:
    assert parsed(b"\xef\xbb\xbfdata: a\n\n") == [message("a")]
    assert parsed(b"\n\xef\xbb\xbfdata: a\n\n") == []


def test_one_blank_after_the_colon_belongs_to_the_syntax() -> None:
    assert parsed(b"data:  a \n\n") == [message(" a ")]


def test_characters_that_only_look_like_line_ends_stay() -> None:
    assert parsed("data: a\u2028b\u0085c\x0bd\n\n".encode()) == [message("a\u2028b\u0085c\x0bd")]


def test_bytes_that_are_no_utf8_become_replacement_characters() -> None:
    assert parsed(b"event: \xff\ndata: \xff\n\n") == [ServerSentEvent("\ufffd", "\ufffd")]


def test_what_is_too_large_ends_the_stream_after_the_events_before_it() -> None:
    small = b"data: a\n\n"
    too_large = b"data: 0123456789\ndata: 0123456789\n\n"
    assert parsed(small, max_bytes=20) == [message("a")]
    assert parsed(small, too_large, small, max_bytes=20) == [message("a")]
    assert parsed(small, b"x" * 15, b"x" * 15, b"\n", small, max_bytes=20) == [message("a")]


def test_the_parser_says_when_something_was_too_large() -> None:
    parser = SseParser(max_bytes=20)
    marks = []
    for chunk in (b"data: a\n\n", b"x" * 15, b"x" * 15, b"x" * 15):
        parser.feed(chunk)
        marks.append(parser.is_overflowed)
    assert marks == [False, False, True, True]


lines = st.sampled_from(
    [
        b"data: a",
        b"data: \xc3\xa4",
        b"event: e",
        b"",
        b"",
        b":",
        b"id",
        b"\xef\xbb\xbf",
        b"data: " + b"x" * 30,
    ]
)
ends = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(
    st.lists(st.tuples(lines, ends), max_size=12),
    st.lists(st.integers(min_value=0), max_size=12),
)
@example([(b"data: a", b"\r\n"), (b"", b"\r\n")], [8, 8, 9, 10])
def test_any_split_gives_the_same_events(parts: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    stream = b"".join(line + end for line, end in parts)
    marks = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    pieces = [stream[start:stop] for start, stop in itertools.pairwise(marks)]
    assert parsed(*pieces, max_bytes=50) == parsed(stream, max_bytes=50)


def test_a_frame_names_its_event_and_keeps_line_ends() -> None:
    assert frame('{"a":1}') == b'event: message\ndata: {"a":1}\n\n'
    assert frame(b"a\r\nb\rc\n", "step") == b"event: step\ndata: a\ndata: b\ndata: c\ndata: \n\n"
    assert frame("\ud800") == b"event: message\ndata: ?\n\n"


@given(st.lists(st.sampled_from(["a", "ü", "\n", " ", ":"])).map("".join))
def test_what_is_framed_is_parsed_again(text: str) -> None:
    assert parsed(frame(text, "step")) == [ServerSentEvent("step", text)]
