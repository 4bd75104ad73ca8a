"""Whole answers of chat completions."""

import pytest

from agents.llm.wire.neutral import ChatResponse, StopReason, Usage
from agents.llm.wire.parts import Part, TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.serving.asked import Asked
from agents.llm.wire.serving.openai_chat import render_response
from tests.agents.wire.serving.openai_asking import Json, answering, chat

CALL = ToolCallPart("c1", "find", '{"q":1}')
WIRE_CALL: Json = {
    "id": "c1",
    "type": "function",
    "function": {"name": "find", "arguments": '{"q":1}'},
}
PLAIN: Json = {"role": "assistant", "content": "", "refusal": None, "annotations": []}


def rendered(
    *parts: Part, reason: StopReason = "stop", asked: Asked | None = None, why: str = ""
) -> Json:
    response = ChatResponse("msg_7", "claude", parts, reason, None, explanation=why)
    return render_response(response, answering(asked))


def message_of(*parts: Part, asked: Asked | None = None, why: str = "") -> object:
    choices = rendered(*parts, asked=asked, why=why)["choices"]
    assert isinstance(choices, list)
    return choices[0]["message"]


def test_a_whole_answer_has_every_field_that_strict_clients_want() -> None:
    response = ChatResponse(
        "msg_7", "claude-sonnet-4-5", (TextPart("Rain."),), "stop", Usage(25, 8, 1000, 5, 3)
    )
    assert render_response(response, answering()) == {
        "id": "chatcmpl-01",
        "object": "chat.completion",
        "created": 1795000000,
        "model": "sonnet",
        "choices": [
            {
                "index": 0,
                "message": {**PLAIN, "content": "Rain."},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 1030,
            "completion_tokens": 8,
            "total_tokens": 1038,
            "prompt_tokens_details": {"cached_tokens": 1000, "cache_write_tokens": 5},
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
        "service_tier": None,
        "system_fingerprint": None,
    }


def test_images_and_sound_are_counted_when_there_are_any() -> None:
    response = ChatResponse("", "", (), "stop", Usage(25, image_tokens=20, audio_tokens=4))
    usage = render_response(response, answering())["usage"]
    assert isinstance(usage, dict)
    assert usage["prompt_tokens_details"] == {
        "cached_tokens": 0,
        "cache_write_tokens": 0,
        "audio_tokens": 4,
        "image_tokens": 20,
    }


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((), PLAIN),
        ((TextPart("a"), TextPart("b")), {**PLAIN, "content": "ab"}),
        ((CALL,), {**PLAIN, "content": None, "tool_calls": [WIRE_CALL]}),
        ((TextPart("a"), CALL), {**PLAIN, "content": "a", "tool_calls": [WIRE_CALL]}),
        (
            (ToolCallPart("c1", "find", ""),),
            {
                **PLAIN,
                "content": None,
                "tool_calls": [
                    {**WIRE_CALL, "function": {"name": "find", "arguments": "{}"}},
                ],
            },
        ),
        (
            (ToolCallPart("c1", "free", "text", kind="custom"),),
            {
                **PLAIN,
                "content": None,
                "tool_calls": [
                    {"id": "c1", "type": "custom", "custom": {"name": "free", "input": "text"}}
                ],
            },
        ),
        (
            (ThinkingPart("Hm.", "sig"), TextPart("a")),
            {
                **PLAIN,
                "content": "a",
                "reasoning_content": "Hm.",
                "reasoning_details": [
                    {
                        "type": "reasoning.text",
                        "format": "anthropic-claude-v1",
                        "index": 0,
                        "text": "Hm.",
                        "signature": "sig",
                    }
                ],
            },
        ),
    ],
)
def test_the_message_holds_the_parts(parts: tuple[Part, ...], message: Json) -> None:
    assert message_of(*parts) == message


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
def test_stop_reasons(reason: StopReason, finish: str) -> None:
    choices = rendered(reason=reason)["choices"]
    assert isinstance(choices, list)
    assert choices[0]["finish_reason"] == finish


def test_a_refusal_is_explained() -> None:
    message = message_of(TextPart("I"), why="It is unsafe.")
    assert message == {**PLAIN, "content": "I", "refusal": "It is unsafe."}


def test_hidden_reasoning_keeps_its_proof_only() -> None:
    asked = chat(reasoning={"exclude": True})
    parts = (ThinkingPart("Hm.", "sig"), ThinkingPart("Unproved."), TextPart("a"))
    detail = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
    assert message_of(*parts, asked=asked) == {
        **PLAIN,
        "content": "a",
        "reasoning_details": [{**detail, "signature": "sig"}],
    }


def test_a_legacy_client_gets_one_function_call() -> None:
    asked = chat(functions=[{"name": "find"}])
    body = rendered(CALL, ToolCallPart("c2", "find", "{}"), reason="tool_calls", asked=asked)
    assert body["choices"] == [
        {
            "index": 0,
            "message": {
                **PLAIN,
                "content": None,
                "function_call": {"name": "find", "arguments": '{"q":1}'},
            },
            "logprobs": None,
            "finish_reason": "function_call",
        }
    ]


@pytest.mark.parametrize(
    ("form", "text", "content"),
    [
        ({"type": "json_object"}, '```json\n{"a": 1}\n```', '{"a": 1}'),
        ({"type": "json_object"}, ' ```\n{"a": 1}\n```\n', '{"a": 1}'),
        ({"type": "json_object"}, '{"a": "```"}', '{"a": "```"}'),
        ({"type": "json_object"}, "Here:\n```json\n{}\n```", "Here:\n```json\n{}\n```"),
        (None, '```json\n{"a": 1}\n```', '```json\n{"a": 1}\n```'),
    ],
)
def test_a_fence_around_json_that_was_asked_for_goes(form: object, text: str, content: str) -> None:
    asked = chat(response_format=form)
    assert message_of(TextPart(text), asked=asked) == {**PLAIN, "content": content}
