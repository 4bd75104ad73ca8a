"""What real clients of OpenAI's dialects ask, as Anthropic's models are asked."""

from collections.abc import Iterable
from typing import Any

import pytest

from agents.llm.wire import anthropic
from agents.llm.wire.neutral import ChatRequest, Event, Finished, ToolCallDelta, ToolCallStarted
from agents.llm.wire.serving import openai_chat
from agents.llm.wire.serving.asked import Asked
from tests.agents.wire.anthropic_requests import text, turn
from tests.agents.wire.serving.openai_asking import HELLO, Json, answering, chat, responses
from tests.agents.wire.serving.openai_frames import chunk, chunks, role

MODEL = "claude-sonnet-4-5"


def sent(asked: Asked, model: str = MODEL) -> dict[str, Any]:
    """Return the body for the upstream."""
    request = ChatRequest(
        model,
        asked.request.messages,
        asked.request.tools,
        asked.request.parameters,
        output=asked.request.output,
    )
    return anthropic.render_request(anthropic.prepare(request).request, stream=True)


def called(call_id: str, name: str = "find") -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": "{}"}}


def calls(*call_ids: str, **fields: object) -> Json:
    return {"role": "assistant", "tool_calls": [called(one) for one in call_ids], **fields}


def result(call_id: str, content: object = "found") -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def use(call_id: str) -> Json:
    return {"type": "tool_use", "id": call_id, "name": "find", "input": {}}


def found(call_id: str, words: str = "found", **fields: object) -> Json:
    return {"type": "tool_result", "tool_use_id": call_id, "content": [text(words)], **fields}


ASK = turn("user", text("Hello"))
MISSING = "No result was recorded for this call."


@pytest.mark.parametrize(
    ("messages", "turns"),
    [
        (
            [HELLO, calls("a", "b"), result("b"), result("a")],
            [ASK, turn("assistant", use("a"), use("b")), turn("user", found("b"), found("a"))],
        ),
        (
            [HELLO, calls("a", "b"), result("a"), HELLO],
            [
                ASK,
                turn("assistant", use("a"), use("b")),
                turn("user", found("a"), found("b", MISSING, is_error=True), text("Hello")),
            ],
        ),
        (
            [result("gone"), HELLO],
            [turn("user", text("[Result of an earlier tool call]"), text("found"), text("Hello"))],
        ),
        (
            [HELLO, calls("a"), result("a"), calls("a"), result("a", "again")],
            [
                ASK,
                turn("assistant", use("a")),
                turn("user", found("a")),
                turn("assistant", use("a_2")),
                turn("user", found("a_2", "again")),
            ],
        ),
        (
            [HELLO, calls("a"), {"role": "system", "content": "Rule."}, result("a")],
            [
                ASK,
                turn("assistant", use("a")),
                turn(
                    "user",
                    found("a"),
                    text("<system-reminder>\nRule.\n</system-reminder>"),
                ),
            ],
        ),
        (
            [HELLO, calls("a"), result("a", None)],
            [
                ASK,
                turn("assistant", use("a")),
                turn("user", {"type": "tool_result", "tool_use_id": "a"}),
            ],
        ),
        (
            [HELLO, {"role": "user", "content": " "}, {"role": "assistant", "content": ""}, HELLO],
            [turn("user", text("Hello"), text("Hello"))],
        ),
        (
            [HELLO, {"role": "assistant", "content": "Half \n"}],
            [ASK, turn("assistant", text("Half"))],
        ),
        (
            [HELLO, {"role": "system", "content": "Last rule."}],
            [
                turn(
                    "user", text("Hello"), text("<system-reminder>\nLast rule.\n</system-reminder>")
                )
            ],
        ),
        (
            [
                HELLO,
                calls(
                    "a",
                    reasoning_content="Hm.",
                    reasoning_details=[
                        {
                            "type": "reasoning.text",
                            "format": "anthropic-claude-v1",
                            "text": "Hm.",
                            "signature": "sig",
                        }
                    ],
                ),
                result("a"),
            ],
            [
                ASK,
                turn(
                    "assistant",
                    {"type": "thinking", "thinking": "Hm.", "signature": "sig"},
                    use("a"),
                ),
                turn("user", found("a")),
            ],
        ),
        (
            [HELLO, calls("a", reasoning_content="Unproved."), result("a")],
            [ASK, turn("assistant", use("a")), turn("user", found("a"))],
        ),
    ],
)
def test_conversations_are_put_in_order(messages: Iterable[Json], turns: list[object]) -> None:
    assert sent(chat(*messages))["messages"] == turns


