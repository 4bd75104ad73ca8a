"""Anthropic messages: what a request becomes and what an answer means."""

from typing import Any

import pytest

from agents.llm.wire.anthropic import parse_models, parse_response, render_request
from agents.llm.wire.anthropic_messages import CONTINUE
from agents.llm.wire.neutral import ChatRequest, ChatResponse, Usage
from agents.llm.wire.parts import (
    ImagePart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from tests.agents.wire.anthropic_requests import (
    BUDGET,
    HELLO,
    NEWEST,
    OLD,
    body_of,
    say,
    text,
    turn,
)


def turns_of(body: dict[str, object]) -> list[Any]:
    messages = body["messages"]
    assert isinstance(messages, list)
    return messages


def test_a_plain_request_has_a_limit_and_the_system_apart() -> None:
    request = ChatRequest(BUDGET, (say("system", "Be kind.", " "), say("system", "Brief."), HELLO))
    assert render_request(request, stream=True) == {
        "model": BUDGET,
        "max_tokens": 8192,
        "system": [text("Be kind."), text("Brief.")],
        "messages": [turn("user", text("Hello"))],
        "stream": True,
    }


@pytest.mark.parametrize(
    ("model", "limit"), [("claude-3-opus-20240229", 4096), (OLD, 8192), ("my-proxy", 8192)]
)
def test_the_limit_comes_from_the_model_unless_given(model: str, limit: int) -> None:
    assert body_of(HELLO, model=model)["max_tokens"] == limit
    assert body_of(HELLO, model=model, max_tokens=77)["max_tokens"] == 77


def test_neighbours_of_one_role_are_one_turn_and_empty_ones_are_left_out() -> None:
    picture = ImagePart(media_type="image/png", base64="aGk=")
    linked = ImagePart(url="https://example.org/a.png")
    assert body_of(
        say("user", "a"),
        say("user", "b", picture, linked),
        say("assistant", " "),
        say("assistant", "c", picture),
        say("system", "Later rule."),
        say("user", ""),
    )["messages"] == [
        turn(
            "user",
            text("a"),
            text("b"),
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
            },
            {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        ),
        turn("assistant", text("c")),
        turn("user", text("<system-reminder>\nLater rule.\n</system-reminder>")),
    ]


def test_thinking_goes_back_only_with_its_proof() -> None:
    answer = say(
        "assistant",
        ThinkingPart("Hm.", "sig"),
        ThinkingPart(redacted="b3BhcXVl"),
        ThinkingPart("foreign"),
        "Yes",
    )
    assert turns_of(body_of(HELLO, answer, HELLO))[1] == turn(
        "assistant",
        {"type": "thinking", "thinking": "Hm.", "signature": "sig"},
        {"type": "redacted_thinking", "data": "b3BhcXVl"},
        text("Yes"),
    )


def test_calls_and_results_become_blocks_and_tools_are_named_again() -> None:
    picture = ImagePart(media_type="image/png", base64="aGk=")
    body = body_of(
        HELLO,
        say("assistant", ToolCallPart("a:1", "find", '{"q": 1}'), ToolCallPart("b", "draw", "")),
        say("tool", ToolResultPart("a:1", (TextPart("found"), picture))),
        say("tool", ToolResultPart("b", (), is_error=True)),
        say("user", "Thanks"),
    )
    messages = turns_of(body)
    call_id = messages[1]["content"][0]["id"]
    assert messages[1:] == [
        turn(
            "assistant",
            {"type": "tool_use", "id": call_id, "name": "find", "input": {"q": 1}},
            {"type": "tool_use", "id": "b", "name": "draw", "input": {}},
        ),
        turn(
            "user",
            {
                "type": "tool_result",
                "tool_use_id": call_id,
                "content": [
                    text("found"),
                    {
                        "type": "image",
                        "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
                    },
                ],
            },
            {"type": "tool_result", "tool_use_id": "b", "is_error": True},
            text("Thanks"),
        ),
    ]
    assert body["tools"] == [
        {"name": "find", "input_schema": {"type": "object", "properties": {}}},
        {"name": "draw", "input_schema": {"type": "object", "properties": {}}},
    ]


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ('{"a"', {"_raw": '{"a"'}),
        ("[1]", {"_raw": [1]}),
        ("  ", {}),
        ("null", {}),
        ('{"a": 1}', {"a": 1}),
    ],
)
def test_arguments_are_always_an_object(arguments: str, sent: object) -> None:
    body = body_of(HELLO, say("assistant", ToolCallPart("c", "find", arguments)))
    assert turns_of(body)[1]["content"][0]["input"] == sent


def test_an_answer_is_continued_by_prefill_or_by_asking() -> None:
    half = say("assistant", "Once upon \n")
    assert body_of(HELLO, half)["messages"] == [
        turn("user", text("Hello")),
        turn("assistant", text("Once upon")),
    ]
    assert body_of(HELLO, half, model=NEWEST)["messages"] == [
        turn("user", text("Hello")),
        turn("assistant", text("Once upon \n")),
        turn("user", text(CONTINUE)),
    ]


def test_a_whole_answer_is_read() -> None:
    body = {
        "id": "msg_1",
        "model": BUDGET,
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "sig"},
            {"type": "redacted_thinking", "data": "b3BhcXVl"},
            {"type": "text", "text": "Looking."},
            {"type": "server_tool_use", "id": "s"},
            {"type": "tool_use", "id": "t", "name": "find", "input": {"q": "ü"}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 3, "output_tokens": 4, "cache_read_input_tokens": None},
    }
    assert parse_response(body) == ChatResponse(
        "msg_1",
        BUDGET,
        (
            ThinkingPart("Hm.", "sig"),
            ThinkingPart(redacted="b3BhcXVl"),
            TextPart("Looking."),
            ToolCallPart("t", "find", '{"q":"ü"}'),
        ),
        "tool_calls",
        Usage(3, 4),
    )


def test_an_answer_without_anything_is_empty() -> None:
    assert parse_response({}) == ChatResponse("", "", (), "stop", None)


def test_model_lists_are_read() -> None:
    assert parse_models({"data": [{"id": "claude-opus-4-7", "type": "model"}]}) == [NEWEST]


def test_prompt_tokens_are_all_that_went_in() -> None:
    assert Usage(1, 20, cache_read_tokens=3, cache_write_tokens=5).prompt_tokens == 9
