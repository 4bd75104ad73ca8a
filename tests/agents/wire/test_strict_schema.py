"""Schemas that OpenAI can hold a model to, and what is said about them."""

import pytest

from agents.llm.wire.fields import object_of, objects_of
from agents.llm.wire.neutral import ChatRequest, OutputFormat, Tool
from agents.llm.wire.openai_chat import render_request

Json = dict[str, object]
CLOSED: Json = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
OPEN: Json = {"type": "object", "properties": {"a": {"type": "string"}}}
NESTED: Json = {**CLOSED, "properties": {"a": {"type": "array", "items": OPEN}}}
DEFINED: Json = {**CLOSED, "$defs": {"b": OPEN}}
EITHER: Json = {**CLOSED, "properties": {"a": {"anyOf": [CLOSED, OPEN]}}}
DEEP: Json = CLOSED
for _ in range(120):
    DEEP = {**CLOSED, "properties": {"a": DEEP}}
SCHEMAS: list[tuple[str, Json, bool]] = [
    ("closed", CLOSED, True),
    (
        "closed with a list",
        {**CLOSED, "properties": {"a": {"type": "array", "items": CLOSED}}},
        True,
    ),
    ("closed with a choice", {**CLOSED, "properties": {"a": {"anyOf": [CLOSED]}}}, True),
    ("open", OPEN, False),
    ("an optional property", {**CLOSED, "required": []}, False),
    ("open inside", NESTED, False),
    ("open in a definition", DEFINED, False),
    ("open in a choice", EITHER, False),
    ("a choice that is not known", {**CLOSED, "allOf": [CLOSED]}, False),
    ("a choice at the root", {"anyOf": [CLOSED], **CLOSED}, False),
    ("a list", {"type": "object", "properties": {"a": {"items": OPEN}}}, False),
    ("too deep", DEEP, False),
]


@pytest.mark.parametrize(
    ("schema", "expected"), [pytest.param(*row, id=name) for name, *row in SCHEMAS]
)
def test_structured_output_is_strict_where_it_can_be(schema: Json, expected: bool) -> None:
    output = OutputFormat("json_schema", name="answer", description="It.", schema=schema)
    request = ChatRequest("gpt-4o", (), output=output)
    assert render_request(request, stream=False)["response_format"] == {
        "type": "json_schema",
        "json_schema": {
            "name": "answer",
            "description": "It.",
            "schema": schema,
            "strict": expected,
        },
    }
    tool = Tool("find", "", schema, is_strict=True)
    rendered = render_request(ChatRequest("gpt-4o", (), (tool,)), stream=False)["tools"]
    assert object_of(objects_of(rendered)[0]["function"])["strict"] is expected


@pytest.mark.parametrize(("said", "expected"), [(True, True), (False, False), (None, False)])
def test_what_a_client_says_about_strictness_is_said_on(said: bool | None, expected: bool) -> None:
    output = OutputFormat("json_schema", schema=OPEN, is_strict=said)
    rendered = render_request(ChatRequest("gpt-4o", (), output=output), stream=False)
    assert rendered["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "output", "schema": OPEN, "strict": expected},
    }


def test_output_of_any_object_has_no_schema() -> None:
    request = ChatRequest("gpt-4o", (), output=OutputFormat("json_object"))
    assert render_request(request, stream=False)["response_format"] == {"type": "json_object"}
