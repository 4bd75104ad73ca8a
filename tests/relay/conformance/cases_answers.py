"""Answers in both directions: content, reasons to stop, reasoning, usage (2.3, 2.6, 2.8, 2.10)."""

from tests.relay.conformance.tables import ABSENT, Case, Has, Like
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import call, completion, message, text, thinking, tool_use

SCHEMA: Json = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS: Json = {"tools": [{"type": "function", "function": {"name": "find", "parameters": SCHEMA}}]}
ANTHROPICS_TOOLS: Json = {"tools": [{"name": "find", "input_schema": SCHEMA}]}
FORMAT: Json = {
    "response_format": {"type": "json_schema", "json_schema": {"name": "p", "schema": SCHEMA}}
}
USAGE: Json = {"stream_options": {"include_usage": True}}
MARK = Like("^anthropic-claude-v1")


def chat(name: str, answer: Json, got: Json, *, model: str = "sonnet", **fields: object) -> Case:
    """Return a row of Anthropic's answer for a chat client."""
    return Case(f"answer-chat-{name}", "chat", model, fields, answer=answer, got=got)


def back(name: str, answer: Json, got: Json, *, model: str = "gpt", **fields: object) -> Case:
    """Return a row of OpenAI's answer for a messages client."""
    return Case(f"answer-messages-{name}", "messages", model, fields, answer=answer, got=got)


def counts(
    prompt: int, output: int, *, cached: int = 0, written: int = 0, reasoning: int = 0
) -> Json:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def used(given: int, output: int, *, cached: int = 0, written: int = 0, thoughts: int = 0) -> Json:
    usage = {
        "input_tokens": given,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": cached,
        "output_tokens": output,
    }
    return {
        **usage,
        **({"output_tokens_details": {"thinking_tokens": thoughts}} if thoughts else {}),
    }


RAIN = message(text("Rain."))
CONTENT = [
    chat("text", RAIN, {"content": "Rain.", "finish_reason": "stop", "tool_calls": ABSENT}),
    chat("texts-are-joined", message(text("A "), text("B")), {"content": "A B"}),
    chat(
        "odd-signs",
        message(text("R\u00e9\u2028\u2029\x85 \U0001f327 \x0b\x0c\u0000")),
        {"content": "R\u00e9\u2028\u2029\x85 \U0001f327 \x0b\x0c\u0000"},
    ),
    chat("no-content", message(), {"content": "", "finish_reason": "stop"}),
    chat(
        "thinking",
        message(thinking("Hm, rain."), text("Rain.")),
        {
            "content": "Rain.",
            "reasoning_content": "Hm, rain.",
            "reasoning_details": [
                Has(
                    {
                        "type": "reasoning.text",
                        "text": "Hm, rain.",
                        "signature": Like("EqQBCgIYAhIM"),
                        "format": MARK,
                    }
                )
            ],
        },
    ),
    chat(
        "redacted-thinking",
        message({"type": "redacted_thinking", "data": "c2VjcmV0"}, text("Rain.")),
        {
            "content": "Rain.",
            "reasoning_content": ABSENT,
            "reasoning_details": [Has({"type": "reasoning.encrypted", "data": Like("c2VjcmV0")})],
        },
    ),
    chat(
        "tool-call",
        message(tool_use("t1", "find", {"city": "Oslo"}), stop="tool_use"),
        {
            "content": None,
            "tool_calls": [call("t1", "find", '{"city": "Oslo"}')],
            "finish_reason": "tool_calls",
        },
        **TOOLS,
    ),
    chat(
        "tool-call-without-input",
        message(text("Look."), tool_use("t1", "find"), stop="tool_use"),
        {"content": "Look.", "tool_calls": [call("t1", "find", "{}")]},
        **TOOLS,
    ),
    chat(
        "two-calls",
        message(tool_use("t1", "find"), tool_use("t2", "find"), stop="tool_use"),
        {"tool_calls": [call("t1", "find"), call("t2", "find")]},
        **TOOLS,
    ),
    chat(
        "server-tools-are-no-calls",
        message(
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}},
            {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []},
            text("Rain."),
        ),
        {"content": "Rain.", "tool_calls": ABSENT},
    ),
    chat(
        "unknown-block", message({"type": "hologram", "x": 1}, text("Rain.")), {"content": "Rain."}
    ),
    chat(
        "functions-get-a-function-call",
        message(tool_use("t1", "find"), stop="tool_use"),
        {
            "function_call": {"name": "find", "arguments": "{}"},
            "finish_reason": "function_call",
            "tool_calls": ABSENT,
        },
        functions=[{"name": "find", "parameters": SCHEMA}],
    ),
    chat(
        "custom-tool",
        message(tool_use("t1", "patch", {"input": "*** Begin"}), stop="tool_use"),
        {
            "tool_calls": [
                {"id": "t1", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}}
            ]
        },
        tools=[{"type": "custom", "custom": {"name": "patch"}}],
    ),
    chat(
        "emulated-schema-is-content",
        message(tool_use("t1", "json_output", {"city": "Oslo"}), stop="tool_use"),
        {"content": '{"city": "Oslo"}', "tool_calls": ABSENT, "finish_reason": "stop"},
        model="old",
        **FORMAT,
    ),
    back("text", completion(), {"content": [text("Rain.")], "stop_reason": "end_turn"}),
    back("empty-text", completion(""), {"content": []}),
    back("null-text", completion(None), {"content": []}),
    back(
        "odd-signs",
        completion("R\u00e9\u2028\x85 \U0001f327\x0b"),
        {"content": [text("R\u00e9\u2028\x85 \U0001f327\x0b")]},
    ),
    back(
        "reasoning-content-comes-first",
        completion(reasoning_content="Hm."),
        {"content": [thinking("Hm.", ""), text("Rain.")]},
        model="ds",
    ),
    back(
        "reasoning-comes-first",
        completion(reasoning="Hm."),
        {"content": [thinking("Hm.", ""), text("Rain.")]},
        model="local",
    ),
    back(
        "thinking-parts",
        completion(
            [
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                {"type": "text", "text": "Rain."},
            ]
        ),
        {"content": [thinking("Hm.", ""), text("Rain.")]},
        model="mistral",
    ),
    back(
        "tool-call",
        completion(None, finish="tool_calls", tool_calls=[call("c1", "find", '{"city":"Oslo"}')]),
        {"content": [tool_use("c1", "find", {"city": "Oslo"})], "stop_reason": "tool_use"},
        **ANTHROPICS_TOOLS,
    ),
    back(
        "text-and-two-calls",
        completion(
            "Look.",
            finish="tool_calls",
            tool_calls=[call("c1", "find"), call("c2", "find", '{"city":"Oslo"}')],
        ),
        {
            "content": [
                text("Look."),
                tool_use("c1", "find"),
                tool_use("c2", "find", {"city": "Oslo"}),
            ]
        },
        **ANTHROPICS_TOOLS,
    ),
    back(
        "empty-arguments",
        completion(None, finish="tool_calls", tool_calls=[call("c1", "find", "")]),
        {"content": [tool_use("c1", "find")]},
        **ANTHROPICS_TOOLS,
    ),
]
BROKEN = Case(
    "answer-messages-broken-arguments-are-never-a-fault",
    "messages",
    "gpt",
    ANTHROPICS_TOOLS,
    answer=completion(None, finish="tool_calls", tool_calls=[call("c1", "find", "[1]")]),
    got={"stop_reason": "tool_use"},
)
CASES = [*CONTENT, BROKEN]
