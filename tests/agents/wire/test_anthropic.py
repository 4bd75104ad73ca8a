"""Anthropic messages: what a request becomes and what an answer means."""

from typing import Any

import pytest

from agents.llm.wire.anthropic import parse_models, parse_response, render_request
from agents.llm.wire.anthropic_messages import CONTINUE
from agents.llm.wire.neutral import ChatRequest, ChatResponse, Tool, Usage
from agents.llm.wire.parts import (
    ImagePart,
    Message,
    Part,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)

FIND = Tool("find", "Finds.", {"properties": {"q": {"type": "string"}}, "anyOf": [{}]})
OLD, BUDGET, NEWEST = "claude-3-5-sonnet-20241022", "claude-sonnet-4-5", "claude-opus-4-7"


def say(role: Role, *parts: Part | str) -> Message:
    return Message(role, tuple(TextPart(p) if isinstance(p, str) else p for p in parts))


HELLO = say("user", "Hello")


def body_of(
    *messages: Message, model: str = BUDGET, tools: tuple[Tool, ...] = (), **parameters: object
) -> dict[str, object]:
    request = ChatRequest(model, messages, tools, parameters)
    return render_request(request, stream=False)


def turns_of(body: dict[str, object]) -> list[Any]:
    messages = body["messages"]
    assert isinstance(messages, list)
    return messages


def text(words: str) -> dict[str, object]:
    return {"type": "text", "text": words}


def turn(role: str, *blocks: object) -> dict[str, object]:
    return {"role": role, "content": list(blocks)}


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


# --- parameters ----------------------------------------------------------------------------


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


# --- answers -------------------------------------------------------------------------------


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
