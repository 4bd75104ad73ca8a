"""Whole answers of the messages API."""

import pytest

from agents.llm.wire.neutral import ChatResponse, StopReason, Usage
from agents.llm.wire.parts import Part, TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.serving import anthropic
from tests.agents.wire.serving.anthropic_frames import ANSWERING, usage
from tests.agents.wire.serving.asking import Json


def answer(
    *parts: Part,
    reason: StopReason = "stop",
    counted: Usage | None = None,
    stop_sequence: str = "",
    explanation: str = "",
) -> dict[str, object]:
    response = ChatResponse("chatcmpl-7", "gpt-4.1", parts, reason, counted)
    if stop_sequence or explanation:
        response = ChatResponse(
            "chatcmpl-7", "gpt-4.1", parts, reason, counted, stop_sequence, explanation
        )
    return anthropic.render_response(response, ANSWERING)


def test_an_answer_has_the_relays_id_and_the_clients_model() -> None:
    assert answer(TextPart("Hi")) == {
        "id": "msg_r1",
        "type": "message",
        "role": "assistant",
        "model": "gpt",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage(0, 0),
    }


CALL = ToolCallPart("c1", "find", '{"q": 1}')
CONTENTS: list[tuple[str, list[Part], list[Json]]] = [
    ("nothing", [], []),
    ("an empty text", [TextPart("")], []),
    ("thinking", [ThinkingPart("Hm.")], [{"type": "thinking", "thinking": "Hm.", "signature": ""}]),
    (
        "signed thinking",
        [ThinkingPart("Hm.", "relay1:x", format="openai")],
        [{"type": "thinking", "thinking": "Hm.", "signature": "relay1:x"}],
    ),
    (
        "redacted thinking",
        [ThinkingPart(redacted="b3Bh")],
        [{"type": "redacted_thinking", "data": "b3Bh"}],
    ),
    ("a call", [CALL], [{"type": "tool_use", "id": "c1", "name": "find", "input": {"q": 1}}]),
    (
        "a call without arguments",
        [ToolCallPart("c1", "find", "")],
        [{"type": "tool_use", "id": "c1", "name": "find", "input": {}}],
    ),
    (
        "a call with half its arguments",
        [ToolCallPart("c1", "find", '{"q": ')],
        [{"type": "tool_use", "id": "c1", "name": "find", "input": {"_raw": '{"q": '}}],
    ),
    (
        "a call with a foreign id",
        [ToolCallPart("functions.find:0", "find", "{}")],
        [{"type": "tool_use", "id": "functions_find_0", "name": "find", "input": {}}],
    ),
    (
        "a call without an id",
        [TextPart("a"), ToolCallPart("", "find", "{}")],
        [
            {"type": "text", "text": "a"},
            {"type": "tool_use", "id": "toolu_r1_1", "name": "find", "input": {}},
        ],
    ),
]


@pytest.mark.parametrize(
    ("parts", "expected"), [pytest.param(*row, id=name) for name, *row in CONTENTS]
)
def test_parts_become_blocks(parts: list[Part], expected: list[Json]) -> None:
    assert answer(*parts)["content"] == expected


REASONS: list[tuple[str, StopReason, list[Part], str]] = [
    ("stop", "stop", [], "end_turn"),
    ("stop with calls", "stop", [CALL], "tool_use"),
    ("calls", "tool_calls", [CALL], "tool_use"),
    ("calls that are not there", "tool_calls", [], "end_turn"),
    ("length", "length", [], "max_tokens"),
    ("length within a call", "length", [CALL], "max_tokens"),
    ("refusal", "refusal", [], "refusal"),
    ("filter", "content_filter", [], "refusal"),
]


@pytest.mark.parametrize(
    ("reason", "parts", "expected"), [pytest.param(*row, id=name) for name, *row in REASONS]
)
def test_the_reason_becomes_this_one(reason: StopReason, parts: list[Part], expected: str) -> None:
    assert answer(*parts, reason=reason)["stop_reason"] == expected


def test_a_stop_sequence_is_named() -> None:
    body = answer(TextPart("Hi"), stop_sequence="END")
    assert (body["stop_reason"], body["stop_sequence"]) == ("stop_sequence", "END")


@pytest.mark.parametrize(("given", "told"), [("", None), ("Not that.", "Not that.")])
def test_a_refusal_has_its_details(given: str, told: str | None) -> None:
    body = answer(reason="refusal", explanation=given)
    assert body["stop_details"] == {"type": "refusal", "category": None, "explanation": told}


def test_counts_say_what_is_kept_long_in_the_cache() -> None:
    counted = Usage(25, 40, cache_write_tokens=7, cache_write_long_tokens=4)
    assert answer(counted=counted)["usage"] == {
        "input_tokens": 25,
        "cache_creation_input_tokens": 7,
        "cache_read_input_tokens": 0,
        "output_tokens": 40,
        "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4},
    }


def test_counts_leave_cached_tokens_out_of_the_input() -> None:
    counted = Usage(25, 40, cache_read_tokens=1000, cache_write_tokens=7, reasoning_tokens=33)
    assert answer(counted=counted)["usage"] == {
        "input_tokens": 25,
        "cache_creation_input_tokens": 7,
        "cache_read_input_tokens": 1000,
        "output_tokens": 40,
        "output_tokens_details": {"thinking_tokens": 33},
    }
