"""Responses bodies: what their items and fields become, and which are refused."""

import pytest

from agents.llm.wire.neutral import OutputFormat, Tool
from agents.llm.wire.parts import (
    DocumentPart,
    ImagePart,
    Message,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.serving.asked import BadRequestError
from agents.llm.wire.serving.openai_reasoning import encrypted_of
from agents.llm.wire.serving.openai_responses import parse_request
from tests.agents.wire.serving.openai_asking import HELLO, PDF, PNG, Json, responses, say

CALL: Json = {"type": "function_call", "call_id": "c1", "name": "find", "arguments": '{"q":1}'}
OUTPUT: Json = {"type": "function_call_output", "call_id": "c1", "output": "found"}
CALLED = ToolCallPart("c1", "find", '{"q":1}')
FOUND = ToolResultPart("c1", (TextPart("found"),))
THOUGHT = ThinkingPart("Hm.", "sig", format="anthropic")
SCHEMA: Json = {"type": "object"}


@pytest.mark.parametrize(
    ("items", "messages"),
    [
        ([HELLO], [say("user", "Hello")]),
        ([{"type": "message", **HELLO}], [say("user", "Hello")]),
        ([{"role": "user", "content": []}, HELLO], [say("user", "Hello")]),
        (
            [{"role": "developer", "content": "Be kind."}, HELLO],
            [say("system", "Be kind."), say("user", "Hello")],
        ),
        (
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "a"},
                        {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"},
                        {"type": "input_file", "file_data": PDF, "filename": "a.pdf"},
                    ],
                }
            ],
            [
                say(
                    "user",
                    "a",
                    ImagePart("image/png", PNG),
                    DocumentPart(base64=PDF, title="a.pdf"),
                )
            ],
        ),
        (
            [
                HELLO,
                {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "Yes", "annotations": []}],
                },
                HELLO,
            ],
            [say("user", "Hello"), say("assistant", "Yes"), say("user", "Hello")],
        ),
        (
            [HELLO, CALL, OUTPUT],
            [say("user", "Hello"), say("assistant", CALLED), say("tool", FOUND)],
        ),
        (
            [
                HELLO,
                {"type": "reasoning", "summary": [], "encrypted_content": encrypted_of(THOUGHT)},
                {"role": "assistant", "content": "Looking."},
                CALL,
                {**CALL, "call_id": "c2"},
                OUTPUT,
                {**OUTPUT, "call_id": "c2"},
            ],
            [
                say("user", "Hello"),
                say(
                    "assistant", THOUGHT, "Looking.", CALLED, ToolCallPart("c2", "find", '{"q":1}')
                ),
                say("tool", FOUND, ToolResultPart("c2", (TextPart("found"),))),
            ],
        ),
        (
            [
                HELLO,
                {"type": "custom_tool_call", "call_id": "c1", "name": "free", "input": "x = 1"},
                {"type": "custom_tool_call_output", "call_id": "c1", "output": "done"},
            ],
            [
                say("user", "Hello"),
                say("assistant", ToolCallPart("c1", "free", "x = 1", kind="custom")),
                say("tool", ToolResultPart("c1", (TextPart("done"),))),
            ],
        ),
        (
            [
                HELLO,
                CALL,
                {
                    **OUTPUT,
                    "output": [
                        {"type": "input_text", "text": "found"},
                        {"type": "input_image", "image_url": "https://e.org/a.png"},
                    ],
                },
            ],
            [
                say("user", "Hello"),
                say("assistant", CALLED),
                say(
                    "tool",
                    ToolResultPart("c1", (TextPart("found"), ImagePart(url="https://e.org/a.png"))),
                ),
            ],
        ),
        (
            [HELLO, {"type": "reasoning", "summary": [{"text": "Sum."}]}, HELLO],
            [say("user", "Hello"), say("assistant", ThinkingPart("Sum.")), say("user", "Hello")],
        ),
        (
            [HELLO, {"type": "reasoning", "summary": []}, HELLO],
            [say("user", "Hello"), say("user", "Hello")],
        ),
        (
            [{**CALL, "arguments": ""}, OUTPUT, HELLO],
            [
                say("assistant", ToolCallPart("c1", "find", "{}")),
                say("tool", FOUND),
                say("user", "Hello"),
            ],
        ),
        (
            [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1"}, "x"]}],
            [say("tool", ToolResultPart("c1", ())), say("user", "x")],
        ),
    ],
)
def test_items_become_messages(items: list[Json], messages: list[Message]) -> None:
    assert responses(*items).request.messages == tuple(messages)


def test_text_alone_is_the_users() -> None:
    asked = parse_request({"model": "m", "input": "Hello", "instructions": "Be kind."})
    assert asked.request.messages == (say("system", "Be kind."), say("user", "Hello"))


def test_what_the_providers_own_tools_did_is_left_out() -> None:
    asked = responses(HELLO, {"type": "web_search_call", "id": "w"}, {"type": "compaction"})
    assert asked.request.messages == (say("user", "Hello"),)
    assert asked.dropped == ("input",)


