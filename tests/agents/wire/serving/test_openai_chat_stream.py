"""Streamed answers of chat completions, event by event."""

import pytest

from agents.llm.wire.neutral import (
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
from agents.llm.wire.serving import openai_chat
from agents.llm.wire.serving.asked import ServerDialect
from tests.agents.wire.serving.openai_asking import DIALECTS, Json, answering, chat
from tests.agents.wire.serving.openai_frames import (
    call_more,
    call_start,
    chat_stream,
    chunk,
    detail,
    role,
    thought,
)

END: list[object] = [chunk("stop"), "[DONE]"]


def custom(index: int, **fields: object) -> Json:
    return chunk(tool_calls=[{"index": index, **fields}])


@pytest.mark.parametrize(
    ("events", "sent"),
    [
        ([Started("msg_1")], []),
        ([Finished("stop")], [role(""), *END]),
        ([TextDelta(""), Finished("stop")], [role(""), *END]),
        (
            [TextDelta("a"), Finished("length")],
            [role(""), chunk(content="a"), chunk("length"), "[DONE]"],
        ),
        (
            [Finished("refusal", explanation="Unsafe.")],
            [role(""), chunk(refusal="Unsafe."), chunk("content_filter"), "[DONE]"],
        ),
        (
            [TextDelta("a"), Finished("stop"), TextDelta("late"), Finished("stop")],
            [role(""), chunk(content="a"), *END],
        ),
        (
            [Started("chatcmpl-9"), ThinkingDelta("Hm."), Finished("stop")],
            [role(""), thought("Hm.", mark="unknown"), *END],
        ),
        (
            [
                Started("msg_1"),
                ThinkingSigned(redacted="xyz"),
                ThinkingDelta("b"),
                ThinkingSigned("s"),
                Finished("stop"),
            ],
            [
                role(""),
                chunk(
                    reasoning_details=[
                        {
                            "type": "reasoning.encrypted",
                            "format": "anthropic-claude-v1",
                            "index": 0,
                            "data": "xyz",
                        }
                    ]
                ),
                thought("b", index=1),
                chunk(reasoning_details=[detail(1, signature="s")]),
                *END,
            ],
        ),
        (
            [ThinkingSigned("gAAA", format="openai"), Finished("stop")],
            [
                role(""),
                chunk(
                    reasoning_details=[
                        {
                            "type": "reasoning.encrypted",
                            "format": "openai-responses-v1",
                            "index": 0,
                            "data": "gAAA",
                        }
                    ]
                ),
                *END,
            ],
        ),
        (
            [
                ToolCallStarted(3, "a", "f"),
                ToolCallStarted(5, "b", "g"),
                ToolCallDelta(5, '{"x":'),
                ToolCallDelta(3, ""),
                ToolCallDelta(5, "1}"),
                ToolCallDelta(9, "nobody's"),
                Finished("tool_calls"),
            ],
            [
                role(None),
                call_start(0, "a", "f"),
                call_start(1, "b", "g"),
                call_more(1, '{"x":'),
                call_more(1, "1}"),
                call_more(0, "{}"),
                chunk("tool_calls"),
                "[DONE]",
            ],
        ),
        (
            [
                TextDelta("a"),
                ToolCallStarted(0, "c", "free", kind="custom"),
                ToolCallDelta(0, "free text"),
                Finished("tool_calls"),
            ],
            [
                role(""),
                chunk(content="a"),
                custom(0, id="c", type="custom", custom={"name": "free", "input": ""}),
                custom(0, custom={"input": "free text"}),
                chunk("tool_calls"),
                "[DONE]",
            ],
        ),
        (
            [ToolCallStarted(0, "c", "free", kind="custom"), Finished("tool_calls")],
            [
                role(None),
                custom(0, id="c", type="custom", custom={"name": "free", "input": ""}),
                chunk("tool_calls"),
                "[DONE]",
            ],
        ),
        ([UsageReported(Usage(1, 2)), Finished("stop")], [role(""), *END]),
    ],
)
def test_events_become_chunks(events: list[Event], sent: list[object]) -> None:
    assert chat_stream(events) == sent


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("refusal", "content_filter"),
        ("content_filter", "content_filter"),
    ],
)
def test_exactly_one_chunk_has_a_finish_reason(reason: StopReason, finish: str) -> None:
    sent = chat_stream([TextDelta("a"), Finished(reason)])
    assert sent == [role(""), chunk(content="a"), chunk(finish), "[DONE]"]


