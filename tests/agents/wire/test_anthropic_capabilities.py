"""Anthropic messages: what depends on the model, the cache and the client's further wishes."""

from collections.abc import Mapping
from typing import Any

import pytest

from agents.llm.wire.anthropic import render_request
from agents.llm.wire.anthropic_messages import BEGIN
from agents.llm.wire.anthropic_models import traits_of
from agents.llm.wire.neutral import ChatRequest, OutputFormat, Tool
from agents.llm.wire.parts import (
    Message,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from tests.agents.wire.anthropic_requests import HELLO, say, text, turn

MODEL = "claude-sonnet-4-5"
LATER = {"has_later_system": True}


def body_of(
    *messages: Message,
    model: str = MODEL,
    tools: tuple[Tool, ...] = (),
    capabilities: Mapping[str, object] | None = None,
    output: OutputFormat | None = None,
    **parameters: object,
) -> dict[str, Any]:
    request = ChatRequest(
        model,
        messages or (HELLO,),
        tools,
        parameters,
        output=output,
        capabilities=capabilities or {},
    )
    return render_request(request, stream=False)


@pytest.mark.parametrize(
    ("capabilities", "parameters", "fields"),
    [
        ({"default_max_tokens": 32000}, {}, {"max_tokens": 32000}),
        ({"max_tokens": 4096}, {"max_tokens": 128000}, {"max_tokens": 4096}),
        ({"max_tokens": 4096}, {"max_tokens": 50}, {"max_tokens": 50}),
        ({"default_max_tokens": "many"}, {}, {"max_tokens": 8192}),
        ({"has_sampling": False}, {"temperature": 1}, {"max_tokens": 8192}),
        ({"has_sampling": 0}, {"temperature": 1}, {"max_tokens": 8192, "temperature": 1.0}),
        ({"thinking": "none"}, {"thinking": True}, {"max_tokens": 8192}),
        (
            {"thinking": "adaptive"},
            {"thinking": True},
            {"max_tokens": 8192, "thinking": {"type": "adaptive", "display": "summarized"}},
        ),
        (
            {"thinking": "sometimes"},
            {"thinking_budget": 2000},
            {"max_tokens": 8192, "thinking": {"type": "enabled", "budget_tokens": 2000}},
        ),
        ({"has_fast_mode": True}, {"service_tier": "fast"}, {"max_tokens": 8192, "speed": "fast"}),
        ({}, {"service_tier": "fast"}, {"max_tokens": 8192}),
        ({}, {"service_tier": "auto"}, {"max_tokens": 8192, "service_tier": "auto"}),
        ({}, {"service_tier": "priority"}, {"max_tokens": 8192, "service_tier": "auto"}),
        ({}, {"service_tier": "standard"}, {"max_tokens": 8192, "service_tier": "standard_only"}),
        ({}, {"service_tier": "flex"}, {"max_tokens": 8192, "service_tier": "standard_only"}),
    ],
)
def test_an_operator_knows_better_than_the_name(
    capabilities: dict[str, object], parameters: dict[str, Any], fields: dict[str, object]
) -> None:
    body = body_of(capabilities=capabilities, **parameters)
    assert {name: body[name] for name in body if name not in {"model", "messages"}} == fields


@pytest.mark.parametrize(
    ("model", "parameters", "fields"),
    [
        (
            "claude-opus-4-7",
            {"thinking": True, "reasoning_display": "omitted"},
            {"thinking": {"type": "adaptive", "display": "omitted"}},
        ),
        ("claude-opus-4-7", {"reasoning_display": "summarized"}, {}),
        (
            "claude-opus-5-5",
            {"reasoning_display": "summarized"},
            {"thinking": {"type": "adaptive", "display": "summarized"}},
        ),
        (
            "claude-opus-4-5",
            {"reasoning_effort": "max", "max_tokens": 30000},
            {
                "thinking": {"type": "enabled", "budget_tokens": 24000},
                "output_config": {"effort": "high"},
            },
        ),
        (
            "claude-sonnet-4-6",
            {"reasoning_effort": "max"},
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "max"},
            },
        ),
    ],
)
def test_thoughts_are_shown_as_wished(
    model: str, parameters: dict[str, Any], fields: dict[str, object]
) -> None:
    body = body_of(model=model, **parameters)
    assert {name: body[name] for name in ("thinking", "output_config") if name in body} == fields


