"""Answers for Responses' clients, and their bodies on the chat route (2.11, 6.2)."""

from tests.relay.conformance.cases_answers import USAGE
from tests.relay.conformance.cases_responses import FIND, TURN, USER
from tests.relay.conformance.tables import ABSENT, HELLO, Case, Has
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import call, completion, message, text, thinking, tool_use


def got(name: str, answer: Json, core: Json, *, model: str = "sonnet", **fields: object) -> Case:
    return Case(f"answer-responses-{name}", "responses", model, fields, answer=answer, got=core)


def said(words: str) -> Json:
    part = {"type": "output_text", "text": words, "annotations": []}
    return {"type": "message", "role": "assistant", "status": "completed", "content": [part]}


def made(call_id: str, arguments: str = "{}") -> Json:
    return {
        "type": "function_call",
        "call_id": call_id,
        "name": "find",
        "arguments": arguments,
        "status": "completed",
    }


COUNTED: Json = {
    "input_tokens": 135,
    "input_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 10},
    "output_tokens": 40,
    "output_tokens_details": {"reasoning_tokens": 33},
    "total_tokens": 175,
}
ANSWERS = [
    got(
        "text",
        message(text("Rain.")),
        {"output": [said("Rain.")], "status": "completed", "incomplete_details": None},
    ),
    got(
        "text-of-openai",
        completion(),
        {"output": [said("Rain.")], "status": "completed"},
        model="local",
    ),
    got(
        "call",
        message(tool_use("t1", "find", {"city": "Oslo"}), stop="tool_use"),
        {"output": [made("t1", '{"city": "Oslo"}')], "status": "completed"},
        tools=[FIND],
    ),
    got(
        "call-of-openai",
        completion(None, finish="tool_calls", tool_calls=[call("t1", "find")]),
        {"output": [made("t1")]},
        model="local",
        tools=[FIND],
    ),
    got(
        "reasoning-comes-first",
        message(thinking("Hm."), text("Look."), tool_use("t1", "find"), stop="tool_use"),
        {"output": [Has({"type": "reasoning"}), said("Look."), made("t1")]},
        tools=[FIND],
    ),
    got(
        "reasoning-of-openai",
        completion(reasoning_content="Hm."),
        {
            "output": [
                Has({"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}),
                said("Rain."),
            ]
        },
        model="ds",
    ),
    got(
        "custom-call",
        message(tool_use("t1", "apply_patch", {"input": "*** Begin"}), stop="tool_use"),
        {
            "output": [
                {
                    "type": "custom_tool_call",
                    "call_id": "t1",
                    "name": "apply_patch",
                    "input": "*** Begin",
                    "status": "completed",
                }
            ]
        },
        tools=[{"type": "custom", "name": "apply_patch"}],
    ),
    got(
        "limit",
        message(text("Rai"), stop="max_tokens"),
        {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
    ),
    got(
        "window",
        message(text("Rai"), stop="model_context_window_exceeded"),
        {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
    ),
    got(
        "refusal",
        message(text("Rai"), stop="refusal"),
        {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
    ),
    got(
        "limit-of-openai",
        completion(finish="length"),
        {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
        model="local",
    ),
    got(
        "usage",
        message(
            text("Rain."),
            usage={
                "cache_read_input_tokens": 100,
                "cache_creation_input_tokens": 10,
                "output_tokens": 40,
                "output_tokens_details": {"thinking_tokens": 33},
            },
        ),
        {"usage": COUNTED},
    ),
]
CURSOR = [
    Case(
        "chat-responses-body-on-the-chat-route",
        "chat",
        "sonnet",
        {"messages": ABSENT, "input": HELLO, "tools": [FIND], **USAGE},
        sent={"messages": [TURN], "tools": [Has({"name": "find"})]},
        got={"content": "Rain.", "finish_reason": "stop"},
    ),
    Case(
        "chat-responses-body-on-the-chat-route-to-openai",
        "chat",
        "gpt",
        {"messages": ABSENT, "input": HELLO, "tools": [FIND], **USAGE},
        sent={
            "messages": [USER],
            "tools": [{"type": "function", "function": Has({"name": "find"})}],
        },
        got={"content": "Rain.", "finish_reason": "stop"},
    ),
]
CASES = [*ANSWERS, *CURSOR]