def test_an_agents_chat_body_is_asked_with_all_that_it_says() -> None:
    body = sent(
        chat(
            {"role": "system", "content": [{"type": "text", "text": "Be.", "cache_control": {}}]},
            HELLO,
            tools=[called("x") | {"function": {"name": "my.tool", "strict": True}}],
            tool_choice={"type": "function", "function": {"name": "my.tool"}},
            parallel_tool_calls=False,
            max_completion_tokens=500,
            temperature=1.5,
            stop=["END", "\n"],
            service_tier="default",
            seed=5,
            logprobs=True,
            user="ann@example.org",
        )
    )
    assert body == {
        "model": MODEL,
        "max_tokens": 500,
        "system": [{**text("Be."), "cache_control": {"type": "ephemeral"}}],
        "messages": [ASK],
        "temperature": 1.0,
        "stop_sequences": ["END"],
        "service_tier": "standard_only",
        "tools": [{"name": "my_tool", "input_schema": {"type": "object", "properties": {}}}],
        "tool_choice": {"type": "tool", "name": "my_tool", "disable_parallel_tool_use": True},
        "stream": True,
    }


CODEX: Json = {
    "instructions": "You are a coding agent.",
    "store": False,
    "include": ["reasoning.encrypted_content"],
    "prompt_cache_key": "s1",
    "client_metadata": {"x": "y"},
    "reasoning": {"effort": "medium", "summary": "auto"},
    "parallel_tool_calls": False,
    "tool_choice": "auto",
    "tools": [
        {"type": "function", "name": "shell", "parameters": {"type": "object"}, "strict": False},
        {
            "type": "custom",
            "name": "apply_patch",
            "description": "Patches.",
            "format": {"type": "grammar", "syntax": "lark", "definition": "start: /x/"},
        },
        {"type": "tool_search"},
        {"type": "web_search", "external_web_access": True},
    ],
}


def test_codex_is_understood() -> None:
    developer: Json = {
        "type": "message",
        "role": "developer",
        "content": [{"type": "input_text", "text": "Sandboxed."}],
    }
    asked = responses(developer, HELLO, **CODEX)
    body = sent(asked, "claude-opus-4-7")
    assert body["system"] == [text("You are a coding agent."), text("Sandboxed.")]
    assert body["messages"] == [ASK]
    assert [tool["name"] for tool in body["tools"]] == ["shell", "apply_patch"]
    assert body["tools"][1]["input_schema"]["required"] == ["input"]
    assert body["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}
    assert body["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert body["output_config"] == {"effort": "medium"}
    assert asked.dropped == ("tools",)


def test_cursors_responses_body_is_answered_as_chat() -> None:
    asked = openai_chat.parse_request(
        {**CODEX, "model": "m", "input": [HELLO], "stream": True, "stream_options": {}}
    )
    prepared = anthropic.prepare(asked.request)
    encoder = openai_chat.encoder(answering(asked))
    events: list[Event] = [
        ToolCallStarted(0, "t", "apply_patch"),
        ToolCallDelta(0, '{"input":"*** Begin'),
        ToolCallDelta(0, ' Patch"}'),
        Finished("tool_calls"),
    ]
    out = b"".join(encoder.encode(prepared.restore([event])) for event in events)
    start = {"index": 0, "id": "t", "type": "custom"}
    assert chunks(out) == [
        role(None),
        chunk(tool_calls=[{**start, "custom": {"name": "apply_patch", "input": ""}}]),
        chunk(tool_calls=[{"index": 0, "custom": {"input": "*** Begin Patch"}}]),
        chunk("tool_calls"),
        "[DONE]",
    ]
