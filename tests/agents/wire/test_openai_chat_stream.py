"""OpenAI streams: what each kind of chunk becomes."""

import json

import pytest

from agents.llm.wire.neutral import (
    Failed,
    Finished,
    Started,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
    UsageReported,
)
from tests.agents.wire.openai_streams import STARTED, after_start, events_of
from tests.agents.wire.transcripts import (
    AZURE_TEXT,
    DONE,
    OPENAI_CALLS,
    OPENAI_REASONING,
    OPENAI_TEXT,
    call_fragment,
    chunk,
    data,
)

CUT = Failed("cut", "The answer was cut off before its end.", is_retryable=True)


def test_text_comes_with_its_usage_and_the_cached_prompt_apart() -> None:
    usage = Usage(input_tokens=25, output_tokens=8, cache_read_tokens=1000)
    assert events_of(OPENAI_TEXT) == [
        STARTED,
        TextDelta("Grüße aus "),
        TextDelta("Bergen 🌧."),
        UsageReported(usage),
        Finished("stop"),
    ]


def test_interleaved_calls_are_told_apart_by_their_index() -> None:
    assert events_of(OPENAI_CALLS) == [
        STARTED,
        TextDelta("Looking."),
        ToolCallStarted(0, "call_1", "get_weather"),
        ToolCallDelta(0, '{"city":'),
        ToolCallStarted(1, "call_2", "get_time"),
        ToolCallDelta(1, "{}"),
        ToolCallDelta(0, '"Oslo"}'),
        Finished("tool_calls"),
    ]


def test_reasoning_comes_before_the_answer() -> None:
    assert events_of(OPENAI_REASONING) == [
        STARTED,
        ThinkingDelta("Weather question. "),
        ThinkingDelta("Answer short."),
        TextDelta("Rain."),
        Finished("stop"),
    ]


def test_azure_filter_results_and_comments_are_passed_over() -> None:
    assert events_of(AZURE_TEXT) == [STARTED, TextDelta("Hi"), Finished("stop")]


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning_content": "Hm."},
        {"reasoning": "Hm."},
        {"reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]},
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "Hm."}]},
        {"reasoning": "Hm.", "reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]},
    ],
)
def test_every_spelling_of_reasoning_is_understood(delta: dict[str, object]) -> None:
    assert after_start(chunk(delta), DONE) == [ThinkingDelta("Hm."), Finished("stop")]


def test_content_in_parts_is_joined() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert after_start(chunk({"content": parts}), DONE) == [TextDelta("ab"), Finished("stop")]


def test_a_refusal_is_text_and_changes_the_reason() -> None:
    assert after_start(chunk({"refusal": "I cannot."}), chunk({}, "stop"), DONE) == [
        TextDelta("I cannot."),
        Finished("refusal"),
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("eos", "stop"),
        ("tool_calls", "stop"),
    ],
)
def test_finish_reasons_without_calls(name: str, reason: str) -> None:
    events = after_start(chunk({"content": "x"}), chunk({}, name))
    assert [event.reason for event in events if isinstance(event, Finished)] == [reason]


def test_a_stop_after_calls_is_a_stop_for_calls() -> None:
    call = call_fragment("{}", index=0, call_id="c", name="f")
    assert after_start(call, chunk({}, "stop"), DONE)[-1] == Finished("tool_calls")


def test_an_empty_finish_reason_is_none() -> None:
    assert after_start(chunk({"content": "x"}, ""), chunk({"content": "y"}, "")) == [
        TextDelta("x"),
        TextDelta("y"),
        CUT,
    ]


def test_a_stream_without_done_ends_by_its_finish_reason() -> None:
    assert after_start(chunk({"content": "x"}, "stop")) == [TextDelta("x"), Finished("stop")]


def test_the_last_event_needs_no_blank_line() -> None:
    assert after_start(chunk({"content": "x"}, "stop").rstrip()) == [
        TextDelta("x"),
        Finished("stop"),
    ]


def test_a_stream_cut_inside_an_event_is_cut_not_malformed() -> None:
    half = chunk({"content": "lost"})[:40]
    assert after_start(chunk({"content": "kept"}), half) == [TextDelta("kept"), CUT]


