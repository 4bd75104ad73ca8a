"""Tools of chat completions' requests for Anthropic's messages (2.5)."""

from tests.relay.conformance.cases_chat import asked, refused
from tests.relay.conformance.tables import ABSENT, Case, Has, Like
from tests.relay.conformance.upstream import Json

PARAMETERS: Json = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
EMPTY: Json = {"type": "object", "properties": {}}


def function(name: str = "find", parameters: object = PARAMETERS, **fields: object) -> Json:
    body = {"name": name, **fields}
    if parameters is not None:
        body["parameters"] = parameters
    return {"type": "function", "function": body}


FIND = function()
LEGAL_ID = Like(r"^call_1_x_y[a-zA-Z0-9_-]*$")
LONG = "n" * 140
AUTO = [{"name": "find", "input_schema": PARAMETERS}]


def choice(name: str, wanted: object, *, model: str = "sonnet", **fields: object) -> Case:
    """Return a row about ``tool_choice``."""
    return asked(f"choice-{name}", {"tool_choice": wanted}, model=model, tools=[FIND], **fields)


DEFINITIONS = [
    asked(
        "tool",
        {
            "tools": [{"name": "find", "description": "Finds.", "input_schema": PARAMETERS}],
            "tool_choice": ABSENT,
        },
        tools=[function(description="Finds.")],
    ),
    *(
        asked(
            f"tool-with-{name}",
            {"tools": [{"name": "find", "input_schema": EMPTY}]},
            tools=[function(parameters=value)],
        )
        for name, value in (("no-parameters", None), ("empty-parameters", {}))
    ),
    asked(
        "tool-with-null-parameters",
        {"tools": [{"name": "find", "input_schema": EMPTY}]},
        tools=[{"type": "function", "function": {"name": "find", "parameters": None}}],
    ),
    asked(
        "tool-schema-without-type",
        {
            "tools": [
                {"name": "find", "input_schema": Has({"type": "object", "properties": {"a": {}}})}
            ]
        },
        tools=[function(parameters={"properties": {"a": {}}})],
    ),
    asked(
        "tool-schema-with-root-any-of",
        {
            "tools": [
                {
                    "name": "find",
                    "description": ...,
                    "input_schema": Has(
                        {
                            "type": "object",
                            "anyOf": ABSENT,
                            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                        }
                    ),
                }
            ]
        },
        tools=[
            function(
                parameters={
                    "type": "object",
                    "anyOf": [
                        {"properties": {"a": {"type": "string"}}, "required": ["a"]},
                        {"properties": {"b": {"type": "string"}}},
                    ],
                }
            )
        ],
    ),
    asked("tool-named-twice-is-kept-once", {"tools": AUTO}, tools=[FIND, function(parameters={})]),
    asked(
        "flat-tool",
        {"tools": AUTO},
        tools=[{"type": "function", "name": "find", "parameters": PARAMETERS}],
    ),
    asked(
        "anthropics-tool",
        {"tools": [Has({"name": "find", "input_schema": PARAMETERS})]},
        tools=[{"name": "find", "input_schema": PARAMETERS}],
    ),
    asked(
        "custom-tool-has-one-text",
        {
            "tools": [
                Has(
                    {
                        "name": "patch",
                        "input_schema": Has(
                            {
                                "properties": {"input": Has({"type": "string"})},
                                "required": ["input"],
                            }
                        ),
                    }
                )
            ]
        },
        tools=[{"type": "custom", "custom": {"name": "patch", "format": {"type": "text"}}}],
    ),
    asked(
        "no-tools-no-choice", {"tools": ABSENT, "tool_choice": ABSENT}, tools=[], tool_choice="auto"
    ),
    asked(
        "illegal-name-is-mapped",
        {"tools": [{"name": "a_b_c", "input_schema": EMPTY}]},
        tools=[function("a.b c", {})],
    ),
    asked(
        "long-name-is-cut-with-a-hash",
        {"tools": [{"name": Like(r"^n{119}_[0-9a-f]{8}$"), "input_schema": EMPTY}]},
        tools=[function(LONG, {})],
    ),
    asked(
        "strict-tool",
        {"tools": [Has({"name": "find", "strict": True})]},
        tools=[function(strict=True)],
        model="opus",
    ),
    refused("tool-without-name", tools=[{"type": "function", "function": {}}]),
    asked(
        "functions-are-tools",
        {"tools": AUTO, "tool_choice": Has({"type": "auto"})},
        functions=[FIND["function"]],
        function_call="auto",
    ),
]
CHOICES = [
    choice("auto", {"type": "auto"}, tool_choice="auto"),
    choice("absent", ABSENT),
    choice("required", {"type": "any"}, tool_choice="required"),
    choice("none", {"type": "none"}, tool_choice="none"),
    choice(
        "one-function",
        {"type": "tool", "name": "find"},
        tool_choice={"type": "function", "function": {"name": "find"}},
    ),
    choice(
        "one-function-flat",
        {"type": "tool", "name": "find"},
        tool_choice={"type": "function", "name": "find"},
    ),
    choice(
        "one-at-a-time",
        {"type": "auto", "disable_parallel_tool_use": True},
        parallel_tool_calls=False,
    ),
    choice(
        "required-one-at-a-time",
        {"type": "any", "disable_parallel_tool_use": True},
        tool_choice="required",
        parallel_tool_calls=False,
    ),
    choice("none-one-at-a-time", {"type": "none"}, tool_choice="none", parallel_tool_calls=False),
    choice("many-at-a-time", ABSENT, parallel_tool_calls=True),
    choice(
        "required-is-auto-where-it-cannot-be-forced",
        {"type": "auto"},
        model="always",
        tool_choice="required",
    ),
    choice(
        "required-is-auto-with-budget-thinking",
        {"type": "auto"},
        tool_choice="required",
        reasoning_effort="high",
        max_tokens=20000,
    ),
    asked(
        "choice-of-allowed-tools",
        {"tools": [{"name": "b", "input_schema": EMPTY}], "tool_choice": {"type": "any"}},
        tools=[function("a", {}), function("b", {})],
        tool_choice={
            "type": "allowed_tools",
            "allowed_tools": {
                "mode": "required",
                "tools": [{"type": "function", "function": {"name": "b"}}],
            },
        },
    ),
    asked(
        "choice-of-a-custom-tool",
        {"tool_choice": {"type": "tool", "name": "patch"}},
        tools=[{"type": "custom", "custom": {"name": "patch"}}],
        tool_choice={"type": "custom", "custom": {"name": "patch"}},
    ),
]
CASES = [*DEFINITIONS, *CHOICES]
