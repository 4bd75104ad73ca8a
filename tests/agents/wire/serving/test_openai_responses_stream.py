"""Streamed responses: the reference's transcript, and every kind of item."""

import pytest

from agents.llm.wire.anthropic_stream import StreamDecoder
from agents.llm.wire.neutral import (
    ChatResponse,
    Event,
    Failed,
    Finished,
    Started,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
    UsageReported,
)
from agents.llm.wire.parts import Part, TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.serving import openai_responses
from agents.llm.wire.serving.asked import Asked
from agents.llm.wire.serving.openai_reasoning import encrypted_of
from tests.agents.wire.serving.openai_asking import Json, answering, responses
from tests.agents.wire.serving.openai_frames import (
    USAGE,
    added,
    done,
    frames,
    in_item,
    in_message,
    responses_stream,
)
from tests.agents.wire.serving.test_openai_chat_transcripts import START, call_block, text_block
from tests.agents.wire.serving.test_openai_responses_answers import (
    EMPTY,
    SIGNED,
    call,
    message,
    text,
)
from tests.agents.wire.transcripts import MESSAGE_STOP, decoded, message_delta

IN_PROGRESS: Json = {**EMPTY, "status": "in_progress"}
BEGIN: list[Json] = [
    {"type": "response.created", "response": IN_PROGRESS},
    {"type": "response.in_progress", "response": IN_PROGRESS},
]
T12 = (
    START,
    text_block(0, "Looking."),
    call_block(1, "toolu_01", "get_time", ""),
    message_delta("tool_use", output_tokens=20),
    MESSAGE_STOP,
)
TIME_CALL = {**call("fc_01", "toolu_01", "{}"), "name": "get_time"}


def said(words: str) -> list[Json]:
    """Return the events of a message that says words in one go, as the first item."""
    return [
        added(0, message(status="in_progress")),
        in_message("content_part.added", part=text("")),
        in_message("output_text.delta", delta=words, logprobs=[]),
        in_message("output_text.done", text=words, logprobs=[]),
        in_message("content_part.done", part=text(words)),
        done(0, message(text(words))),
    ]


T12_SENT: list[Json] = [
    *BEGIN,
    *said("Looking."),
    added(1, {**TIME_CALL, "arguments": "", "status": "in_progress"}),
    in_item("function_call_arguments.delta", "fc_01", 1, delta="{}"),
    in_item("function_call_arguments.done", "fc_01", 1, name="get_time", arguments="{}"),
    done(1, TIME_CALL),
    {
        "type": "response.completed",
        "response": {**EMPTY, "output": [message(text("Looking.")), TIME_CALL], "usage": USAGE},
    },
]


def test_the_transcript_is_told_in_order() -> None:
    assert responses_stream(decoded(StreamDecoder(), T12)) == T12_SENT


def test_the_upstreams_bytes_may_be_split_anywhere() -> None:
    whole = b"".join(T12)
    for at in range(1, len(whole), 11):
        decoder, encoder = StreamDecoder(), openai_responses.encoder(answering())
        sent = [encoder.encode(decoder.feed(piece)) for piece in (whole[:at], whole[at:])]
        assert frames(b"".join(sent) + encoder.encode(decoder.finish())) == T12_SENT


def test_a_thought_is_summarised_and_sealed() -> None:
    events: list[Event] = [
        ThinkingDelta("H"),
        ThinkingDelta("m."),
        ThinkingSigned("sig", format="anthropic"),
        Finished("stop"),
    ]
    summary = {"type": "summary_text", "text": "Hm."}
    item: Json = {
        "type": "reasoning",
        "id": "rs_01",
        "summary": [summary],
        "encrypted_content": encrypted_of(SIGNED),
    }
    name = "reasoning_summary_text"
    place: Json = {"summary_index": 0}
    assert responses_stream(events) == [
        *BEGIN,
        added(0, {"type": "reasoning", "id": "rs_01", "summary": []}),
        in_item("reasoning_summary_part.added", "rs_01", 0, **place, part={**summary, "text": ""}),
        in_item(f"{name}.delta", "rs_01", 0, **place, delta="H"),
        in_item(f"{name}.delta", "rs_01", 0, **place, delta="m."),
        in_item(f"{name}.done", "rs_01", 0, **place, text="Hm."),
        in_item("reasoning_summary_part.done", "rs_01", 0, **place, part=summary),
        done(0, item),
        {"type": "response.completed", "response": {**EMPTY, "output": [item]}},
    ]


def test_a_custom_call_sends_its_free_text() -> None:
    events: list[Event] = [
        ToolCallStarted(0, "c1", "free", kind="custom"),
        ToolCallDelta(0, "x = 1"),
        Finished("tool_calls"),
    ]
    item: Json = {
        "type": "custom_tool_call",
        "id": "ctc_01",
        "call_id": "c1",
        "name": "free",
        "input": "x = 1",
        "status": "completed",
    }
    assert responses_stream(events)[2:] == [
        added(0, {**item, "input": "", "status": "in_progress"}),
        in_item("custom_tool_call_input.delta", "ctc_01", 0, delta="x = 1"),
        in_item("custom_tool_call_input.done", "ctc_01", 0, input="x = 1"),
        done(0, item),
        {"type": "response.completed", "response": {**EMPTY, "output": [item]}},
    ]


