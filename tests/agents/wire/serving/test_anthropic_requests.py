"""The fields of a messages request, and what is wrong with wrong ones."""

import json

import pytest

from agents.llm.wire.neutral import OutputFormat
from agents.llm.wire.parts import Message, TextPart
from agents.llm.wire.serving import anthropic
from agents.llm.wire.serving.asked import BadRequestError
from tests.agents.wire.serving.asking import HELLO, Json, asked, parameters, request

SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "string"}}}
FORMAT: Json = {"type": "json_schema", "schema": SCHEMA}
PARAMETERS: list[tuple[str, Json, Json]] = [
    ("temperature", {"temperature": 0.5}, {"temperature": 0.5}),
    ("temperature of zero", {"temperature": 0}, {"temperature": 0}),
    ("top_p", {"top_p": 0.9}, {"top_p": 0.9}),
    ("top_k", {"top_k": 40}, {"top_k": 40}),
    ("stop sequences", {"stop_sequences": ["a", "b"]}, {"stop": ["a", "b"]}),
    ("no stop sequences", {"stop_sequences": []}, {}),
    ("null in place of a field", {"temperature": None, "thinking": None}, {}),
    (
        "thinking with a budget",
        {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        {"thinking": True, "thinking_budget": 2000},
    ),
    ("adaptive thinking", {"thinking": {"type": "adaptive"}}, {"thinking": True}),
    (
        "thinking that is not shown",
        {"thinking": {"type": "adaptive", "display": "omitted"}},
        {"thinking": True, "reasoning_display": "omitted"},
    ),
    ("thinking between tools", {"thinking": {"type": "between_tools"}}, {"thinking": True}),
    ("no thinking", {"thinking": {"type": "disabled"}}, {"thinking": False}),
    ("effort", {"output_config": {"effort": "xhigh"}}, {"reasoning_effort": "xhigh"}),
    ("any tier", {"service_tier": "auto"}, {"service_tier": "auto"}),
    ("the standard tier", {"service_tier": "standard_only"}, {"service_tier": "standard"}),
    ("speed", {"speed": "fast", "service_tier": "auto"}, {"service_tier": "fast"}),
    ("standard speed", {"speed": "standard"}, {}),
    (
        "keeping the prompt",
        {"cache_control": {"type": "ephemeral"}},
        {"automatic_cache": "5m"},
    ),
    (
        "keeping the prompt for long",
        {"cache_control": {"type": "ephemeral", "ttl": "1h"}},
        {"automatic_cache": "1h"},
    ),
]


@pytest.mark.parametrize(
    ("fields", "expected"), [pytest.param(*row, id=name) for name, *row in PARAMETERS]
)
def test_a_field_becomes_these_parameters(fields: Json, expected: Json) -> None:
    assert parameters(**fields) == expected


def test_a_plain_request_has_a_model_messages_and_a_limit() -> None:
    read = asked()
    assert read.request.model == "gpt"
    assert read.request.messages == (Message("user", (TextPart("Hello"),)),)
    assert read.request.parameters == {"max_tokens": 100}
    assert (read.is_streaming, read.wants_usage, read.dropped) == (False, True, ())


def test_a_limit_of_zero_is_kept() -> None:
    assert request(max_tokens=0).parameters["max_tokens"] == 0


def test_a_stream_is_asked_for() -> None:
    assert asked(stream=True).is_streaming


@pytest.mark.parametrize(
    "fields", [{"output_config": {"format": FORMAT}}, {"output_format": FORMAT}]
)
def test_structured_output_has_a_schema(fields: Json) -> None:
    assert request(**fields).output == OutputFormat("json_schema", name="output", schema=SCHEMA)


def test_counting_needs_no_limit() -> None:
    read = anthropic.parse_count_tokens({"model": "gpt", "messages": HELLO, "system": "Hi"})
    assert [message.role for message in read.request.messages] == ["system", "user"]
    assert read.request.parameters == {}


DROPPED: Json = {
    "container": "c",
    "context_management": {"edits": []},
    "diagnostics": {},
    "inference_geo": "eu",
    "fallbacks": [],
    "betas": ["x"],
    "invented_in_2031": 1,
}


@pytest.mark.parametrize("name", DROPPED)
def test_fields_that_nobody_else_knows_are_left_out_and_named(name: str) -> None:
    read = asked(**{name: DROPPED[name]})
    assert read.dropped == (name,)
    assert read.request == request()


def test_no_servers_of_tools_are_no_reason_to_refuse() -> None:
    assert asked(mcp_servers=[]).dropped == ()


CLAUDE_CODE = {"device_id": "d1", "account_uuid": "a1", "session_id": "s1"}
WHO: list[tuple[str, object, str, str]] = [
    ("a name", "user-7", "user-7", ""),
    ("nobody", None, "", ""),
    ("packed as JSON", json.dumps(CLAUDE_CODE), "a1", "s1"),
    ("packed without an account", json.dumps(CLAUDE_CODE | {"account_uuid": ""}), "d1", "s1"),
    ("packed with a mark", "user_ab_account__session_s1", "user_ab_account_", "s1"),
    ("JSON of something else", '{"a": 1}', '{"a": 1}', ""),
    ("almost JSON", "{who", "{who", ""),
]


@pytest.mark.parametrize(
    ("given", "end_user", "session"), [pytest.param(*row, id=name) for name, *row in WHO]
)
def test_the_user_and_the_session_are_told_apart(
    given: object, end_user: str, session: str
) -> None:
    read = asked(metadata={"user_id": given})
    assert (read.end_user, read.session) == (end_user, session)
    assert "user" not in read.request.parameters


def test_other_metadata_are_tags() -> None:
    assert asked(metadata={"user_id": "u", "team": "a", "n": 1}).tags == {"team": "a"}


DEEP: object = {}
for _ in range(250):
    DEEP = {"a": DEEP}
TEXT = [{"type": "text", "text": 1}]
FILE = {"type": "file", "file_id": "f1"}


def said(*blocks: object) -> Json:
    return {"messages": [{"role": "user", "content": list(blocks)}]}


def image(**source: object) -> Json:
    return said({"type": "image", "source": source})


def document(**source: object) -> Json:
    return said({"type": "document", "source": source})


def tool(**fields: object) -> Json:
    return {"tools": [{"name": "a", "input_schema": {}, **fields}]}


def thinking(**fields: object) -> Json:
    return {"thinking": fields}


WRONG: list[tuple[str, Json]] = [
    ("model", {"model": None}),
    ("model", {"model": ""}),
    ("model", {"model": 5}),
    ("max_tokens", {"max_tokens": None}),
    ("max_tokens", {"max_tokens": "9"}),
    ("max_tokens", {"max_tokens": -1}),
    ("max_tokens", {"max_tokens": 1.5}),
    ("max_tokens", {"max_tokens": True}),
    ("messages", {"messages": None}),
    ("messages", {"messages": []}),
    ("messages", {"messages": "Hello"}),
    ("messages", {"messages": HELLO * 100_001}),
    ("messages.0", {"messages": ["Hello"]}),
    ("messages.0.role", {"messages": [{"content": "a"}]}),
    ("messages.0.role", {"messages": [{"role": "tool", "content": "a"}]}),
    ("messages.0.content", {"messages": [{"role": "user"}]}),
    ("messages.1.content", {"messages": [*HELLO, {"role": "user", "content": 5}]}),
    ("messages.0.content.0.type", said({})),
    ("messages.0.content.0", said("a")),
    ("messages.0.content.0.text", said({"type": "text"})),
    ("messages.0.content.0.text", said(*TEXT)),
    ("messages.0.content.0.source", said({"type": "image"})),
    ("messages.0.content.0.source.type", image(data="aGk=")),
    ("messages.0.content.0.source.type", image(**FILE)),
    ("messages.0.content.0.source.type", image(type="ftp")),
    ("messages.0.content.0.source.media_type", image(type="base64", data="a", media_type="a/b")),
    ("messages.0.content.0.source.data", image(type="base64", media_type="image/png")),
    ("messages.0.content.0.source.url", image(type="url", url="file:///etc/passwd")),
    ("messages.0.content.0.source.url", image(type="url", url="data:image/png;base64,aGk=")),
    ("messages.0.content.0.source.type", document(**FILE)),
    ("messages.0.content.0.source.type", document(type="x")),
    ("messages.0.content.0.source.url", document(type="url", url="gopher://a")),
    (
        "messages.0.content.0.source.media_type",
        document(type="base64", data="a", media_type="text/csv"),
    ),
    (
        "messages.0.content.0.source.content.0.text",
        document(type="content", content=[{"type": "text"}]),
    ),
    ("messages.0.content.0.tool_use_id", said({"type": "tool_result"})),
    (
        "messages.0.content.0.content.0.text",
        said({"type": "tool_result", "tool_use_id": "a", "content": TEXT}),
    ),
    (
        "messages.0.content.0.is_error",
        said({"type": "tool_result", "tool_use_id": "a", "is_error": 1}),
    ),
    ("messages.0.content.0.input", said({"type": "tool_use", "id": "a", "name": "b"})),
    ("messages.0.content.0.input", said({"type": "tool_use", "id": "a", "name": "b", "input": []})),
    (
        "messages.0.content.0.input",
        said({"type": "tool_use", "id": "a", "name": "b", "input": {"a": DEEP}}),
    ),
    ("messages.0.content.0.id", said({"type": "tool_use", "name": "b", "input": {}})),
    ("messages.0.content.0.name", said({"type": "tool_use", "id": "a", "input": {}})),
    ("messages.0.content.0.data", said({"type": "redacted_thinking"})),
    ("messages.0.content.0.signature", said({"type": "thinking", "signature": 1})),
    ("messages.0.content.0.title", said({"type": "search_result"})),
    ("system", {"system": 5}),
    ("system.0.text", {"system": TEXT}),
    ("temperature", {"temperature": "hot"}),
    ("temperature", {"temperature": 1.5}),
    ("top_p", {"top_p": -1}),
    ("top_k", {"top_k": 0.5}),
    ("stop_sequences", {"stop_sequences": "a"}),
    ("stop_sequences.1", {"stop_sequences": ["a", 1]}),
    ("stream", {"stream": "yes"}),
    ("tools", {"tools": {}}),
    ("tools.0", {"tools": ["a"]}),
    ("tools.0.name", tool(name=None)),
    ("tools.0.input_schema", tool(input_schema=None)),
    ("tools.0.input_schema", tool(input_schema=[])),
    ("tools.0.input_schema", tool(input_schema={"a": DEEP})),
    ("tools.0.description", tool(description=5)),
    ("tools.0.strict", tool(strict="yes")),
    ("tool_choice", {"tool_choice": "auto"}),
    ("tool_choice.type", {"tool_choice": {"type": "some"}}),
    ("tool_choice.name", {"tool_choice": {"type": "tool"}}),
    ("thinking", {"thinking": True}),
    ("thinking.type", thinking(type="deep")),
    ("thinking.type", thinking(budget_tokens=2000)),
    ("thinking.enabled.budget_tokens", thinking(type="enabled")),
    ("thinking.enabled.budget_tokens", thinking(type="enabled", budget_tokens=0)),
    ("output_config", {"output_config": "high"}),
    ("output_config.effort", {"output_config": {"effort": "huge"}}),
    ("output_config.format.type", {"output_config": {"format": {"type": "xml"}}}),
    ("output_config.format.schema", {"output_config": {"format": {"type": "json_schema"}}}),
    ("output_format.schema", {"output_format": {"type": "json_schema", "schema": 5}}),
    ("metadata", {"metadata": "u"}),
    ("metadata.user_id", {"metadata": {"user_id": 7}}),
    ("service_tier", {"service_tier": "gold"}),
    ("mcp_servers", {"mcp_servers": [{"type": "url", "url": "https://example.org"}]}),
]


@pytest.mark.parametrize(
    ("path", "fields"),
    [pytest.param(*row, id=f"{number} {row[0]}") for number, row in enumerate(WRONG)],
)
def test_a_wrong_field_is_refused_with_its_path(path: str, fields: Json) -> None:
    with pytest.raises(BadRequestError) as refused:
        asked(**fields)
    assert refused.value.param == path
    assert refused.value.message.startswith(f"{path}: ")


def test_values_that_are_as_deep_as_an_upstream_takes_are_read() -> None:
    value: object = {}
    for _ in range(150):
        value = {"a": value}
    assert request(tools=[{"name": "a", "input_schema": value}]).tools[0].parameters == value
