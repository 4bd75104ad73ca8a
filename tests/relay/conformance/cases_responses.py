"""Responses before both dialects (2.11, 3.4)."""

from typing import Any

from tests.relay.conformance.tables import ABSENT, HELLO, Case, Has, Like
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import SCHEMA, call, text, tool_use

TURN: Json = {"role": "user", "content": [text(HELLO)]}
USER: Json = {"role": "user", "content": HELLO}
FIND: Json = {"type": "function", "name": "find", "parameters": SCHEMA}
PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="
PDF = "JVBERi0xLjcKZW5k"


def asked(name: str, sent: Json, *, model: Any = "sonnet", **fields: Any) -> Case:
    return Case(f"responses-{name}", "responses", model, fields, sent=sent)


def items(
    name: str, *more: Json, wanted: list[object], model: str = "sonnet", **fields: object
) -> Case:
    """Return a row about items that follow the user's first."""
    start = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": HELLO}]}
    first = TURN if model == "sonnet" else USER
    return Case(
        f"responses-{name}",
        "responses",
        model,
        {"input": [start, *more], **fields},
        sent={"messages": [first, *wanted]},
    )


def refused(name: str, *, model: str = "sonnet", **fields: object) -> Case:
    return Case(
        f"responses-{name}-is-refused",
        "responses",
        model,
        fields,
        refused={"type": "invalid_request_error"},
    )


