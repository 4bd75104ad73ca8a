"""Streams in any pieces, cut anywhere and damaged anywhere."""

import itertools
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire import anthropic_stream, openai_chat_stream, openai_responses_stream
from agents.llm.wire.neutral import Event, Failed, Finished
from tests.agents.wire.responses_transcripts import FULL as RESPONSES
from tests.agents.wire.transcripts import (
    ANTHROPIC_CALLS,
    ANTHROPIC_PAUSED,
    ANTHROPIC_TEXT,
    ANTHROPIC_THINKING,
    AZURE_TEXT,
    OPENAI_CALLS,
    OPENAI_REASONING,
    OPENAI_TEXT,
    Decoder,
    data,
    decoded,
    text_of,
)

Stream = tuple[Callable[[], Decoder], bytes]
STREAMS: list[Stream] = [
    *(
        (openai_chat_stream.StreamDecoder, transcript)
        for transcript in (OPENAI_TEXT, OPENAI_CALLS, OPENAI_REASONING, AZURE_TEXT)
    ),
    *(
        (anthropic_stream.StreamDecoder, transcript)
        for transcript in (
            ANTHROPIC_TEXT,
            ANTHROPIC_CALLS,
            ANTHROPIC_THINKING,
            ANTHROPIC_PAUSED,
        )
    ),
    (openai_responses_stream.StreamDecoder, RESPONSES),
]
streams = st.sampled_from(STREAMS)
line_ends = st.sampled_from([b"\n", b"\r\n", b"\r"])


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    marks = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[start:end] for start, end in itertools.pairwise(marks)]


def ends_once(events: list[Event]) -> bool:
    ends = [event for event in events if isinstance(event, Finished | Failed)]
    return len(ends) == 1 and events[-1] == ends[0]


@given(streams, st.lists(st.integers(min_value=0), max_size=30), line_ends)
def test_any_split_gives_the_same_events(stream: Stream, cuts: list[int], end: bytes) -> None:
    make, transcript = stream
    sent = transcript.replace(b"\n", end)
    assert decoded(make(), pieces(sent, cuts)) == decoded(make(), [transcript])


@pytest.mark.parametrize("stream", STREAMS)
def test_byte_by_byte_gives_the_same_events(stream: Stream) -> None:
    make, transcript = stream
    single = [transcript[at : at + 1] for at in range(len(transcript))]
    assert decoded(make(), single) == decoded(make(), [transcript])


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_cut_anywhere_keeps_a_prefix_and_says_so(stream: Stream) -> None:
    make, transcript = stream
    whole = decoded(make(), [transcript])
    for length in range(len(transcript)):
        events = decoded(make(), [transcript[:length]])
        assert ends_once(events)
        assert text_of(whole).startswith(text_of(events))
        if isinstance(events[-1], Failed):
            assert events[-1].kind == "cut"
            assert events[:-1] == whole[: len(events) - 1]
        else:  # only the end mark was lost
            assert text_of(events) == text_of(whole)


@given(
    streams,
    st.lists(st.tuples(st.integers(min_value=0), st.binary(max_size=6)), min_size=1, max_size=4),
    st.lists(st.integers(min_value=0), max_size=5),
)
def test_damaged_streams_end_once_and_the_same_way_for_any_split(
    stream: Stream, damages: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    make, sent = stream
    for position, junk in damages:
        at = position % len(sent)
        sent = sent[:at] + junk + sent[at + len(junk) :]
    events = decoded(make(), [sent])
    assert ends_once(events)
    assert decoded(make(), pieces(sent, cuts)) == events


@given(st.sampled_from([stream[0] for stream in STREAMS]), st.binary(max_size=300))
def test_any_bytes_at_all_end_once(make: Callable[[], Decoder], sent: bytes) -> None:
    assert ends_once(decoded(make(), [sent]))


EVERYTHING = b"".join(transcript for _, transcript in STREAMS).decode()
NAMES = sorted(set(re.findall(r'"([a-z_]+)":', EVERYTHING)) | {"error", "message", "x_groq"})
TYPES = sorted(set(re.findall(r'"type": "([a-z_]+)"', EVERYTHING)) | {"error", "thinking"})


def _objects(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    values = inner | st.sampled_from(TYPES)
    return st.dictionaries(st.sampled_from(NAMES), values, max_size=5)


texts = st.sampled_from(["", "a", "5", "{}", "\ud800", "\u2028", "x" * 300])
json_values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | _objects(inner),
    max_leaves=12,
)


@given(
    st.sampled_from([stream[0] for stream in STREAMS]),
    st.lists(_objects(json_values), max_size=5),
)
def test_wrong_types_in_any_field_never_raise(
    make: Callable[[], Decoder], bodies: list[object]
) -> None:
    assert ends_once(decoded(make(), [data(body) for body in bodies]))
