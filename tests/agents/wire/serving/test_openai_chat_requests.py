"""Chat bodies: what their fields become, and which are refused."""

import pytest

from agents.llm.wire.neutral import OutputFormat
from agents.llm.wire.serving.asked import BadRequestError
from agents.llm.wire.serving.openai_chat import parse_request
from tests.agents.wire.serving.openai_asking import FIND, HELLO, Json, chat

SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "string"}}}
NAMED: Json = {"name": "answer", "schema": SCHEMA, "strict": True, "description": "It."}


@pytest.mark.parametrize(
    ("given", "parameters"),
    [
        ({}, {}),
        ({"max_completion_tokens": 50, "max_tokens": 70}, {"max_tokens": 50}),
        ({"max_tokens": 70}, {"max_tokens": 70}),
        ({"max_completion_tokens": None, "max_tokens": 70}, {"max_tokens": 70}),
        ({"temperature": 1.7}, {"temperature": 1.7}),
        ({"temperature": 0}, {"temperature": 0.0}),
        ({"top_p": 0.9, "top_k": 40}, {"top_p": 0.9, "top_k": 40}),
        ({"stop": "END"}, {"stop": ["END"]}),
        ({"stop": ["a", "b"]}, {"stop": ["a", "b"]}),
        ({"stop": []}, {}),
        ({"presence_penalty": -1, "frequency_penalty": 2}, None),
        ({"seed": -7}, {"seed": -7}),
        ({"verbosity": "low"}, {"verbosity": "low"}),
        ({"reasoning_effort": "xhigh"}, {"reasoning_effort": "xhigh"}),
        ({"reasoning_effort": "none"}, {"reasoning_effort": "none"}),
        ({"thinking": {"type": "disabled"}}, {"thinking": False}),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 2048}},
            {"thinking": True, "thinking_budget": 2048},
        ),
        (
            {"thinking": {"type": "adaptive", "display": "omitted"}},
            {"thinking": True, "reasoning_display": "omitted"},
        ),
        (
            {"reasoning": {"effort": "high", "exclude": True}, "reasoning_effort": "low"},
            {"reasoning_effort": "high", "reasoning_display": "omitted"},
        ),
        ({"reasoning": {"max_tokens": 3000}}, {"thinking_budget": 3000}),
        ({"reasoning": {"enabled": False}}, {"thinking": False}),
        ({"service_tier": "auto"}, {"service_tier": "auto"}),
        ({"service_tier": "default"}, {"service_tier": "standard"}),
        ({"service_tier": "flex"}, {"service_tier": "flex"}),
        ({"service_tier": "scale"}, {"service_tier": "priority"}),
        ({"service_tier": "fast"}, {"service_tier": "fast"}),
        ({"prompt_cache_key": "k"}, {"prompt_cache_key": "k"}),
        (
            {"prompt_cache_options": {"mode": "implicit"}},
            {"automatic_cache": "5m"},
        ),
        (
            {"prompt_cache_options": {"mode": "implicit", "ttl": []}, "prompt_cache_retention": {}},
            {"automatic_cache": "5m"},
        ),
        ({"prompt_cache_options": {"mode": "explicit"}}, {}),
        (
            {"cache_control": {"type": "ephemeral", "ttl": "1h"}},
            {"automatic_cache": "1h"},
        ),
        ({"n": 1, "modalities": ["text"], "web_search_options": None}, {}),
        ({"tools": [FIND], "tool_choice": "required"}, {"tool_choice": "required"}),
        ({"tools": [FIND], "parallel_tool_calls": False}, {"parallel_tool_calls": False}),
        ({"tools": [FIND], "parallel_tool_calls": True}, {}),
        ({"tool_choice": "required", "parallel_tool_calls": False}, {}),
    ],
)
def test_parameters_are_read(given: Json, parameters: Json | None) -> None:
    expected = given if parameters is None else parameters
    assert chat(**given).request.parameters == expected


