"""Tools in OpenAI's bodies: every form that clients send, and the choice among them."""

import pytest

from agents.llm.wire.neutral import Tool
from agents.llm.wire.serving.asked import BadRequestError
from agents.llm.wire.serving.openai_chat_requests import LEGACY
from tests.agents.wire.serving.openai_asking import FIND, Json, chat, tools_of

SCHEMA: Json = {"type": "object", "properties": {"q": {"type": "string"}}}
GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": "start: /x/"}
DRAW: Json = {"type": "function", "function": {"name": "draw"}}
FREE: Json = {"type": "custom", "custom": {"name": "free"}}


@pytest.mark.parametrize(
    ("given", "tool"),
    [
        (
            {
                "type": "function",
                "function": {"name": "f", "description": "d", "parameters": SCHEMA},
            },
            Tool("f", "d", SCHEMA),
        ),
        (
            {"type": "function", "function": {"name": "f", "strict": True, "parameters": None}},
            Tool("f", is_strict=True),
        ),
        (
            {"type": "function", "name": "f", "description": "d", "parameters": SCHEMA},
            Tool("f", "d", SCHEMA),
        ),
        ({"type": "function", "name": "f", "strict": False}, Tool("f", is_strict=False)),
        ({"function": {"name": "f"}}, Tool("f")),
        ({"name": "f", "description": "d", "input_schema": SCHEMA}, Tool("f", "d", SCHEMA)),
        ({"type": "custom", "name": "f", "input_schema": SCHEMA}, Tool("f", "", SCHEMA)),
        (
            {"type": "custom", "custom": {"name": "f", "description": "d"}},
            Tool("f", "d", kind="custom"),
        ),
        (
            {"type": "custom", "name": "f", "format": {"type": "text"}},
            Tool("f", kind="custom"),
        ),
        (
            {"type": "custom", "name": "f", "format": GRAMMAR},
            Tool("f", kind="custom", grammar=GRAMMAR),
        ),
        (
            {
                "type": "custom",
                "custom": {
                    "name": "f",
                    "format": {
                        "type": "grammar",
                        "grammar": {"syntax": "lark", "definition": "start: /x/"},
                    },
                },
            },
            Tool("f", kind="custom", grammar=GRAMMAR),
        ),
        (
            {"type": "function", "function": {"name": "f"}, "cache_control": {"ttl": "1h"}},
            Tool("f", cache="1h"),
        ),
        (
            {"name": "f", "input_schema": {}, "cache_control": {"type": "ephemeral"}},
            Tool("f", cache="5m"),
        ),
    ],
)
def test_a_tool_of_each_form_is_read(given: Json, tool: Tool) -> None:
    assert tools_of(given) == (tool,)


@pytest.mark.parametrize(
    "given",
    [
        {"type": "web_search"},
        {"type": "web_search_20250305", "name": "web_search"},
        {"type": "tool_search"},
        {"type": "mcp", "server_label": "x"},
        {"type": "local_shell"},
        {"type": "computer_use_preview"},
    ],
)
def test_tools_that_the_provider_runs_are_left_out(given: Json) -> None:
    asked = chat(tools=[given, FIND])
    assert asked.request.tools == (Tool("find"),)
    assert asked.dropped == ("tools",)


@pytest.mark.parametrize(
    ("choice", "neutral"),
    [
        (None, None),
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ("any", "required"),
        ({"type": "auto"}, "auto"),
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "function", "function": {"name": "find"}}, "find"),
        ({"type": "function", "name": "find"}, "find"),
        ({"type": "tool", "name": "find"}, "find"),
        ({"type": "custom", "custom": {"name": "free"}}, "free"),
        ({"type": "custom", "name": "free"}, "free"),
        ({"type": "web_search"}, "auto"),
    ],
)
def test_a_choice_of_each_form_is_read(choice: object, neutral: str | None) -> None:
    request = chat(tools=[FIND, DRAW, FREE], tool_choice=choice).request
    assert request.parameters.get("tool_choice") == neutral
    assert [tool.name for tool in request.tools] == ["find", "draw", "free"]


@pytest.mark.parametrize(
    ("allowed", "mode", "names"),
    [
        ({"mode": "auto", "tools": [FIND]}, "auto", ["find"]),
        ({"mode": "required", "tools": [FREE, DRAW]}, "required", ["draw", "free"]),
        ({"tools": [{"type": "function", "name": "draw"}]}, "auto", ["draw"]),
        ({"mode": "auto", "tools": [{"name": "gone"}]}, "none", ["find", "draw", "free"]),
    ],
)
@pytest.mark.parametrize("is_nested", [True, False])
def test_allowed_tools_leave_only_those(
    allowed: Json, mode: str, names: list[str], *, is_nested: bool
) -> None:
    inside = {"allowed_tools": allowed} if is_nested else allowed
    choice = {"type": "allowed_tools", **inside}
    request = chat(tools=[FIND, DRAW, FREE], tool_choice=choice).request
    assert request.parameters["tool_choice"] == mode
    assert [tool.name for tool in request.tools] == names


def test_anthropics_wish_for_single_calls_is_read() -> None:
    choice = {"type": "any", "disable_parallel_tool_use": True}
    assert chat(tools=[FIND], tool_choice=choice).request.parameters == {
        "tool_choice": "required",
        "parallel_tool_calls": False,
    }


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [{"type": "function"}]}, "tools.0.name"),
        ({"tools": [FIND, {"type": "function", "function": {}}]}, "tools.1.name"),
        ({"tools": [{"type": "function", "function": {"name": 5}}]}, "tools.0.function.name"),
        ({"tools": [{"type": "function", "function": []}]}, "tools.0.function"),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": "x"}}]},
            "tools.0.function.parameters",
        ),
        ({"tools": [{"type": "function", "name": "f", "strict": 1}]}, "tools.0.strict"),
        ({"tools": [{"type": "custom", "custom": {"description": "d"}}]}, "tools.0.custom.name"),
        ({"tools": [{"type": "custom", "name": "f", "format": 1}]}, "tools.0.format"),
        ({"tools": [FIND], "tool_choice": "find"}, "tool_choice"),
        ({"tools": [FIND], "tool_choice": 5}, "tool_choice"),
        (
            {"tools": [FIND], "tool_choice": {"type": "function", "function": {"name": "x"}}},
            "tool_choice",
        ),
        (
            {"tools": [FIND], "tool_choice": {"type": "allowed_tools", "mode": "some"}},
            "tool_choice.mode",
        ),
        ({"functions": [{"description": "d"}]}, "functions.0.name"),
        ({"functions": [{"name": "f"}], "function_call": {"name": "g"}}, "function_call"),
    ],
)
def test_wrong_tools_are_refused(fields: Json, param: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        chat(**fields)
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("call", "choice"),
    [
        (None, {}),
        ("auto", {"tool_choice": "auto"}),
        ("none", {"tool_choice": "none"}),
        ({"name": "f"}, {"tool_choice": "f"}),
    ],
)
def test_legacy_functions_are_tools_one_call_at_a_time(call: object, choice: Json) -> None:
    asked = chat(functions=[{"name": "f", "parameters": SCHEMA}], function_call=call)
    assert asked.request.tools == (Tool("f", parameters=SCHEMA),)
    assert asked.request.parameters == {"parallel_tool_calls": False, **choice}
    assert asked.echo == {LEGACY: True}


def test_tools_win_over_legacy_functions() -> None:
    asked = chat(functions=[{"name": "f"}], tools=[FIND])
    assert asked.request.tools == (Tool("find"),)
    assert asked.echo == {}