CALL: Json = {
    "type": "function_call",
    "call_id": "c1",
    "name": "find",
    "arguments": '{"city":"Oslo"}',
}
OUTPUT: Json = {"type": "function_call_output", "call_id": "c1", "output": "3"}
USE = tool_use("c1", "find", {"city": "Oslo"})
REQUESTS = [
    asked("text", {"messages": [TURN], "system": ABSENT}),
    asked("text-to-openai", {"messages": [USER]}, model="local"),
    asked("instructions", {"system": [text("Be brief.")]}, instructions="Be brief."),
    asked(
        "instructions-to-openai",
        {"messages": [{"role": "system", "content": "Be brief."}, USER]},
        model="local",
        instructions="Be brief.",
    ),
    asked("limit", {"max_tokens": 700}, max_output_tokens=700),
    asked("temperature", {"temperature": 0.5}, temperature=0.5),
    asked(
        "effort",
        {"output_config": Has({"effort": "low"})},
        model="opus",
        reasoning={"effort": "low"},
    ),
    asked(
        "summary-is-display",
        {"thinking": Has({"display": "summarized"})},
        model="opus",
        reasoning={"effort": "high", "summary": "auto"},
    ),
    asked(
        "effort-on-a-budget-model",
        {"thinking": Has({"type": "enabled", "budget_tokens": 4096})},
        reasoning={"effort": "medium"},
        max_output_tokens=9000,
    ),
    asked(
        "format",
        {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        text={"format": {"type": "json_schema", "name": "p", "schema": SCHEMA}, "verbosity": "low"},
    ),
    asked(
        "format-to-openai",
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": Has({"name": "p", "schema": SCHEMA}),
            }
        },
        model="local",
        text={"format": {"type": "json_schema", "name": "p", "schema": SCHEMA, "strict": True}},
    ),
    asked(
        "tool",
        {
            "tools": [
                Has(
                    {
                        "name": "find",
                        "input_schema": Has({"properties": {"city": {"type": "string"}}}),
                    }
                )
            ]
        },
        tools=[FIND],
    ),
    asked(
        "tool-to-openai",
        {"tools": [{"type": "function", "function": Has({"name": "find", "parameters": SCHEMA})}]},
        model="local",
        tools=[FIND],
    ),
    asked(
        "custom-tool",
        {
            "tools": [
                Has(
                    {
                        "name": "apply_patch",
                        "description": Like("start: x"),
                        "input_schema": Has({"required": ["input"]}),
                    }
                )
            ]
        },
        tools=[
            {
                "type": "custom",
                "name": "apply_patch",
                "description": "Edit.",
                "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"},
            }
        ],
    ),
    asked(
        "tools-without-a-name-are-left-out",
        {"tools": [Has({"name": "find"})]},
        tools=[FIND, {"type": "web_search"}, {"type": "tool_search"}],
    ),
    asked(
        "choice",
        {"tool_choice": {"type": "tool", "name": "find"}},
        tools=[FIND],
        tool_choice={"type": "function", "name": "find"},
    ),
    asked(
        "choice-required", {"tool_choice": {"type": "any"}}, tools=[FIND], tool_choice="required"
    ),
    asked(
        "one-at-a-time",
        {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
        tools=[FIND],
        parallel_tool_calls=False,
    ),
    *(
        asked(f"{name.replace('_', '-')}-is-not-sent", {name: ABSENT}, **{name: value})
        for name, value in (
            ("include", ["reasoning.encrypted_content"]),
            ("store", False),
            ("truncation", "auto"),
            ("prompt_cache_key", "k"),
            ("client_metadata", {"a": "b"}),
            ("max_tool_calls", 3),
            ("background", False),
        )
    ),
    refused("background", background=True),
    refused("previous-response", previous_response_id="resp_1"),
    refused("conversation", conversation="conv_1"),
    refused("prompt", prompt={"id": "pmpt_1"}),
    refused("item-reference", input=[{"type": "item_reference", "id": "msg_1"}]),
    refused("missing-input", input=ABSENT),
    refused("input-number", input=7),
]
ITEMS = [
    asked("item-without-type-is-a-message", {"messages": [TURN]}, input=[USER]),
    asked(
        "system-and-developer-items",
        {"system": [text("One."), text("Two.")], "messages": [TURN]},
        input=[
            {"role": "system", "content": "One."},
            {"role": "developer", "content": "Two."},
            USER,
        ],
    ),
    items(
        "assistant-item",
        {"role": "assistant", "content": [{"type": "output_text", "text": "Yes?"}]},
        {"role": "user", "content": "Go."},
        wanted=[
            {"role": "assistant", "content": [text("Yes?")]},
            {"role": "user", "content": [text("Go.")]},
        ],
    ),
    items(
        "call-and-output",
        CALL,
        OUTPUT,
        wanted=[
            {"role": "assistant", "content": [USE]},
            {
                "role": "user",
                "content": [
                    Has({"type": "tool_result", "tool_use_id": "c1", "content": [text("3")]})
                ],
            },
        ],
        tools=[FIND],
    ),
    items(
        "call-joins-the-text-before-it",
        {"role": "assistant", "content": "Look."},
        CALL,
        OUTPUT,
        wanted=[{"role": "assistant", "content": [text("Look."), USE]}, ...],
        tools=[FIND],
    ),
    items(
        "call-and-output-to-openai",
        CALL,
        OUTPUT,
        wanted=[
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [call("c1", "find", '{"city":"Oslo"}')],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "3"},
        ],
        model="local",
        tools=[FIND],
    ),
    items(
        "output-of-parts",
        CALL,
        {**OUTPUT, "output": [{"type": "input_text", "text": "3"}]},
        wanted=[
            ...,
            {"role": "user", "content": [Has({"tool_use_id": "c1", "content": [text("3")]})]},
        ],
        tools=[FIND],
    ),
    items(
        "custom-call-and-output",
        {"type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": "*** Begin"},
        {"type": "custom_tool_call_output", "call_id": "c1", "output": "ok"},
        wanted=[
            {
                "role": "assistant",
                "content": [tool_use("c1", "apply_patch", {"input": "*** Begin"})],
            },
            ...,
        ],
        tools=[{"type": "custom", "name": "apply_patch"}],
    ),
    items(
        "foreign-reasoning-is-dropped",
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"},
        {"role": "assistant", "content": "Yes?"},
        {"role": "user", "content": "Go."},
        wanted=[{"role": "assistant", "content": [text("Yes?")]}, ...],
    ),
]
PICTURE = Case(
    "responses-picture-is-a-string",
    "responses",
    "sonnet",
    {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": HELLO},
                    {"type": "input_image", "image_url": PNG},
                    {
                        "type": "input_file",
                        "filename": "a.pdf",
                        "file_data": f"data:application/pdf;base64,{PDF}",
                    },
                ],
            }
        ]
    },
    sent={
        "messages": [
            {
                "role": "user",
                "content": [text(HELLO), Has({"type": "image"}), Has({"type": "document"})],
            }
        ]
    },
)
CASES = [*REQUESTS, *ITEMS, PICTURE]
