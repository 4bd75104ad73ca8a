"""The story every client plays: a question, a wish for a tool, its result, the answer."""

from typing import Any

from tests.clients.relay import ANTHROPIC, OPENAI, Relay
from tests.fakes.provider import (
    Cut,
    Recorded,
    Script,
    Text,
    Thinking,
    ToolCall,
    Usage,
    refuses,
)

QUESTION = "What is the weather in Bergen?"
TOOL, ARGUMENTS, RESULT = "get_weather", '{"city": "Bergen"}', "Rain, 8 degrees"
CITY = {"city": "Bergen"}
THOUGHT = "The sky over Bergen must be asked."
ANSWER = "It rains in Bergen, \N{EN DASH} 8 degrees. \N{UMBRELLA WITH RAIN DROPS}"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "Name of the city"}},
    "required": ["city"],
    "additionalProperties": False,
}
BOTH = (OPENAI, ANTHROPIC)

ASKS = Script(
    steps=(Thinking(THOUGHT), ToolCall(TOOL, ARGUMENTS, id="call_weather_1")),
    usage=Usage(input_tokens=50, output_tokens=20, cached_tokens=10),
    stop="tool_calls",
)
ANSWERS = Script(
    steps=(Text(ANSWER[:9]), Text(ANSWER[9:])),
    usage=Usage(input_tokens=90, output_tokens=12),
)


def tell(relay: Relay, model: str, *, rounds: int = 1) -> None:
    """Have the upstream of a model play its part."""
    relay.provider.script(model, *((ASKS, ANSWERS) * rounds))


def refuses_with_429() -> Script:
    """Return an upstream's refusal that says when to come again."""
    return refuses(429, retry_after="7")


def breaks_off() -> Script:
    """Return an answer that stops in its middle without an end."""
    return Script(steps=(Text("It rains in"), Text(" Ber"), Cut()))


def assert_played(relay: Relay, model: str, *, rounds: int = 1) -> None:
    """Check that the upstream of a model was asked what the story says, in its dialect."""
    assert len(relay.asked) == 2 * rounds
    for first, second in zip(relay.asked[::2], relay.asked[1::2], strict=True):
        for asked in (first, second):
            assert asked.model == model
            assert "sk-upstream" in (
                asked.headers.get("x-api-key", "") + asked.headers.get("authorization", "")
            )
        if model == ANTHROPIC:
            _assert_anthropic(first, second)
        else:
            _assert_openai(first, second)


def _assert_openai(first: Recorded, second: Recorded) -> None:
    assert first.path == "/v1/chat/completions"
    function = first.body["tools"][0]["function"]
    assert function["name"] == TOOL
    assert function["parameters"]["properties"]["city"]["type"] == "string"
    assert _said(first.body["messages"][-1]["content"]) == QUESTION
    call, result = second.body["messages"][-2:]
    assert call["role"] == "assistant"
    assert call["tool_calls"][0]["function"]["name"] == TOOL
    assert result["role"] == "tool"
    assert result["tool_call_id"] == call["tool_calls"][0]["id"]
    assert _said(result["content"]) == RESULT


def _assert_anthropic(first: Recorded, second: Recorded) -> None:
    assert first.path == "/v1/messages"
    assert first.headers["anthropic-version"]
    assert first.body["max_tokens"] > 0
    assert first.body["tools"][0]["name"] == TOOL
    assert first.body["tools"][0]["input_schema"]["properties"]["city"]["type"] == "string"
    assert _said(first.body["messages"][-1]["content"]) == QUESTION
    call, result = second.body["messages"][-2:]
    assert call["role"] == "assistant"
    block = next(part for part in call["content"] if part["type"] == "tool_use")
    assert (block["name"], block["input"]) == (TOOL, CITY)
    answer = next(part for part in result["content"] if part["type"] == "tool_result")
    assert answer["tool_use_id"] == block["id"]
    assert _said(answer["content"]) == RESULT


def thoughts_sent(asked: Recorded) -> list[dict[str, Any]]:
    """Return the thinking blocks that an Anthropic upstream got back."""
    turns = asked.body["messages"]
    blocks = [
        part for turn in turns if isinstance(turn["content"], list) for part in turn["content"]
    ]
    return [part for part in blocks if part["type"] == "thinking"]


def _said(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content)
