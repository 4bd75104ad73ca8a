"""Structured output of Anthropic's models: a schema, a tool, or words."""

from typing import Any

import pytest

from agents.llm.wire.emulated_output import ONLY_JSON, TOOL_PURPOSE
from agents.llm.wire.neutral import (
    Event,
    Finished,
    OutputFormat,
    TextDelta,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
)
from tests.agents.wire.anthropic_prepared import OLD, body_of, prepared, restored
from tests.agents.wire.anthropic_requests import HELLO, say, text

SCHEMA: dict[str, object] = {"type": "object", "properties": {"a": {"type": "string"}}}
OUTPUT = OutputFormat("json_schema", "answer", "The answer.", SCHEMA)
FORCED: list[Event] = [
    ToolCallStarted(0, "t", "json_output"),
    ToolCallDelta(0, '{"a":'),
    ToolCallDelta(0, '"b"}'),
]


def test_models_with_structured_output_get_the_schema() -> None:
    one = prepared(output=OUTPUT)
    assert one.request.output == OUTPUT
    assert body_of(one)["output_config"]["format"]["type"] == "json_schema"
    events: list[Event] = [TextDelta('{"a":"b"}'), Finished("stop")]
    assert restored(one, events) == events


def test_other_models_answer_with_a_tool() -> None:
    one = prepared(model=OLD, output=OUTPUT)
    body = body_of(one)
    assert body["tools"] == [
        {
            "name": "json_output",
            "description": f"{TOOL_PURPOSE}\n\nThe answer.",
            "input_schema": SCHEMA,
        }
    ]
    assert body["tool_choice"] == {"type": "tool", "name": "json_output"}
    assert restored(one, [TextDelta("I answer: "), *FORCED, Finished("tool_calls")]) == [
        TextDelta("I answer: "),
        TextDelta('{"a":'),
        TextDelta('"b"}'),
        Finished("stop"),
    ]


def test_a_schema_that_no_grammar_can_say_is_asked_for_with_a_tool() -> None:
    free = OutputFormat("json_schema", schema={"type": "object"})
    assert body_of(prepared(output=free))["tool_choice"] == {"type": "tool", "name": "json_output"}


@pytest.mark.parametrize(
    ("choice", "sent", "forced"),
    [
        (None, ["find", "json_output"], {"type": "any"}),
        ("auto", ["find", "json_output"], {"type": "any"}),
        ("required", ["find", "json_output"], {"type": "any"}),
        ("none", ["find", "json_output"], {"type": "tool", "name": "json_output"}),
        ("find", ["find", "json_output"], {"type": "tool", "name": "find"}),
    ],
)
def test_other_tools_may_be_called_before_the_answer(
    choice: str | None, sent: list[str], forced: object
) -> None:
    one = prepared(model=OLD, tools=(Tool("find"),), output=OUTPUT, tool_choice=choice)
    body = body_of(one)
    assert [tool["name"] for tool in body["tools"]] == sent
    assert body["tool_choice"] == forced
    calls: list[Event] = [ToolCallStarted(0, "t", "find"), ToolCallDelta(0, "{}")]
    assert restored(one, [*calls, Finished("tool_calls")]) == [*calls, Finished("tool_calls")]


def test_an_answer_cut_short_says_so() -> None:
    one = prepared(model=OLD, output=OUTPUT)
    assert restored(one, [*FORCED, Finished("length")])[-1] == Finished("length")


def test_the_answers_tool_never_takes_a_name_that_is_taken() -> None:
    one = prepared(model=OLD, tools=(Tool("json_output"), Tool("json_output_2")), output=OUTPUT)
    assert body_of(one)["tools"][-1]["name"] == "json_output_3"
    assert restored(one, [ToolCallStarted(0, "t", "json_output")]) == [
        ToolCallStarted(0, "t", "json_output")
    ]


@pytest.mark.parametrize(
    ("output", "parameters", "words"),
    [
        (OutputFormat("json_object"), {}, ONLY_JSON),
        (
            OUTPUT,
            {"thinking": True},
            f"{ONLY_JSON} It must follow this JSON Schema:\n"
            '{"type":"object","properties":{"a":{"type":"string"}}}',
        ),
        (
            OutputFormat("json_schema", schema={"type": "array"}),
            {},
            f'{ONLY_JSON} It must follow this JSON Schema:\n{{"type":"array"}}',
        ),
    ],
)
def test_where_no_tool_can_be_forced_words_must_do(
    output: OutputFormat, parameters: dict[str, Any], words: str
) -> None:
    one = prepared(say("system", "Be."), HELLO, model=OLD, output=output, **parameters)
    body = body_of(one)
    assert body["system"] == [text("Be."), text(words)]
    assert "tools" not in body
    assert one.request.output is None
