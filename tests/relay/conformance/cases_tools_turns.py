"""Calls and results of earlier turns for Anthropic's messages (2.5)."""

from tests.relay.conformance.cases_chat import TURN, USER, said
from tests.relay.conformance.cases_tools import FIND, function
from tests.relay.conformance.tables import Case, Has, Like
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import call, message, text, tool_use

LEGAL_ID = Like(r"^call_1_x_y[a-zA-Z0-9_-]*$")


def history(name: str, *turns: Json, wanted: list[object], model: str = "sonnet") -> Case:
    """Return a row about calls and results of earlier turns."""
    fields = {"messages": [USER, *turns], "tools": [FIND]}
    return Case(f"chat-{name}", "chat", model, fields, sent={"messages": [TURN, *wanted]})


def calls(*made: Json, content: object = None) -> Json:
    return {"role": "assistant", "content": content, "tool_calls": list(made)}


def result(call_id: str, content: object = "3") -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def used(*blocks: object) -> Json:
    return {"role": "assistant", "content": list(blocks)}


def results(*blocks: object) -> Json:
    return {"role": "user", "content": list(blocks)}


def block(call_id: str, content: object = ..., **fields: object) -> Has:
    return Has({"type": "tool_result", "tool_use_id": call_id, "content": content, **fields})


def use(call_id: str, **arguments: object) -> Json:
    return tool_use(call_id, "find", dict(arguments))


THREE = [text("3")]
AGAIN: Json = {"role": "user", "content": "Go."}
A, B = call("a1", "find", '{"city":"Oslo"}'), call("b2", "find", '{"city":"Rome"}')
USE_A, USE_B = use("a1", city="Oslo"), use("b2", city="Rome")
CASES = [
    history(
        "call-and-result", calls(A), result("a1"), wanted=[used(USE_A), results(block("a1", THREE))]
    ),
    history(
        "text-before-a-call",
        calls(A, content="Looking."),
        result("a1"),
        wanted=[used(text("Looking."), USE_A), results(block("a1"))],
    ),
    history(
        "two-results-are-one-user-turn",
        calls(A, B),
        result("b2"),
        result("a1"),
        wanted=[used(USE_A, USE_B), results(block("b2"), block("a1"))],
    ),
    history(
        "results-come-before-text",
        calls(A),
        result("a1"),
        AGAIN,
        wanted=[used(USE_A), results(block("a1"), text("Go."))],
    ),
    history(
        "system-between-call-and-result-moves-behind",
        calls(A),
        {"role": "system", "content": "Be brief."},
        result("a1"),
        wanted=[used(USE_A), results(block("a1"), Has({"text": Like("Be brief")}))],
    ),
    history(
        "call-without-result-gets-one",
        calls(A),
        AGAIN,
        wanted=[
            used(USE_A),
            results(
                block("a1", [text("No result was recorded for this call.")], is_error=True),
                text("Go."),
            ),
        ],
    ),
    said(
        "orphan-result-is-text",
        [USER, {"role": "assistant", "content": "Hm."}, result("zz", "42"), AGAIN],
        {
            "messages": [
                TURN,
                used(text("Hm.")),
                results(Has({"text": Like("of an earlier tool call")}), text("42"), text("Go.")),
            ]
        },
    ),
    history(
        "two-results-for-one-call-are-joined",
        calls(A),
        result("a1", "one"),
        result("a1", "two"),
        wanted=[used(USE_A), results(block("a1", [text("one"), text("two")]))],
    ),
    history(
        "repeated-ids-are-told-apart",
        calls(call("c", "find")),
        result("c", "1"),
        calls(call("c", "find")),
        result("c", "2"),
        wanted=[
            used(use("c")),
            results(block("c", [text("1")])),
            used(use("c_2")),
            results(block("c_2", [text("2")])),
        ],
    ),
    history(
        "illegal-ids-are-replaced",
        calls(call("call:1.x y", "find")),
        result("call:1.x y"),
        wanted=[used(Has({"id": LEGAL_ID})), results(Has({"tool_use_id": LEGAL_ID}))],
    ),
    history(
        "empty-arguments-are-an-object",
        calls(call("a1", "find", "")),
        result("a1"),
        wanted=[used(use("a1")), results(block("a1"))],
    ),
    history(
        "null-arguments-are-an-object",
        calls(call("a1", "find", "null")),
        result("a1"),
        wanted=[used(use("a1")), results(block("a1"))],
    ),
    history(
        "arguments-that-are-no-object-are-wrapped",
        calls(call("a1", "find", "[1]")),
        result("a1"),
        wanted=[used(Has({"type": "tool_use", "input": Has({})})), results(block("a1"))],
    ),
    history(
        "truncated-arguments-are-kept",
        calls(call("a1", "find", '{"city": "Osl')),
        result("a1"),
        wanted=[used(Has({"type": "tool_use", "input": Has({})})), results(block("a1"))],
    ),
    history(
        "null-result",
        calls(A),
        result("a1", None),
        wanted=[used(USE_A), results(Has({"type": "tool_result", "tool_use_id": "a1"}))],
    ),
    history(
        "result-of-text-parts",
        calls(A),
        result("a1", [text("3"), text("4")]),
        wanted=[used(USE_A), results(block("a1", [text("3"), text("4")]))],
    ),
    history(
        "old-function-messages",
        {
            "role": "assistant",
            "content": None,
            "function_call": {"name": "find", "arguments": "{}"},
        },
        {"role": "function", "name": "find", "content": "3"},
        wanted=[
            used(Has({"type": "tool_use", "name": "find"})),
            results(Has({"type": "tool_result"})),
        ],
    ),
    Case(
        "chat-history-without-tools-rebuilds-them",
        "chat",
        "sonnet",
        {"messages": [USER, calls(A), result("a1")]},
        sent={"tools": [Has({"name": "find", "input_schema": ...})]},
    ),
    Case(
        "chat-open-call-at-the-end-is-refused",
        "chat",
        "sonnet",
        {"messages": [USER, calls(A)], "tools": [FIND]},
        refused={"type": "invalid_request_error"},
    ),
    Case(
        "chat-mapped-names-are-mapped-back",
        "chat",
        "sonnet",
        {"tools": [function("a.b", {})]},
        answer=message(tool_use("t1", "a_b"), stop="tool_use"),
        got={"tool_calls": [call("t1", "a.b")], "finish_reason": "tool_calls"},
    ),
]
