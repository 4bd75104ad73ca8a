"""OpenAI chat completions: custom tools, choices, refusals and counts of every kind."""

from dataclasses import replace

import pytest

from agents.llm.wire.neutral import (
    ChatRequest,
    Finished,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
)
from agents.llm.wire.openai_chat import parse_error, parse_response, render_request
from agents.llm.wire.openai_chat_stream import StreamDecoder
from agents.llm.wire.openai_usage import usage_from
from agents.llm.wire.parts import ToolCallPart
from tests.agents.wire.transcripts import DONE, chunk, decoded

Json = dict[str, object]


def test_images_and_sounds_are_counted_within_the_prompt() -> None:
    details = {"cached_tokens": 10, "image_tokens": 20, "audio_tokens": 5_000}
    report = {"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": details}
    assert usage_from({"usage": report}) == Usage(
        90, 1, cache_read_tokens=10, image_tokens=20, audio_tokens=100
    )


def test_a_filters_words_explain_the_end() -> None:
    message = {"refusal": "Not this."}
    answer = {"choices": [{"message": message, "finish_reason": "content_filter"}]}
    response = parse_response(answer)
    assert (response.reason, response.explanation) == ("content_filter", "Not this.")
    streamed = chunk(message, "content_filter") + DONE
    assert decoded(StreamDecoder(), [streamed])[-1] == Finished(
        "content_filter", explanation="Not this."
    )


GRAMMAR: Json = {"syntax": "lark", "definition": "s"}
CUSTOM: Json = {"id": "c1", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}}


def test_custom_calls_are_read() -> None:
    whole = {"choices": [{"message": {"tool_calls": [CUSTOM]}}]}
    call = ToolCallPart("c1", "patch", "*** Begin", kind="custom")
    assert parse_response(whole).parts == (call,)
    more = {"index": 0, "custom": {"input": " Patch"}}
    streamed = chunk({"tool_calls": [{"index": 0, **CUSTOM}]}) + chunk({"tool_calls": [more]})
    assert decoded(StreamDecoder(), [streamed + chunk({}, "tool_calls") + DONE])[1:] == [
        ToolCallStarted(0, "c1", "patch", "custom"),
        ToolCallDelta(0, "*** Begin"),
        ToolCallDelta(0, " Patch"),
        Finished("tool_calls"),
    ]


TOOLS: list[tuple[str, Tool, Json, Json]] = [
    (
        "custom",
        Tool("patch", "Patches.", kind="custom"),
        {},
        {"type": "custom", "custom": {"name": "patch", "description": "Patches."}},
    ),
    (
        "custom with a grammar",
        Tool("patch", kind="custom", grammar={"type": "grammar", **GRAMMAR}),
        {},
        {
            "type": "custom",
            "custom": {
                "name": "patch",
                "format": {"type": "grammar", "grammar": GRAMMAR},
            },
        },
    ),
    (
        "strict for a server that does not know it",
        Tool("find", is_strict=True),
        {"has_strict_tools": False},
        {
            "type": "function",
            "function": {"name": "find", "parameters": {"type": "object", "properties": {}}},
        },
    ),
    (
        "described at length",
        Tool("patch", "Patches.", kind="custom"),
        {"longest_description": 5},
        {"type": "custom", "custom": {"name": "patch", "description": "Patch"}},
    ),
    (
        "with null for a type",
        Tool("find", "", {"type": None, "properties": None}),
        {},
        {
            "type": "function",
            "function": {"name": "find", "parameters": {"type": "object", "properties": {}}},
        },
    ),
]


@pytest.mark.parametrize(
    ("tool", "capabilities", "expected"), [pytest.param(*row, id=name) for name, *row in TOOLS]
)
def test_tools_become_these(tool: Tool, capabilities: Json, expected: Json) -> None:
    request = ChatRequest("m", (), (tool,), capabilities=capabilities)
    assert render_request(request, stream=False)["tools"] == [expected]


def test_the_choice_is_said_in_the_servers_words() -> None:
    tools = (Tool("find"), Tool("patch", kind="custom"))
    forced = ChatRequest("m", (), tools, {"tool_choice": "required"})
    said = {"required_choice": "any"}
    assert fields_of(forced)["tool_choice"] == "required"
    assert fields_of(replace(forced, capabilities=said))["tool_choice"] == "any"
    named = replace(forced, parameters={"tool_choice": "patch"})
    assert fields_of(named)["tool_choice"] == {"type": "custom", "custom": {"name": "patch"}}


def test_errors_are_read() -> None:
    error = parse_error(429, b'{"error": {"code": "rate_limit_exceeded", "message": "Slow."}}')
    assert (error.kind, error.message, error.is_retryable) == ("rate_limited", "Slow.", True)


def fields_of(request: ChatRequest) -> Json:
    return render_request(request, stream=False)