@pytest.mark.parametrize(
    ("kind", "type_", "code"),
    [
        ("cut", "server_error", "upstream_truncated"),
        ("malformed", "server_error", "upstream_malformed"),
        ("timeout", "server_error", "upstream_timeout"),
        ("too_large", "server_error", "upstream_too_large"),
        ("error", "server_error", "upstream_error"),
        ("", "server_error", "upstream_error"),
        ("overloaded_error", "server_error", "overloaded_error"),
        ("api_error", "server_error", "api_error"),
        ("rate_limit_error", "rate_limit_error", "rate_limit_error"),
        ("invalid_request_error", "invalid_request_error", "invalid_request_error"),
        ("context_length_exceeded", "invalid_request_error", "context_length_exceeded"),
    ],
)
def test_a_failure_is_the_last_thing_said(kind: str, type_: str, code: str) -> None:
    error = {"message": "Oh.", "type": type_, "param": None, "code": code}
    assert chat_stream([Failed(kind, "Oh."), TextDelta("late"), Finished("stop")]) == [
        {"error": error}
    ]


def test_a_legacy_client_sees_the_first_call_only() -> None:
    events: list[Event] = [
        ToolCallStarted(0, "a", "f"),
        ToolCallDelta(0, '{"x":1}'),
        ToolCallStarted(1, "b", "g"),
        ToolCallDelta(1, "{}"),
        Finished("tool_calls"),
    ]
    assert chat_stream(events, chat(functions=[{"name": "f"}])) == [
        role(None),
        chunk(function_call={"name": "f", "arguments": ""}),
        chunk(function_call={"arguments": '{"x":1}'}),
        chunk("function_call"),
        "[DONE]",
    ]


def test_hidden_reasoning_is_only_proved() -> None:
    events: list[Event] = [
        Started("msg_1"),
        ThinkingDelta("Hm."),
        ThinkingSigned("s"),
        TextDelta("a"),
    ]
    assert chat_stream(events, chat(reasoning={"exclude": True})) == [
        role(""),
        chunk(reasoning_details=[detail(signature="s")]),
        chunk(content="a"),
    ]


def test_no_count_is_made_up() -> None:
    asked = chat(stream_options={"include_usage": True})
    sent = chat_stream([Finished("stop")], asked)
    assert [bool(item == "[DONE]") for item in sent] == [False, False, True]


def test_text_is_safe_for_readers_that_split_at_unicode_lines() -> None:
    encoder = openai_chat.encoder(answering())
    sent = encoder.encode([TextDelta("a\u2028b\u2029c\n“d” \ud800")])
    assert b"a\\u2028b\\u2029c\\n\xe2\x80\x9cd\xe2\x80\x9d ?" in sent


def test_the_models_name_may_be_anything() -> None:
    odd = answering()
    named = type(odd)(odd.id, '?"delta":"?"%b\u2028', odd.created, odd.asked)
    encoder = openai_chat.encoder(named)
    sent = encoder.encode([TextDelta("a")])
    assert sent.count(b"data: ") == 2
    assert b'"content":"a"' in sent


def test_lone_surrogates_become_question_marks_everywhere() -> None:
    broken: list[Event] = [
        ThinkingDelta("a\ud800"),
        ToolCallStarted(0, "c\udfff", "f"),
        ToolCallDelta(0, '"\ud800"'),
    ]
    assert chat_stream(broken) == [
        role(""),
        thought("a?", mark="unknown"),
        call_start(0, "c?", "f"),
        call_more(0, '"?"'),
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_sign_of_life_is_a_comment_at_any_time(dialect: ServerDialect) -> None:
    encoder = dialect.encoder(answering())
    assert encoder.keepalive() == b": keepalive\n\n"
    encoder.encode([TextDelta("a")])
    assert encoder.keepalive() == b": keepalive\n\n"
