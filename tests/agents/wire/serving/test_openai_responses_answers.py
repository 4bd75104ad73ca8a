"""Whole answers of Responses."""

import pytest

from agents.llm.wire.neutral import ChatResponse, StopReason, Usage
from agents.llm.wire.parts import Part, TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.serving.openai_reasoning import encrypted_of
from agents.llm.wire.serving.openai_responses import render_response
from tests.agents.wire.serving.openai_asking import Json, answering, responses

EMPTY: Json = {
    "id": "resp_01",
    "object": "response",
    "created_at": 1795000000,
    "status": "completed",
    "model": "sonnet",
    "output": [],
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "temperature": None,
    "top_p": None,
    "store": False,
    "usage": None,
}
SIGNED = ThinkingPart("Hm.", "sig", format="anthropic")


def answer(*parts: Part, reason: StopReason = "stop", explanation: str = "") -> ChatResponse:
    return ChatResponse("msg_7", "claude", parts, reason, None, explanation=explanation)


def message(*content: object, status: str = "completed") -> Json:
    return {
        "type": "message",
        "id": "msg_01",
        "role": "assistant",
        "status": status,
        "content": list(content),
    }


def text(words: str) -> Json:
    return {"type": "output_text", "text": words, "annotations": []}


def call(item_id: str, call_id: str, arguments: str) -> Json:
    return {
        "type": "function_call",
        "id": item_id,
        "call_id": call_id,
        "name": "find",
        "arguments": arguments,
        "status": "completed",
    }


@pytest.mark.parametrize(
    ("parts", "output"),
    [
        ((), []),
        ((TextPart("a"), TextPart("b")), [message(text("ab"))]),
        ((TextPart(""),), []),
        (
            (
                ThinkingPart("Hm.", "sig", format="anthropic"),
                TextPart("a"),
                ToolCallPart("c1", "find", '{"q":1}'),
                ToolCallPart("c2", "find", ""),
            ),
            [
                {
                    "type": "reasoning",
                    "id": "rs_01",
                    "summary": [{"type": "summary_text", "text": "Hm."}],
                    "encrypted_content": encrypted_of(SIGNED),
                },
                message(text("a")),
                call("fc_01", "c1", '{"q":1}'),
                call("fc_01_2", "c2", "{}"),
            ],
        ),
        (
            (ToolCallPart("c1", "free", "x = 1", kind="custom"),),
            [
                {
                    "type": "custom_tool_call",
                    "id": "ctc_01",
                    "call_id": "c1",
                    "name": "free",
                    "input": "x = 1",
                    "status": "completed",
                }
            ],
        ),
    ],
)
def test_the_output_holds_the_parts_in_order(parts: tuple[Part, ...], output: list[Json]) -> None:
    assert render_response(answer(*parts), answering()) == {**EMPTY, "output": output}


@pytest.mark.parametrize(
    ("reason", "status", "details"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("refusal", "incomplete", {"reason": "content_filter"}),
        ("content_filter", "incomplete", {"reason": "content_filter"}),
    ],
)
def test_stop_reasons(reason: StopReason, status: str, details: object) -> None:
    body = render_response(answer(TextPart("a"), reason=reason), answering())
    assert body == {
        **EMPTY,
        "status": status,
        "incomplete_details": details,
        "output": [message(text("a"), status=status)],
    }


@pytest.mark.parametrize("parts", [(), (TextPart("I"),)])
def test_a_refusal_is_explained(parts: tuple[TextPart, ...]) -> None:
    body = render_response(answer(*parts, reason="refusal", explanation="Unsafe."), answering())
    said = [text(part.text) for part in parts]
    refusal = {"type": "refusal", "refusal": "Unsafe."}
    assert body["output"] == [message(*said, refusal, status="incomplete")]


def test_usage_counts_what_went_in_with_what_was_cached() -> None:
    response = ChatResponse("", "", (), "stop", Usage(25, 8, 1000, 5, 3))
    assert render_response(response, answering())["usage"] == {
        "input_tokens": 1030,
        "input_tokens_details": {"cached_tokens": 1000, "cache_write_tokens": 5},
        "output_tokens": 8,
        "output_tokens_details": {"reasoning_tokens": 3},
        "total_tokens": 1038,
    }


def test_the_request_is_repeated_and_nothing_is_stored() -> None:
    tools = [{"type": "function", "name": "find", "parameters": {"type": "object"}}]
    repeated: Json = {
        "tools": tools,
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "instructions": "Be kind.",
        "metadata": {"a": "b"},
        "temperature": 0.5,
        "max_output_tokens": 50,
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "text"}},
    }
    asked = responses(store=True, **repeated)
    assert render_response(answer(), answering(asked)) == {**EMPTY, **repeated, "store": False}


def test_json_that_was_asked_for_comes_without_a_fence() -> None:
    asked = responses(text={"format": {"type": "json_object"}})
    body = render_response(answer(TextPart("```json\n{}\n```")), answering(asked))
    assert body["output"] == [message(text("{}"))]
