"""Streams of an OpenAI upstream, as an Anthropic client sees them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire import openai_chat_stream
from agents.llm.wire.serving import anthropic
from tests.agents.wire.serving.anthropic_frames import (
    ANSWERING,
    Frame,
    closed,
    ended,
    failed,
    frames,
    grown,
    opened_call,
    opened_text,
    opened_thinking,
    start,
    usage,
)
from tests.agents.wire.transcripts import DONE, call_fragment, chunk, data


def counted(prompt: int, output: int, *, cached: int = 0, reasoning: int = 0) -> bytes:
    return chunk(
        usage={
            "prompt_tokens": prompt,
            "completion_tokens": output,
            "total_tokens": prompt + output,
            "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        }
    )


def stream(*pieces: bytes) -> bytes:
    return b"".join([*pieces, DONE])


T6_TEXT = stream(
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "Bergen is "}),
    chunk({"content": "rainy."}),
    chunk({}, "stop"),
    counted(1025, 8, cached=1000),
)
T7_CALL = stream(
    chunk({"role": "assistant", "content": None}),
    call_fragment("", index=0, call_id="call_9", name="get_weather"),
    call_fragment('{"ci', index=0),
    call_fragment('ty":"Bergen"}', index=0),
    chunk({}, "tool_calls"),
    counted(60, 18),
)
T8_INTERLEAVED = stream(
    chunk({"role": "assistant", "content": "Looking."}),
    call_fragment("", index=0, call_id="call_1", name="get_weather"),
    call_fragment("", index=1, call_id="call_2", name="get_weather"),
    call_fragment('{"city":', index=0),
    call_fragment('{"city":', index=1),
    call_fragment('"Oslo"}', index=0),
    call_fragment('"Rome"}', index=1),
    chunk({}, "tool_calls"),
    counted(60, 40),
)
T9_REASONING = stream(
    chunk({"role": "assistant", "content": None, "reasoning_content": ""}),
    chunk({"reasoning_content": "Weather question. "}),
    chunk({"reasoning_content": "Answer short."}),
    chunk({"content": "Rain."}),
    chunk({"content": ""}, "stop"),
    counted(20, 15, reasoning=11),
)
T10_ERROR = b": OPENROUTER PROCESSING\n\n" + b"".join(
    [
        chunk({"role": "assistant", "content": "Ber"}),
        data(
            {
                "error": {"code": 502, "message": "Provider disconnected"},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            }
        ),
    ]
)

T6_EXPECTED = [
    start(),
    opened_text(0),
    grown(0, text="Bergen is "),
    grown(0, text="rainy."),
    closed(0),
    *ended("end_turn", usage(25, 8, cached=1000)),
]
T7_EXPECTED = [
    start(),
    opened_call(0, "call_9", "get_weather"),
    grown(0, partial_json='{"ci'),
    grown(0, partial_json='ty":"Bergen"}'),
    closed(0),
    *ended("tool_use", usage(60, 18)),
]
T8_EXPECTED = [
    start(),
    opened_text(0),
    grown(0, text="Looking."),
    closed(0),
    opened_call(1, "call_1", "get_weather"),
    grown(1, partial_json='{"city":'),
    grown(1, partial_json='"Oslo"}'),
    closed(1),
    opened_call(2, "call_2", "get_weather"),
    grown(2, partial_json='{"city":"Rome"}'),
    closed(2),
    *ended("tool_use", usage(60, 40)),
]
T9_EXPECTED = [
    start(),
    opened_thinking(0),
    grown(0, thinking="Weather question. "),
    grown(0, thinking="Answer short."),
    grown(0, signature=""),
    closed(0),
    opened_text(1),
    grown(1, text="Rain."),
    closed(1),
    *ended("end_turn", usage(20, 15, thinking=11)),
]
T10_EXPECTED = [
    start(),
    opened_text(0),
    grown(0, text="Ber"),
    failed("api_error", "Provider disconnected"),
]
TRANSCRIPTS = [
    pytest.param(T6_TEXT, T6_EXPECTED, id="text, usage last, cached prompt"),
    pytest.param(T7_CALL, T7_EXPECTED, id="a call with partial arguments"),
    pytest.param(T8_INTERLEAVED, T8_EXPECTED, id="text, then two interleaved calls"),
    pytest.param(T9_REASONING, T9_EXPECTED, id="reasoning, then text"),
    pytest.param(T10_ERROR, T10_EXPECTED, id="an error in mid-stream"),
]


def converted(pieces: list[bytes]) -> bytes:
    decoder = openai_chat_stream.StreamDecoder()
    encoder = anthropic.encoder(ANSWERING)
    sent = b"".join(encoder.encode(decoder.feed(piece)) for piece in pieces)
    return sent + encoder.encode(decoder.finish())


@pytest.mark.parametrize(("upstream", "expected"), TRANSCRIPTS)
def test_the_client_sees_exactly_these_events(upstream: bytes, expected: list[Frame]) -> None:
    assert frames(converted([upstream])) == expected


@pytest.mark.parametrize(("upstream", "expected"), TRANSCRIPTS)
def test_the_bytes_are_the_same_for_a_cut_at_every_position(
    upstream: bytes, expected: list[Frame]
) -> None:
    whole = converted([upstream])
    for at in range(len(upstream) + 1):
        assert converted([upstream[:at], upstream[at:]]) == whole


@pytest.mark.parametrize(("upstream", "expected"), TRANSCRIPTS)
def test_the_bytes_are_the_same_byte_by_byte(upstream: bytes, expected: list[Frame]) -> None:
    single = [upstream[at : at + 1] for at in range(len(upstream))]
    assert converted(single) == converted([upstream])


@given(
    st.sampled_from([T6_TEXT, T7_CALL, T8_INTERLEAVED, T9_REASONING, T10_ERROR]),
    st.lists(st.integers(min_value=0), max_size=30),
)
def test_the_bytes_are_the_same_for_any_pieces(upstream: bytes, cuts: list[int]) -> None:
    marks = [0, *sorted(cut % (len(upstream) + 1) for cut in cuts), len(upstream)]
    pieces = [upstream[left:right] for left, right in itertools.pairwise(marks)]
    assert converted(pieces) == converted([upstream])


@pytest.mark.parametrize(("upstream", "expected"), TRANSCRIPTS)
def test_a_cut_stream_ends_with_an_error_and_never_with_a_stop(
    upstream: bytes, expected: list[Frame]
) -> None:
    for length in range(len(upstream)):
        sent = frames(converted([upstream[:length]]))
        names = [name for name, _ in sent]
        assert names[-1] in {"error", "message_stop"}
        assert names.count("error") + names.count("message_stop") == 1
        if names[-1] == "error" and expected[-1][0] != "error":
            assert "message_delta" not in names


def test_pings_stand_where_the_upstream_is_silent() -> None:
    decoder = openai_chat_stream.StreamDecoder()
    encoder = anthropic.encoder(ANSWERING)
    sent = encoder.keepalive() + encoder.keepalive() + encoder.encode(decoder.feed(T6_TEXT))
    pings = [("ping", {"type": "ping"})] * 2
    assert frames(sent) == [T6_EXPECTED[0], *pings, *T6_EXPECTED[1:]]
    assert encoder.keepalive() == b""
