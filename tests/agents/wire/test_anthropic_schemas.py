"""Anthropic messages: strict tools, structured output, and what the end of an answer says."""

import pytest

from agents.llm.wire.anthropic import parse_response
from agents.llm.wire.anthropic_messages import CONTINUE
from agents.llm.wire.anthropic_stream import StreamDecoder
from agents.llm.wire.neutral import Finished, OutputFormat, Tool, Usage
from tests.agents.wire.anthropic_requests import HELLO, say, text, turn
from tests.agents.wire.test_anthropic_capabilities import body_of
from tests.agents.wire.transcripts import MESSAGE_STOP, decoded, named

MODEL = "claude-sonnet-4-5"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}}


CLOSED = {
    "type": "object",
    "properties": {"a": {"type": "string", "description": "(maxLength: 3)"}},
    "additionalProperties": False,
}
OUTPUT = OutputFormat("json_schema", "answer", schema=SCHEMA)


def test_strict_tools_are_repaired_where_the_model_has_them() -> None:
    tool = Tool("f", parameters=SCHEMA, is_strict=True)
    assert body_of(tools=(tool,))["tools"] == [
        {"name": "f", "input_schema": CLOSED, "strict": True}
    ]
    old = body_of(tools=(tool,), model="claude-3-5-sonnet-20241022")
    assert old["tools"] == [{"name": "f", "input_schema": SCHEMA}]


@pytest.mark.parametrize("count", [20, 21])
def test_too_many_strict_tools_are_not_strict(count: int) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    tools = tuple(Tool(f"f{at}", parameters=schema, is_strict=True) for at in range(count))
    assert [tool.get("strict") for tool in body_of(tools=tools)["tools"]] == [
        True if count == 20 else None
    ] * count


def test_of_two_tools_with_one_name_the_first_stays() -> None:
    assert body_of(tools=(Tool("f", "one"), Tool("f", "two")))["tools"] == [
        {"name": "f", "description": "one", "input_schema": {"type": "object", "properties": {}}}
    ]


def test_a_choice_at_the_root_is_said_in_the_description() -> None:
    schema = {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    (tool,) = body_of(tools=(Tool("f", "Does.", schema),))["tools"]
    rule = "Give at least one of these sets of arguments: (a) or (b)."
    assert tool["description"] == f"Does.\n\n{rule}"


def test_a_schema_for_the_answer_goes_into_the_configuration() -> None:
    body = body_of(output=OUTPUT, thinking=True, reasoning_effort="low", model="claude-opus-4-7")
    assert body["output_config"] == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": CLOSED},
    }


def test_an_answer_with_a_schema_is_never_prefilled() -> None:
    half = (HELLO, say("assistant", "Half "))
    assert body_of(*half)["messages"][-1] == turn("assistant", text("Half"))
    assert body_of(*half, output=OUTPUT)["messages"][-1] == turn("user", text(CONTINUE))


@pytest.mark.parametrize(
    ("model", "choice"),
    [
        (MODEL, {"type": "any"}),
        ("claude-opus-5-5", {"type": "auto"}),
        ("claude-sonnet-5-5", {"type": "auto"}),
        ("claude-haiku-5-5", {"type": "any"}),
    ],
)
def test_models_that_cannot_be_forced_are_not(model: str, choice: object) -> None:
    body = body_of(model=model, tools=(Tool("f"),), tool_choice="required")
    assert body["tool_choice"] == choice


# --- answers -------------------------------------------------------------------------------

REFUSED = {"type": "refusal", "category": "x", "explanation": "Unsafe."}


@pytest.mark.parametrize(
    ("end", "finished"),
    [
        (
            {"stop_reason": "stop_sequence", "stop_sequence": "END"},
            Finished("stop", stop_sequence="END"),
        ),
        (
            {"stop_reason": "refusal", "stop_details": REFUSED},
            Finished("refusal", explanation="Unsafe."),
        ),
        ({"stop_reason": "refusal", "stop_details": "x"}, Finished("refusal")),
    ],
)
def test_the_end_says_more(end: dict[str, object], finished: Finished) -> None:
    delta = named({"type": "message_delta", "delta": end})
    assert decoded(StreamDecoder(), [delta, MESSAGE_STOP]) == [finished]
    whole = parse_response(end)
    assert (whole.reason, whole.stop_sequence, whole.explanation) == (
        finished.reason,
        finished.stop_sequence,
        finished.explanation,
    )


@pytest.mark.parametrize(
    ("report", "usage"),
    [
        (
            {
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 3,
                    "ephemeral_1h_input_tokens": 4,
                }
            },
            Usage(cache_write_tokens=7, cache_write_long_tokens=4),
        ),
        (
            {
                "cache_creation_input_tokens": 7,
                "cache_creation": {"ephemeral_1h_input_tokens": 9},
            },
            Usage(cache_write_tokens=7, cache_write_long_tokens=7),
        ),
        (
            {
                "cache_creation_input_tokens": 7,
                "cache_creation": {"ephemeral_5m_input_tokens": 7},
            },
            Usage(cache_write_tokens=7),
        ),
        (
            {"input_tokens": 9, "input_tokens_details": {"image_tokens": 5}},
            Usage(9, image_tokens=5),
        ),
    ],
)
def test_counts_are_read_in_every_form(report: dict[str, object], usage: Usage) -> None:
    assert parse_response({"usage": report}).usage == usage