def test_the_traits_of_a_name_stay_without_a_word_about_them() -> None:
    assert traits_of("claude-opus-4-7") == traits_of("claude-opus-4-7", {"unknown": True})
    assert traits_of("anthropic.claude-sonnet-4-5-v1:0").longest_tool_name == 64
    assert traits_of(MODEL).longest_tool_name == 128


# --- system messages between the turns -----------------------------------------------------

CALL = ToolCallPart("c", "find", "{}")
FOUND = ToolResultPart("c", (TextPart("found"),))
TOOL_USE = {"type": "tool_use", "id": "c", "name": "find", "input": {}}
TOOL_RESULT = {"type": "tool_result", "tool_use_id": "c", "content": [text("found")]}
RULE, REMINDER = say("system", "Rule."), text("<system-reminder>\nRule.\n</system-reminder>")


@pytest.mark.parametrize(
    ("messages", "turns"),
    [
        ([HELLO, RULE], [turn("user", text("Hello")), turn("system", text("Rule."))]),
        (
            [HELLO, RULE, say("assistant", "A"), HELLO],
            [
                turn("user", text("Hello")),
                turn("system", text("Rule.")),
                turn("assistant", text("A")),
                turn("user", text("Hello")),
            ],
        ),
        (
            [HELLO, say("assistant", "A"), RULE, HELLO],
            [
                turn("user", text("Hello")),
                turn("assistant", text("A")),
                turn("user", text("Hello")),
                turn("system", text("Rule.")),
            ],
        ),
        (
            [HELLO, say("assistant", "A"), RULE],
            [turn("user", text("Hello")), turn("assistant", text("A")), turn("user", REMINDER)],
        ),
        (
            [HELLO, RULE, HELLO],
            [turn("user", text("Hello"), text("Hello")), turn("system", text("Rule."))],
        ),
        (
            [HELLO, say("assistant", CALL), RULE, say("tool", FOUND)],
            [
                turn("user", text("Hello")),
                turn("assistant", TOOL_USE),
                turn("user", TOOL_RESULT),
                turn("system", text("Rule.")),
            ],
        ),
    ],
)
def test_later_system_messages_stand_behind_a_users_turn(
    messages: list[Message], turns: list[object]
) -> None:
    assert body_of(*messages, capabilities=LATER)["messages"] == turns


def test_a_system_message_never_parts_a_call_from_its_result() -> None:
    assert body_of(HELLO, say("assistant", CALL), RULE, say("tool", FOUND))["messages"] == [
        turn("user", text("Hello")),
        turn("assistant", TOOL_USE),
        turn("user", TOOL_RESULT, REMINDER),
    ]


def test_a_tool_loop_with_a_later_rule_still_needs_its_thoughts() -> None:
    thought = ThinkingPart("Hm.", "sig")
    loop = (HELLO, say("assistant", CALL), say("tool", FOUND), RULE)
    assert "thinking" not in body_of(*loop, capabilities=LATER, thinking=True)
    loop = (HELLO, say("assistant", thought, CALL), say("tool", FOUND), RULE)
    assert "thinking" in body_of(*loop, capabilities=LATER, thinking=True)


def test_the_person_speaks_first_where_that_is_needed() -> None:
    messages = (say("assistant", "A"), HELLO)
    assert body_of(*messages)["messages"][0] == turn("assistant", text("A"))
    told = body_of(*messages, capabilities={"needs_user_first": True})["messages"]
    assert told[:2] == [turn("user", text(BEGIN)), turn("assistant", text("A"))]
