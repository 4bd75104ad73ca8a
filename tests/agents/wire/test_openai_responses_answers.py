"""OpenAI's Responses API as an upstream: whole answers, model lists and errors."""

import pytest

from agents.llm.wire.neutral import ChatResponse, StopReason
from agents.llm.wire.openai_responses import parse_error, parse_models, parse_response
from agents.llm.wire.openai_usage import in_and_out
from agents.llm.wire.parts import Part, TextPart, ThinkingPart, ToolCallPart
from tests.agents.wire.responses_transcripts import (
    CALL,
    COUNTED,
    COUNTS,
    CUSTOM,
    MESSAGE,
    PROOF,
    REASONING,
    REFUSAL,
    Json,
    response,
)

OUTPUTS: list[tuple[str, Json, Part]] = [
    ("reasoning", REASONING, ThinkingPart("a\n\nb", PROOF, format="openai")),
    (
        "reasoning that is open",
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "a"}]},
        ThinkingPart("a"),
    ),
    ("message", MESSAGE, TextPart("Looking.")),
    ("refusal", REFUSAL, TextPart("No.")),
    ("call", CALL, ToolCallPart("c1", "find", '{"q":1}')),
    (
        "call without an id",
        {**CALL, "call_id": None},
        ToolCallPart("call_resp_1_0", "find", '{"q":1}'),
    ),
    ("custom call", CUSTOM, ToolCallPart("c2", "patch", "*** Begin", kind="custom")),
]


@pytest.mark.parametrize(
    ("item", "expected"), [pytest.param(*row, id=name) for name, *row in OUTPUTS]
)
def test_an_item_becomes_this_part(item: Json, expected: Part) -> None:
    ignored: Json = {"type": "web_search_call", "id": "ws_1"}
    empty: Json = {"type": "reasoning", "summary": []}
    silent: Json = {"type": "message", "content": [{"type": "output_text", "text": ""}]}
    assert parse_response(response(item, ignored, empty, silent)).parts == (expected,)


REASONS: list[tuple[str, Json, StopReason]] = [
    ("completed", response(MESSAGE), "stop"),
    ("with calls", response(MESSAGE, CALL), "tool_calls"),
    ("with a refusal", response(REFUSAL), "refusal"),
    (
        "cut",
        response(status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
        "length",
    ),
    (
        "cut within a call",
        response(CALL, status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
        "length",
    ),
    ("cut for no reason", response(status="incomplete"), "length"),
    (
        "filtered",
        response(status="incomplete", incomplete_details={"reason": "content_filter"}),
        "content_filter",
    ),
    ("nothing", {}, "stop"),
]


@pytest.mark.parametrize(
    ("body", "expected"), [pytest.param(*row, id=name) for name, *row in REASONS]
)
def test_the_reason_is_told(body: Json, expected: StopReason) -> None:
    assert parse_response(body).reason == expected


def test_a_whole_answer_has_its_counts() -> None:
    assert parse_response(response(usage=COUNTS)) == ChatResponse(
        "resp_1", "gpt-5", (), "stop", COUNTED
    )


@pytest.mark.parametrize(
    "report",
    [
        None,
        5,
        {},
        {"input_tokens": -1, "output_tokens": 1},
        {"input_tokens": 0, "output_tokens": 0},
    ],
)
def test_counts_that_cannot_be_are_not_believed(report: object) -> None:
    assert in_and_out({"usage": report}) is None


def test_models_and_errors_are_read() -> None:
    assert parse_models({"data": [{"id": "gpt-5"}, {"id": "gpt-5"}]}) == ["gpt-5"]
    error = parse_error(429, b'{"error": {"code": "rate_limit_exceeded", "message": "Slow."}}')
    assert (error.kind, error.message) == ("rate_limited", "Slow.")
