"""Anthropic requests: sampling, thinking, tools and the cache."""

import pytest

from agents.llm.wire.anthropic import render_request
from agents.llm.wire.neutral import ChatRequest, Tool
from agents.llm.wire.parts import (
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

FIND = Tool("find", "Finds.", {"properties": {"q": {"type": "string"}}, "anyOf": [{}]})


def test_sampling_is_clamped_and_foreign_parameters_are_left_out() -> None:
    body = body_of(
        HELLO,
        model=OLD,
        temperature=1.7,
        top_p=0.9,
        top_k=40,
        stop=["END", " "],
        user="u1",
        seed=5,
        presence_penalty=1,
    )
    assert {name: body[name] for name in body if name not in {"model", "messages"}} == {
        "max_tokens": 8192,
        "temperature": 1.0,
        "top_p": 0.9,
        "top_k": 40,
        "stop_sequences": ["END"],
        "metadata": {"user_id": "u1"},
    }


def test_newer_models_take_less_sampling() -> None:
    both = body_of(HELLO, model=BUDGET, temperature=0.5, top_p=0.9)
    assert ("temperature" in both, "top_p" in both) == (True, False)
    assert body_of(HELLO, model=BUDGET, top_p=0.9)["top_p"] == 0.9
    none = body_of(HELLO, model=NEWEST, temperature=0.5, top_k=3)
    assert ("temperature" in none, "top_k" in none) == (False, False)


@pytest.mark.parametrize(
    ("model", "parameters", "fields"),
    [
        (BUDGET, {}, {}),
        (BUDGET, {"thinking": False}, {}),
        (BUDGET, {"thinking": True}, {"thinking": {"type": "enabled", "budget_tokens": 2000}}),
        (
            BUDGET,
            {"thinking_budget": 3000},
            {"thinking": {"type": "enabled", "budget_tokens": 3000}},
        ),
        (
            BUDGET,
            {"reasoning_effort": "high", "max_tokens": 5000},
            {"thinking": {"type": "enabled", "budget_tokens": 4999}},
        ),
        (BUDGET, {"thinking": True, "max_tokens": 500}, {}),
        (
            "claude-opus-4-5",
            {"reasoning_effort": "medium"},
            {
                "thinking": {"type": "enabled", "budget_tokens": 4096},
                "output_config": {"effort": "medium"},
            },
        ),
        ("claude-3-7-sonnet-20250219", {"reasoning_effort": "none"}, {}),
        ("glm-4.6", {"thinking": False}, {"thinking": {"type": "disabled"}}),
        (OLD, {"thinking": True, "reasoning_effort": "high"}, {}),
        (
            "claude-sonnet-4-6",
            {"thinking": True},
            {"thinking": {"type": "adaptive", "display": "summarized"}},
        ),
        (
            "claude-sonnet-4-6",
            {"reasoning_effort": "xhigh"},
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "high"},
            },
        ),
        (
            NEWEST,
            {"reasoning_effort": "minimal"},
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "low"},
            },
        ),
        (NEWEST, {"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
        ("claude-opus-5-5", {"thinking": False}, {"output_config": {"effort": "low"}}),
        ("claude-fable-5", {"thinking": False}, {"output_config": {"effort": "low"}}),
    ],
)
def test_thinking_is_asked_for_as_the_model_wants(
    model: str, parameters: dict[str, object], fields: dict[str, object]
) -> None:
    body = render_request(ChatRequest(model, (HELLO,), (), parameters), stream=False)
    assert {name: body[name] for name in ("thinking", "output_config") if name in body} == fields


def test_thinking_excludes_sampling_and_forced_tools() -> None:
    body = body_of(HELLO, tools=(FIND,), thinking=True, temperature=0.5, tool_choice="required")
    assert "temperature" not in body
    assert body["tool_choice"] == {"type": "auto"}


def test_a_tool_loop_that_began_without_thoughts_goes_on_without() -> None:
    call, answer = ToolCallPart("c", "find", "{}"), say("tool", ToolResultPart("c", ()))
    bare = body_of(HELLO, say("assistant", call), answer, thinking=True)
    assert "thinking" not in bare
    thought = say("assistant", ThinkingPart("Hm.", "sig"), call)
    assert "thinking" in body_of(HELLO, thought, answer, thinking=True)
    assert "thinking" in body_of(thinking=True)


@pytest.mark.parametrize(
    ("parameters", "choice"),
    [
        ({"tool_choice": "auto"}, {"type": "auto"}),
        ({"tool_choice": "required"}, {"type": "any"}),
        ({"tool_choice": "none", "parallel_tool_calls": False}, {"type": "none"}),
        ({"tool_choice": "find"}, {"type": "tool", "name": "find"}),
        ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}),
    ],
)
def test_tools_come_with_a_choice(parameters: dict[str, object], choice: object) -> None:
    body = render_request(ChatRequest(BUDGET, (HELLO,), (FIND,), parameters), stream=False)
    schema = {"type": "object", "properties": {"q": {"type": "string"}}}
    assert body["tools"] == [{"name": "find", "description": "Finds.", "input_schema": schema}]
    assert body["tool_choice"] == choice


def test_no_choice_is_sent_unless_asked_and_never_without_tools() -> None:
    assert "tool_choice" not in body_of(HELLO, tools=(FIND,))
    assert "tool_choice" not in body_of(HELLO, tool_choice="required")


def test_the_cache_is_marked_at_the_ends_of_what_repeats() -> None:
    mark = {"type": "ephemeral", "ttl": "1h"}
    body = body_of(
        say("system", "Rules."),
        say("user", "a"),
        say("assistant", "b"),
        say("user", "c"),
        say("assistant", "d"),
        say("user", "e"),
        tools=(Tool("one"), Tool("two")),
        prompt_cache=True,
        prompt_cache_ttl="1h",
    )
    schema = {"type": "object", "properties": {}}
    assert body["tools"] == [
        {"name": "one", "input_schema": schema},
        {"name": "two", "input_schema": schema, "cache_control": mark},
    ]
    assert body["system"] == [{**text("Rules."), "cache_control": mark}]
    assert body["messages"] == [
        turn("user", text("a")),
        turn("assistant", text("b")),
        turn("user", {**text("c"), "cache_control": mark}),
        turn("assistant", text("d")),
        turn("user", {**text("e"), "cache_control": mark}),
    ]


def test_the_cache_mark_has_no_lifetime_unless_given_and_empty_places_stay_empty() -> None:
    assert body_of(HELLO, prompt_cache=True)["messages"] == [
        turn("user", {**text("Hello"), "cache_control": {"type": "ephemeral"}})
    ]


def test_dropped_and_extra_fields_have_the_last_word() -> None:
    request = ChatRequest(
        OLD, (HELLO,), (), {"top_k": 3}, {"service_tier": "auto"}, frozenset({"top_k"})
    )
    assert render_request(request, stream=False) == {
        "model": OLD,
        "max_tokens": 8192,
        "messages": [turn("user", text("Hello"))],
        "service_tier": "auto",
    }