@pytest.mark.parametrize(
    ("given", "parameters"),
    [
        ({}, {}),
        ({"max_output_tokens": 50}, {"max_tokens": 50}),
        ({"temperature": 0.5, "top_p": 1}, {"temperature": 0.5, "top_p": 1.0}),
        ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
        ({"reasoning": {"effort": "high"}}, {"reasoning_effort": "high"}),
        ({"reasoning": {"summary": "auto"}}, {"reasoning_display": "summarized"}),
        ({"reasoning": {"effort": None, "summary": None}}, {}),
        ({"service_tier": "priority"}, {"service_tier": "priority"}),
        ({"include": ["reasoning.encrypted_content"], "store": True, "client_metadata": {}}, {}),
    ],
)
def test_parameters_are_read(given: Json, parameters: Json) -> None:
    assert responses(**given).request.parameters == parameters


@pytest.mark.parametrize(
    ("form", "output"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, OutputFormat("json_object")),
        (
            {"type": "json_schema", "name": "answer", "schema": SCHEMA, "strict": True},
            OutputFormat("json_schema", "answer", schema=SCHEMA, is_strict=True),
        ),
    ],
)
def test_structured_output_is_read(form: Json, output: OutputFormat | None) -> None:
    assert responses(text={"format": form}).request.output == output


def test_tools_are_read_and_the_providers_own_left_out() -> None:
    asked = responses(
        tools=[
            {"type": "function", "name": "find", "parameters": SCHEMA, "strict": False},
            {"type": "custom", "name": "apply_patch", "format": {"type": "text"}},
            {"type": "tool_search"},
            {"type": "web_search", "external_web_access": False},
        ],
        tool_choice={"type": "function", "name": "find"},
        parallel_tool_calls=False,
    )
    assert asked.request.tools == (
        Tool("find", "", SCHEMA, is_strict=False),
        Tool("apply_patch", kind="custom"),
    )
    assert asked.request.parameters == {"tool_choice": "find", "parallel_tool_calls": False}
    assert asked.dropped == ("tools",)


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        ({"model": ""}, "model", ""),
        ({"input": None}, "input", ""),
        ({"input": ""}, "input", ""),
        ({"input": []}, "input", ""),
        ({"input": 5}, "input", ""),
        ({"input": ["Hello"]}, "input.0", ""),
        ({"input": [{"role": "tool", "content": "x"}]}, "input.0.role", ""),
        ({"input": [{"role": "user", "content": 5}]}, "input.0.content", ""),
        ({"input": [{"type": "function_call", "name": "f"}]}, "input.0.call_id", ""),
        ({"input": [{"type": "function_call", "call_id": "c"}]}, "input.0.name", ""),
        ({"input": [{"type": "function_call_output"}]}, "input.0.call_id", ""),
        ({"input": [HELLO, CALL]}, "input", ""),
        (
            {"input": [{"type": "item_reference", "id": "x"}]},
            "input.0",
            "unsupported_parameter",
        ),
        ({"previous_response_id": "resp_1"}, "previous_response_id", "unsupported_parameter"),
        ({"conversation": {"id": "c"}}, "conversation", "unsupported_parameter"),
        ({"prompt": {"id": "p"}}, "prompt", "unsupported_parameter"),
        ({"background": True}, "background", "unsupported_parameter"),
        ({"background": "x"}, "background", ""),
        ({"modalities": ["audio"]}, "modalities", "unsupported_parameter"),
        ({"text": "plain"}, "text", ""),
        ({"text": {"format": "json"}}, "text.format", ""),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.schema", ""),
        ({"max_output_tokens": 0}, "max_output_tokens", ""),
        ({"instructions": ["x"]}, "instructions", ""),
    ],
)
def test_wrong_fields_are_refused_with_their_path(given: Json, param: str, code: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        parse_request({"model": "m", "input": "Hello", **given})
    assert (refused.value.param, refused.value.code) == (param, code)


@pytest.mark.parametrize(
    ("given", "dropped"),
    [
        ({"truncation": "disabled", "background": False}, ()),
        ({"truncation": "auto"}, ("truncation",)),
        ({"max_tool_calls": 3}, ("max_tool_calls",)),
        ({"top_logprobs": 2}, ("top_logprobs",)),
    ],
)
def test_what_is_left_out_is_named(given: Json, dropped: tuple[str, ...]) -> None:
    assert responses(**given).dropped == dropped


def test_what_is_not_the_models_business_stays_apart() -> None:
    asked = responses(
        stream=True, metadata={"a": "b"}, user="who", prompt_cache_key="s", instructions="Be."
    )
    assert asked.is_streaming
    assert (asked.tags, asked.end_user, asked.session) == ({"a": "b"}, "who", "s")
    assert asked.echo == {
        "metadata": {"a": "b"},
        "user": "who",
        "prompt_cache_key": "s",
        "instructions": "Be.",
    }
