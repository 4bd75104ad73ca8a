"""Tools of a messages request, and the choice among them."""

import pytest

from agents.llm.wire.neutral import Tool
from agents.llm.wire.serving.asked import BadRequestError
from tests.agents.wire.serving.asking import HELLO, Json, asked, parameters, request

SCHEMA: Json = {"type": "object", "properties": {"q": {"type": "string"}}}
FIND: Json = {"name": "find", "input_schema": SCHEMA}
KEEP: Json = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
TOOLS: list[tuple[str, Json, Tool]] = [
    ("without a type", {}, Tool("find", "", SCHEMA)),
    ("of type custom", {"type": "custom"}, Tool("find", "", SCHEMA)),
    ("with null for a type", {"type": None}, Tool("find", "", SCHEMA)),
    ("described", {"description": "Finds."}, Tool("find", "Finds.", SCHEMA)),
    ("strict", {"strict": True}, Tool("find", "", SCHEMA, is_strict=True)),
    ("not strict", {"strict": False}, Tool("find", "", SCHEMA, is_strict=False)),
    ("to keep", KEEP, Tool("find", "", SCHEMA, cache="1h")),
    (
        "with fields of Anthropic's alone",
        {"defer_loading": True, "eager_input_streaming": True, "allowed_callers": ["direct"]},
        Tool("find", "", SCHEMA),
    ),
    (
        "with examples",
        {"description": "Finds.", "input_examples": [{"q": "a"}, {"q": "ü"}]},
        Tool("find", 'Finds.\n\nExamples of the input:\n{"q":"a"}\n{"q":"ü"}', SCHEMA),
    ),
    (
        "with examples alone",
        {"input_examples": [{"q": "a"}]},
        Tool("find", 'Examples of the input:\n{"q":"a"}', SCHEMA),
    ),
]


@pytest.mark.parametrize(
    ("fields", "expected"), [pytest.param(*row, id=name) for name, *row in TOOLS]
)
def test_a_tool_becomes_a_function(fields: Json, expected: Tool) -> None:
    assert request(tools=[FIND | fields]).tools == (expected,)


@pytest.mark.parametrize(
    ("kind", "name", "arguments"),
    [
        ("bash_20250124", "bash", {"command", "restart"}),
        ("text_editor_20250728", "str_replace_based_edit_tool", {"command", "path", "view_range"}),
        ("memory_20250818", "memory", {"command", "old_path", "new_path"}),
        ("computer_20251124", "computer", {"action", "coordinate", "text"}),
    ],
)
def test_tools_that_the_client_runs_itself_get_their_schema(
    kind: str, name: str, arguments: set[str]
) -> None:
    (tool,) = request(tools=[{"type": kind, "name": name}]).tools
    assert tool.name == name
    properties = tool.parameters["properties"]
    assert isinstance(properties, dict)
    assert set(properties) >= arguments
    assert tool.description


def test_the_computers_screen_is_described() -> None:
    screen = {"display_width_px": 1024, "display_height_px": 768}
    (tool,) = request(tools=[{"type": "computer_20251124", "name": "computer", **screen}]).tools
    assert tool.description.endswith("1024 by 768 pixels.")


@pytest.mark.parametrize(
    "kind",
    [
        "web_search_20250305",
        "web_fetch_20260209",
        "code_execution_20260521",
        "tool_search_tool_regex_20251119",
        "mcp_toolset",
        "browser_toolset_20260801",
        "bash_latest",
        "advisor_20260301",
    ],
)
def test_tools_that_run_on_anthropics_servers_are_refused(kind: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        request(tools=[FIND, {"type": kind, "name": "x"}])
    assert refused.value.param == "tools.1.type"
    assert refused.value.code == "unsupported_parameter"
    assert refused.value.message.startswith("tools.1.type: ")
    assert kind in refused.value.message


CHOICES: list[tuple[str, Json, Json]] = [
    ("auto", {"type": "auto"}, {"tool_choice": "auto"}),
    ("any", {"type": "any"}, {"tool_choice": "required"}),
    ("none", {"type": "none"}, {"tool_choice": "none"}),
    ("one tool", {"type": "tool", "name": "find"}, {"tool_choice": "find"}),
    (
        "one call at a time",
        {"type": "auto", "disable_parallel_tool_use": True},
        {"tool_choice": "auto", "parallel_tool_calls": False},
    ),
    (
        "one call of one tool",
        {"type": "tool", "name": "find", "disable_parallel_tool_use": True},
        {"tool_choice": "find", "parallel_tool_calls": False},
    ),
    (
        "several calls",
        {"type": "any", "disable_parallel_tool_use": False},
        {"tool_choice": "required"},
    ),
]


@pytest.mark.parametrize(
    ("choice", "expected"), [pytest.param(*row, id=name) for name, *row in CHOICES]
)
def test_the_choice_becomes_these_parameters(choice: Json, expected: Json) -> None:
    assert parameters(tools=[FIND], tool_choice=choice) == expected


def test_a_choice_without_tools_means_nothing() -> None:
    assert parameters(tool_choice={"type": "any"}) == {}


def changing(*blocks: object) -> tuple[Tool, ...]:
    later = {"role": "system", "content": list(blocks)}
    return request(messages=[*HELLO, later], tools=[FIND]).tools


def removal(name: str) -> Json:
    return {"type": "tool_removal", "tool": {"type": "tool_reference", "name": name}}


def addition(**tool: object) -> Json:
    return {"type": "tool_addition", "tool": tool}


WALK: Json = {"name": "walk", "input_schema": {"type": "object"}}
CHANGES: list[tuple[str, list[Json], list[str]]] = [
    ("taken away", [removal("find")], []),
    ("taken away and brought back", [removal("find"), addition(name="find")], ["find"]),
    ("defined", [addition(type="tool_definition", definition=WALK)], ["find", "walk"]),
    (
        "defined and taken away",
        [addition(type="tool_definition", definition=WALK), removal("walk")],
        ["find"],
    ),
]


@pytest.mark.parametrize(
    ("blocks", "names"), [pytest.param(*row, id=name) for name, *row in CHANGES]
)
def test_turns_change_the_tools(blocks: list[Json], names: list[str]) -> None:
    assert [tool.name for tool in changing(*blocks)] == names


def test_changes_of_tools_are_not_named_as_left_out() -> None:
    later = {"role": "system", "content": [removal("find"), {"type": "text", "text": "Now."}]}
    assert asked(messages=[*HELLO, later], tools=[FIND]).dropped == ()
