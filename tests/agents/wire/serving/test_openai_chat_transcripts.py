"""Anthropic's streams as chat clients see them: the reference's transcripts, in order."""

import random

import pytest

from agents.llm.wire.anthropic_stream import StreamDecoder
from agents.llm.wire.neutral import Event
from agents.llm.wire.serving import openai_chat
from agents.llm.wire.serving.asked import Asked
from tests.agents.wire.serving.openai_asking import Json, answering, chat
from tests.agents.wire.serving.openai_frames import (
    call_more,
    call_start,
    chat_stream,
    chunk,
    chunks,
    detail,
    role,
    thought,
    usage_chunk,
    with_usage,
)
from tests.agents.wire.transcripts import (
    MESSAGE_STOP,
    PING,
    block_delta,
    block_start,
    block_stop,
    decoded,
    message_delta,
    message_start,
    named,
)

START = message_start(input_tokens=25, output_tokens=1)


def text_block(index: int, *texts: str) -> bytes:
    deltas = (block_delta(index, type="text_delta", text=text) for text in texts)
    opened = block_start(index, {"type": "text", "text": ""})
    return b"".join([opened, *deltas, block_stop(index)])


def call_block(index: int, call_id: str, name: str, *fragments: str) -> bytes:
    opened = block_start(index, {"type": "tool_use", "id": call_id, "name": name, "input": {}})
    deltas = (
        block_delta(index, type="input_json_delta", partial_json=piece) for piece in fragments
    )
    return b"".join([opened, *deltas, block_stop(index)])


T1 = (
    message_start(input_tokens=25, cache_read_input_tokens=1000, output_tokens=1),
    PING,
    text_block(0, "Bergen is ", "rainy."),
    message_delta("end_turn", output_tokens=8),
    MESSAGE_STOP,
)
T1_SENT = [
    *map(
        with_usage,
        [role(""), chunk(content="Bergen is "), chunk(content="rainy."), chunk("stop")],
    ),
    usage_chunk(1025, 8, cached=1000),
    "[DONE]",
]
T2 = (
    START,
    call_block(0, "toolu_01", "get_weather", "", '{"city": "Ber', 'gen"}'),
    message_delta("tool_use", output_tokens=31),
    MESSAGE_STOP,
)
T2_SENT = [
    role(None),
    call_start(0, "toolu_01", "get_weather"),
    call_more(0, '{"city": "Ber'),
    call_more(0, 'gen"}'),
    chunk("tool_calls"),
    "[DONE]",
]
T3 = (
    START,
    text_block(0, "I will look."),
    call_block(1, "toolu_01", "get_weather", '{"city":"Bergen"}'),
    call_block(2, "toolu_02", "get_time"),
    message_delta("tool_use", output_tokens=52),
    MESSAGE_STOP,
)
T3_SENT = [
    role(""),
    chunk(content="I will look."),
    call_start(0, "toolu_01", "get_weather"),
    call_more(0, '{"city":"Bergen"}'),
    call_start(1, "toolu_02", "get_time"),
    call_more(1, "{}"),
    chunk("tool_calls"),
    "[DONE]",
]
T4 = (
    START,
    block_start(0, {"type": "thinking", "thinking": "", "signature": ""}),
    block_delta(0, type="thinking_delta", thinking="The user wants "),
    block_delta(0, type="thinking_delta", thinking="the weather."),
    block_delta(0, type="signature_delta", signature="EqQBCgIYAhIM"),
    block_stop(0),
    text_block(1, "Rain."),
    message_delta("end_turn", output_tokens=40, output_tokens_details={"thinking_tokens": 33}),
    MESSAGE_STOP,
)
T4_SENT = [
    *map(
        with_usage,
        [
            role(""),
            thought("The user wants "),
            thought("the weather."),
            chunk(reasoning_details=[detail(signature="EqQBCgIYAhIM")]),
            chunk(content="Rain."),
            chunk("stop"),
        ],
    ),
    usage_chunk(25, 40, reasoning=33),
    "[DONE]",
]
T5 = (
    START,
    text_block(0, "Bergen"),
    named({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    text_block(1, "never read"),
)
ERROR: Json = {
    "message": "Overloaded",
    "type": "server_error",
    "param": None,
    "code": "overloaded_error",
}
T5_SENT = [role(""), chunk(content="Bergen"), {"error": ERROR}]

PLAIN, COUNTED = chat(stream=True), chat(stream=True, stream_options={"include_usage": True})
TRANSCRIPTS = [
    pytest.param(T1, T1_SENT, COUNTED, id="T1-text-usage-cache"),
    pytest.param(T2, T2_SENT, PLAIN, id="T2-call-in-fragments"),
    pytest.param(T3, T3_SENT, PLAIN, id="T3-text-and-parallel-calls"),
    pytest.param(T4, T4_SENT, COUNTED, id="T4-thinking"),
    pytest.param(T5, T5_SENT, PLAIN, id="T5-error"),
]


@pytest.mark.parametrize(("upstream", "sent", "asked"), TRANSCRIPTS)
def test_a_transcript_is_told_in_order(
    upstream: tuple[bytes, ...], sent: list[object], asked: Asked
) -> None:
    assert chat_stream(decoded(StreamDecoder(), upstream), asked) == sent


def sent_for(pieces: list[bytes], asked: Asked) -> list[object]:
    """Return what a client gets when the upstream's bytes come in these pieces."""
    decoder, encoder = StreamDecoder(), openai_chat.encoder(answering(asked))
    out = [encoder.encode(decoder.feed(piece)) for piece in pieces]
    return chunks(b"".join([*out, encoder.encode(decoder.finish())]))


@pytest.mark.parametrize(("upstream", "sent", "asked"), TRANSCRIPTS)
def test_the_upstreams_bytes_may_be_split_anywhere(
    upstream: tuple[bytes, ...], sent: list[object], asked: Asked
) -> None:
    whole = b"".join(upstream)
    for at in range(1, len(whole), 3):
        assert sent_for([whole[:at], whole[at:]], asked) == sent
    single = [whole[at : at + 1] for at in range(len(whole))]
    assert sent_for(single, asked) == sent


@pytest.mark.parametrize(("upstream", "sent", "asked"), TRANSCRIPTS)
def test_a_broken_upstream_is_an_error_and_no_end(
    upstream: tuple[bytes, ...], sent: list[object], asked: Asked
) -> None:
    whole = b"".join(upstream)
    chance = random.Random(len(whole))
    ends = [{"error": ERROR}, "[DONE]"]
    for at in sorted(chance.sample(range(len(whole)), 40)):
        got = sent_for([whole[:at]], asked)
        if got[-1] not in ends:
            assert got[-1] == {
                "error": {
                    "message": "The answer was cut off before its end.",
                    "type": "server_error",
                    "param": None,
                    "code": "upstream_truncated",
                }
            }
            assert got[:-1] == sent[: len(got) - 1]
            assert "[DONE]" not in got


def test_keepalives_stand_between_the_chunks() -> None:
    encoder = openai_chat.encoder(answering())
    events: list[Event] = decoded(StreamDecoder(), (START, text_block(0, "Done."), *T1[-2:]))
    sent = encoder.keepalive() * 2 + encoder.encode(events)
    assert sent.startswith(b": keepalive\n\n: keepalive\n\ndata: {")
    assert chunks(sent.removeprefix(b": keepalive\n\n" * 2)) == [
        role(""),
        chunk(content="Done."),
        chunk("stop"),
        "[DONE]",
    ]