def test_a_stream_of_nothing_is_cut() -> None:
    assert events_of() == [CUT]


def test_what_follows_done_is_ignored() -> None:
    assert after_start(chunk({"content": "x"}), DONE, chunk({"content": "late"})) == [
        TextDelta("x"),
        Finished("stop"),
    ]


def test_further_choices_are_ignored() -> None:
    other = data({"id": "i", "choices": [{"index": 1, "delta": {"content": "other"}}]})
    assert events_of(other, DONE) == [Started("i", ""), Finished("stop")]


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (
            {"error": {"message": "Slow down", "type": "rate_limit_error", "code": None}},
            Failed("rate_limit_error", "Slow down", is_retryable=True),
        ),
        (
            {"error": {"code": 502, "message": "Upstream died"}, "choices": []},
            Failed("unavailable", "Upstream died", is_retryable=True),
        ),
        ({"error": "boom"}, Failed("unavailable", "boom", is_retryable=True)),
        (
            {"object": "error", "message": "bad field", "type": "invalid", "code": 400},
            Failed("invalid", "bad field", is_retryable=False),
        ),
        (
            {"error": {"code": 400}},
            Failed("rejected", "The provider reported an error.", is_retryable=False),
        ),
    ],
)
def test_an_error_inside_the_stream_ends_it(body: object, failure: Failed) -> None:
    assert after_start(chunk({"content": "Ber"}), data(body), chunk({"content": "gen"})) == [
        TextDelta("Ber"),
        failure,
    ]


def test_an_error_as_finish_reason_is_the_last_event() -> None:
    choice = {"index": 0, "delta": {}, "finish_reason": "error"}
    report = {"prompt_tokens": 5, "completion_tokens": 1}
    last = chunk({}, choices=[choice, choice], usage=report)
    assert after_start(chunk({"content": "x"}), last) == [
        TextDelta("x"),
        Failed("error", "The provider stopped with an error.", is_retryable=True),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"data: {oops\n\n", "The provider sent an event that is not JSON."),
        (b"data: [1]\n\n", "The provider sent an event that is not an object."),
        (b"data: " + b"[" * 100_000 + b"\n\n", "The provider sent an event that is not JSON."),
        (
            b"<!doctype html>\n<title>502</title>",
            "The provider answered with a web page instead of a stream.",
        ),
        (b"data: " + b"x" * 9_000_000, "The provider sent an event that is too large."),
    ],
)
def test_garbage_is_malformed(body: bytes, message: str) -> None:
    assert events_of(body) == [Failed("malformed", message)]


def test_junk_that_is_neither_a_stream_nor_json_is_cut() -> None:
    assert events_of(b"hello", b" world") == [CUT]
    assert events_of(b"[1, 2]") == [CUT]


def test_empty_data_is_passed_over() -> None:
    assert after_start(chunk({"content": "x"}), b"data:\n\n", DONE) == [
        TextDelta("x"),
        Finished("stop"),
    ]


def test_a_whole_json_answer_to_a_streaming_request_is_taken() -> None:
    message = {"role": "assistant", "content": "All at once"}
    body = b'{"id": "1", "model": "m",\n "choices": [{"message": %s, "finish_reason": "stop"}]}'
    assert events_of(body % json.dumps(message).encode()) == [
        Started("1", "m"),
        TextDelta("All at once"),
        Finished("stop"),
    ]


def test_a_json_error_in_place_of_a_stream_is_a_failure() -> None:
    assert events_of(b'{"error": {"message": "No.", "type": "invalid_request_error"}}') == [
        Failed("invalid_request_error", "No.", is_retryable=False)
    ]


def test_lone_surrogates_become_replacement_characters_and_pairs_stay() -> None:
    body = (
        b'data: {"id":"i","choices":[{"delta":{"content":"a\\ud800b \\ud83d\\ude00 \\\\ud800"}}]}'
    )
    events = events_of(body + b"\n\n", DONE)
    assert events[1] == TextDelta("a\ufffdb 😀 \\ud800")