def test_calls_whose_fragments_alternate_are_told_apart() -> None:
    events: list[Event] = [
        ToolCallStarted(0, "c1", "find"),
        ToolCallStarted(1, "c2", "find"),
        ToolCallDelta(1, '{"b":'),
        ToolCallDelta(0, '{"a":1}'),
        ToolCallDelta(1, "2}"),
        TextDelta("So."),
        ToolCallDelta(0, "late"),
        Finished("tool_calls"),
    ]
    sent = responses_stream(events)
    names = [str(event["type"]).removeprefix("response.") for event in sent[2:]]
    assert names == [
        "output_item.added",
        "output_item.added",
        *["function_call_arguments.delta"] * 3,
        *["function_call_arguments.done", "output_item.done"] * 2,
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    whole = sent[-1]["response"]
    assert isinstance(whole, dict)
    assert whole["output"][:2] == [
        call("fc_01", "c1", '{"a":1}'),
        call("fc_01_2", "c2", '{"b":2}'),
    ]


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("length", "max_output_tokens"),
        ("refusal", "content_filter"),
        ("content_filter", "content_filter"),
    ],
)
def test_an_answer_that_is_not_whole_says_why(reason: StopReason, why: str) -> None:
    sent = responses_stream([TextDelta("a"), Finished(reason)])
    item = message(text("a"), status="incomplete")
    assert sent[-2:] == [
        done(0, item),
        {
            "type": "response.incomplete",
            "response": {
                **EMPTY,
                "status": "incomplete",
                "incomplete_details": {"reason": why},
                "output": [item],
            },
        },
    ]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("cut", "server_error"),
        ("overloaded_error", "server_is_overloaded"),
        ("rate_limit_error", "rate_limit_exceeded"),
        ("context_too_long", "context_length_exceeded"),
        ("invalid_request_error", "invalid_prompt"),
        ("api_error", "server_error"),
    ],
)
def test_a_failure_is_the_last_thing_said(kind: str, code: str) -> None:
    events: list[Event] = [
        Started("msg_1"),
        ToolCallStarted(0, "c1", "find"),
        ToolCallDelta(0, "{}"),
        TextDelta("Ber"),
        UsageReported(Usage(25, 20)),
        Failed(kind, "Oh."),
        TextDelta("late"),
        Finished("stop"),
    ]
    assert responses_stream(events)[-1] == {
        "type": "response.failed",
        "response": {
            **EMPTY,
            "status": "failed",
            "error": {"code": code, "message": "Oh."},
            "output": [call("fc_01", "c1", "{}")],
            "usage": USAGE,
        },
    }


def test_a_failure_at_once_is_a_failed_response() -> None:
    sent = responses_stream([Failed("cut", "Oh.")])
    assert [event["type"] for event in sent] == [
        "response.created",
        "response.in_progress",
        "response.failed",
    ]


WHOLE_ANSWERS: list[tuple[list[Event], tuple[Part, ...], str]] = [
    ([], (), ""),
    ([TextDelta(""), ThinkingDelta("")], (), ""),
    ([ToolCallStarted(0, "c", "f"), ToolCallDelta(0, "")], (ToolCallPart("c", "f", ""),), ""),
    ([TextDelta("a"), TextDelta("b")], (TextPart("ab"),), ""),
    ([TextDelta("I")], (TextPart("I"),), "Unsafe."),
    ([], (), "Unsafe."),
    ([ThinkingDelta("Hm."), TextDelta("a")], (ThinkingPart("Hm."), TextPart("a")), ""),
    (
        [ThinkingSigned(redacted="xyz"), ThinkingDelta("b"), ThinkingSigned("s"), TextDelta("a")],
        (ThinkingPart(redacted="xyz"), ThinkingPart("b", "s"), TextPart("a")),
        "",
    ),
    (
        [TextDelta("a"), ToolCallStarted(0, "c1", "find"), ToolCallDelta(0, '{"a":1}')],
        (TextPart("a"), ToolCallPart("c1", "find", '{"a":1}')),
        "",
    ),
    (
        [ToolCallStarted(4, "c1", "find"), ToolCallStarted(7, "c2", "f", kind="custom")],
        (ToolCallPart("c1", "find", ""), ToolCallPart("c2", "f", "", kind="custom")),
        "",
    ),
]


@pytest.mark.parametrize("asked", [None, responses(reasoning={"effort": "low", "exclude": True})])
@pytest.mark.parametrize(("events", "parts", "why"), WHOLE_ANSWERS)
def test_a_stream_ends_with_the_response_that_comes_whole(
    events: list[Event], parts: tuple[Part, ...], why: str, asked: Asked | None
) -> None:
    usage = Usage(25, 20)
    end: list[Event] = [UsageReported(usage), Finished("stop", explanation=why)]
    whole = ChatResponse("", "", parts, "stop", usage, explanation=why)
    last = responses_stream([*events, *end], asked)[-1]
    assert last["response"] == openai_responses.render_response(whole, answering(asked))


def test_text_deltas_are_safe_whatever_they_say() -> None:
    sent = responses_stream([TextDelta("100% \u2028 %d %b"), Finished("stop")])
    assert sent[4] == in_message("output_text.delta", delta="100% \u2028 %d %b", logprobs=[])