@pytest.mark.parametrize(
    ("form", "output"),
    [
        (None, None),
        ({"type": "text"}, None),
        ({"type": "json_object"}, OutputFormat("json_object")),
        (
            {"type": "json_schema", "json_schema": NAMED},
            OutputFormat("json_schema", "answer", "It.", SCHEMA, is_strict=True),
        ),
        (
            {"type": "json_schema", "json_schema": {"schema": SCHEMA}},
            OutputFormat("json_schema", schema=SCHEMA),
        ),
        (
            {"type": "json_schema", "name": "flat", "schema": SCHEMA},
            OutputFormat("json_schema", "flat", schema=SCHEMA),
        ),
    ],
)
def test_structured_output_is_read(form: object, output: OutputFormat | None) -> None:
    assert chat(response_format=form).request.output == output


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        ({"model": None}, "model", ""),
        ({"model": 5}, "model", ""),
        ({"messages": None}, "messages", ""),
        ({"messages": "Hello"}, "messages", ""),
        ({"messages": []}, "messages", ""),
        ({"messages": ["Hello"]}, "messages.0", ""),
        ({"messages": [{"role": "user", "content": " \n"}]}, "messages", ""),
        ({"messages": [{"content": "Hello"}]}, "messages.0.role", ""),
        ({"messages": [HELLO, {"role": "robot"}]}, "messages.1.role", ""),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content", ""),
        ({"messages": [{"role": "user", "content": [5]}]}, "messages.0.content.0", ""),
        ({"n": 2}, "n", "unsupported_parameter"),
        ({"n": 0}, "n", ""),
        ({"modalities": ["text", "audio"]}, "modalities", "unsupported_parameter"),
        ({"audio": {"voice": "x"}}, "audio", "unsupported_parameter"),
        ({"web_search_options": {}}, "web_search_options", "unsupported_parameter"),
        ({"temperature": "hot"}, "temperature", ""),
        ({"temperature": 2.1}, "temperature", ""),
        ({"top_p": True}, "top_p", ""),
        ({"max_tokens": 0}, "max_tokens", ""),
        ({"max_tokens": 1.5}, "max_tokens", ""),
        ({"max_completion_tokens": -1}, "max_completion_tokens", ""),
        ({"stop": [1]}, "stop", ""),
        ({"stop": {}}, "stop", ""),
        ({"seed": 1.5}, "seed", ""),
        ({"stream": "yes"}, "stream", ""),
        ({"stream_options": []}, "stream_options", ""),
        ({"metadata": "x"}, "metadata", ""),
        ({"user": 5}, "user", ""),
        ({"reasoning_effort": "huge"}, "reasoning_effort", ""),
        ({"reasoning": {"effort": 3}}, "reasoning.effort", ""),
        ({"thinking": {"type": "enabled", "budget_tokens": "x"}}, "thinking.budget_tokens", ""),
        ({"response_format": "json"}, "response_format", ""),
        ({"response_format": {"type": "xml"}}, "response_format.type", ""),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
            "response_format.json_schema.schema",
            "",
        ),
        ({"tools": {}}, "tools", ""),
        ({"tools": [FIND], "parallel_tool_calls": "no"}, "parallel_tool_calls", ""),
    ],
)
def test_wrong_fields_are_refused_with_their_path(given: Json, param: str, code: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        parse_request({"model": "m", "messages": [HELLO], **given})
    assert (refused.value.param, refused.value.code) == (param, code)
    assert refused.value.message.startswith(f"{param}: ")


@pytest.mark.parametrize(
    ("given", "dropped"),
    [
        ({"logprobs": False, "store": False, "logit_bias": None, "top_logprobs": 0}, ()),
        ({"logprobs": True, "top_logprobs": 3}, ("logprobs", "top_logprobs")),
        ({"logit_bias": {"5": 1}, "store": True}, ("logit_bias", "store")),
        ({"prediction": {"type": "content"}, "moderation": {"a": 1}}, ("prediction", "moderation")),
        ({"from_the_future": 1}, ("from_the_future",)),
        ({"evil\r\nx-header": 1, "ümlaut": 1}, ("unknown",)),
        ({"service_tier": "turbo"}, ("service_tier",)),
        ({"tools": [{"type": "web_search"}]}, ("tools",)),
        ({"messages": [HELLO, {"role": "user", "content": [{"type": "hologram"}]}]}, ("content",)),
    ],
)
def test_what_is_left_out_is_named(given: Json, dropped: tuple[str, ...]) -> None:
    assert chat(**given).dropped == dropped


def test_what_is_not_the_models_business_stays_apart() -> None:
    asked = chat(
        stream=True,
        stream_options={"include_usage": True},
        metadata={"team": "blue", "n": 5},
        user="older",
        safety_identifier="who",
        prompt_cache_key="session-1",
    )
    assert (asked.is_streaming, asked.wants_usage) == (True, True)
    assert asked.tags == {"team": "blue"}
    assert (asked.end_user, asked.session) == ("who", "session-1")
    assert asked.request.model == "m"
    assert "user" not in asked.request.parameters


def test_a_plain_request_asks_for_nothing_more() -> None:
    asked = chat(user="someone")
    assert (asked.is_streaming, asked.wants_usage, asked.dropped) == (False, False, ())
    assert (asked.tags, asked.end_user, asked.session, asked.echo) == ({}, "someone", "", {})


def test_tags_are_few_and_short() -> None:
    asked = chat(metadata={f"{number:03}" + "k" * 600: "v" * 600 for number in range(40)})
    assert len(asked.tags) == 16
    assert {len(text) for pair in asked.tags.items() for text in pair} == {512}


def test_a_responses_body_on_the_chat_route_is_read_as_one() -> None:
    asked = parse_request(
        {
            "model": "m",
            "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}],
            "stream": True,
            "stream_options": {"include_usage": True},
            "tools": [{"type": "function", "name": "find", "parameters": {}}],
            "reasoning": {"effort": "low"},
        }
    )
    assert asked.request.messages == chat().request.messages
    assert asked.request.tools == chat(tools=[FIND]).request.tools
    assert asked.request.parameters == {"reasoning_effort": "low"}
    assert (asked.is_streaming, asked.wants_usage) == (True, True)
