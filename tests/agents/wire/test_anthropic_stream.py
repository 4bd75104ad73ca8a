"""Anthropic streams: what each kind of event becomes."""

import json

import pytest

from agents.llm.wire.anthropic_stream import StreamDecoder
from agents.llm.wire.neutral import (
    Event,
    Failed,
    Finished,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
    UsageReported,
)
from tests.agents.wire.transcripts import (
    ANTHROPIC_CALLS,
    ANTHROPIC_TEXT,
    ANTHROPIC_THINKING,
    DONE,
    MESSAGE_STOP,
    block_delta,
    block_start,
    block_stop,
    data,
    decoded,
    message_delta,
    message_start,
    named,
)

STARTED = Started("msg_01", "claude-sonnet-4-5")
CUT = Failed("cut", "The answer was cut off before its end.", is_retryable=True)


def events_of(*chunks: bytes) -> list[Event]:
    return decoded(StreamDecoder(), chunks)


def text(words: str) -> bytes:
    return block_delta(0, type="text_delta", text=words)


def test_text_comes_with_usage_at_both_ends() -> None:
    assert events_of(ANTHROPIC_TEXT) == [
        STARTED,
        UsageReported(Usage(25, 1, cache_read_tokens=1000, cache_write_tokens=10)),
        TextDelta("Grüße aus "),
        TextDelta("Bergen 🌧."),
        UsageReported(Usage(25, 8, cache_read_tokens=1000, cache_write_tokens=10)),
        Finished("stop"),
    ]


def test_calls_are_counted_by_themselves_and_empty_arguments_become_an_object() -> None:
    assert events_of(ANTHROPIC_CALLS) == [
        STARTED,
        UsageReported(Usage(25, 1)),
        TextDelta("I will look."),
        ToolCallStarted(0, "toolu_01", "get_weather"),
        ToolCallDelta(0, '{"city": "Ber'),
        ToolCallDelta(0, 'gen"}'),
        ToolCallStarted(1, "toolu_02", "get_time"),
        ToolCallDelta(1, "{}"),
        UsageReported(Usage(25, 52)),
        Finished("tool_calls"),
    ]


def test_thinking_is_signed_and_redacted_thinking_kept() -> None:
    assert events_of(ANTHROPIC_THINKING) == [
        STARTED,
        UsageReported(Usage(25, 1)),
        ThinkingDelta("The user wants "),
        ThinkingDelta("the weather."),
        ThinkingSigned("EqQBCgIYAhIM"),
        ThinkingSigned(redacted="b3BhcXVl"),
        TextDelta("Rain."),
        UsageReported(Usage(25, 40, reasoning_tokens=33)),
        Finished("stop"),
    ]


def test_omitted_thinking_still_brings_its_signature() -> None:
    opened = block_start(0, {"type": "thinking", "thinking": "", "signature": "abc"})
    assert events_of(opened, block_stop(0), MESSAGE_STOP) == [
        ThinkingSigned("abc"),
        Finished("stop"),
    ]


def test_thinking_without_a_signature_stays_unsigned() -> None:
    opened = block_start(0, {"type": "thinking", "thinking": "Hm."})
    assert events_of(opened, block_stop(0), MESSAGE_STOP) == [
        ThinkingDelta("Hm."),
        Finished("stop"),
    ]


def test_arguments_that_come_whole_are_kept() -> None:
    block: dict[str, object] = {"type": "tool_use", "name": "find", "input": {"a": 1}}
    assert events_of(block_start(0, block), block_stop(0), MESSAGE_STOP) == [
        ToolCallStarted(0, "call_0", "find"),
        ToolCallDelta(0, '{"a":1}'),
        Finished("tool_calls"),
    ]


def test_tools_of_the_provider_and_unknown_events_are_passed_over() -> None:
    server_tool: dict[str, object] = {"type": "server_tool_use", "id": "s", "name": "web_search"}
    assert events_of(
        block_start(0, server_tool),
        block_delta(0, type="input_json_delta", partial_json='{"q":1}'),
        block_delta(0, type="citations_delta", citation={}),
        block_delta(0, type="signature_delta", signature="x"),
        block_stop(0),
        named({"type": "from_the_future"}),
        data({"no": "type"}),
        DONE,
        MESSAGE_STOP,
    ) == [Finished("stop")]


def test_the_event_name_stands_in_for_a_missing_type() -> None:
    assert events_of(b"event: message_stop\n" + data({})) == [Finished("stop")]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "refusal"),
        ("pause_turn", "stop"),
        ("tool_use", "stop"),
        ("from_the_future", "stop"),
    ],
)
def test_stop_reasons_without_calls(name: str, reason: str) -> None:
    last = events_of(message_delta(name), MESSAGE_STOP)[-1]
    assert isinstance(last, Finished)
    assert last.reason == reason


def test_usage_keeps_what_a_later_report_leaves_out_and_ignores_wrong_numbers() -> None:
    start = message_start(input_tokens=25, output_tokens=1)
    wrong = message_delta(None, input_tokens=-3, output_tokens="many")
    assert events_of(start, wrong, message_delta("end_turn", output_tokens=9), MESSAGE_STOP) == [
        STARTED,
        UsageReported(Usage(25, 1)),
        UsageReported(Usage(25, 9)),
        Finished("stop"),
    ]


def test_a_report_of_nothing_is_no_usage() -> None:
    assert events_of(message_start(input_tokens=0), MESSAGE_STOP) == [STARTED, Finished("stop")]


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (
            {"type": "overloaded_error", "message": "Overloaded"},
            Failed("overloaded_error", "Overloaded", is_retryable=True),
        ),
        (
            {"type": "invalid_request_error", "message": "max_tokens: too large"},
            Failed("invalid_request_error", "max_tokens: too large", is_retryable=False),
        ),
    ],
)
def test_an_error_event_ends_the_stream(error: dict[str, str], failure: Failed) -> None:
    body = named({"type": "error", "error": error})
    assert events_of(text("Ber"), body, text("gen")) == [TextDelta("Ber"), failure]


def test_an_error_event_without_a_body_is_a_failure_too() -> None:
    assert events_of(named({"type": "error"})) == [
        Failed("error", "The provider reported an error.")
    ]


def test_a_stream_cut_before_its_stop_reason_is_cut() -> None:
    assert events_of(text("kept"), text("lost")[:50]) == [TextDelta("kept"), CUT]


def test_a_stream_cut_after_its_stop_reason_is_whole() -> None:
    assert events_of(text("x"), message_delta("max_tokens", output_tokens=1)) == [
        TextDelta("x"),
        UsageReported(Usage(0, 1)),
        Finished("length"),
    ]


def test_garbage_is_malformed() -> None:
    assert events_of(b"data: {oops\n\n", text("late")) == [
        Failed("malformed", "The provider sent an event that is not JSON.")
    ]


def test_a_whole_json_answer_to_a_streaming_request_is_taken() -> None:
    message = {
        "id": "msg_01",
        "type": "message",
        "model": "claude-sonnet-4-5",
        "content": [
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "t", "name": "find", "input": {"a": 1}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }
    assert events_of(json.dumps(message, indent=2).encode()) == [
        STARTED,
        UsageReported(Usage(3, 4)),
        TextDelta("Looking."),
        ToolCallStarted(0, "t", "find"),
        ToolCallDelta(0, '{"a":1}'),
        Finished("tool_calls"),
    ]
