"""Tools of messages' requests for chat completions (2.5)."""

from tests.relay.conformance.cases_messages import USER, asked, refused, said
from tests.relay.conformance.cases_tools import EMPTY, PARAMETERS, function
from tests.relay.conformance.tables import ABSENT, Case, Has, Like
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import call, completion, text, tool_use

FIND: Json = {"name": "find", "input_schema": PARAMETERS}
GO: Json = {"role": "user", "content": "Go."}
PNG = "iVBORw0KGgoAAAANSUhEUg=="
IMAGE: Json = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": PNG},
}


def choice(name: str, wanted: object, *, model: str = "gpt", **fields: object) -> Case:
    return asked(
        f"choice-{name}",
        {"tool_choice": wanted, **_rest(fields)},
        model=model,
        tools=[FIND],
        **fields,
    )


def _rest(fields: Json) -> Json:
    one = fields.get("tool_choice", {}).get("disable_parallel_tool_use")
    return {"parallel_tool_calls": False if one else ABSENT}


def history(name: str, *turns: Json, wanted: list[object], model: str = "gpt") -> Case:
    fields = {"messages": [USER, *turns], "tools": [FIND]}
    return Case(f"messages-{name}", "messages", model, fields, sent={"messages": [USER, *wanted]})


def used(*blocks: Json) -> Json:
    return {"role": "assistant", "content": list(blocks)}


def result(call_id: str, content: object = "3", **fields: object) -> Json:
    return {"type": "tool_result", "tool_use_id": call_id, "content": content, **fields}


def results(*blocks: Json) -> Json:
    return {"role": "user", "content": list(blocks)}


def tool(call_id: object, content: object = "3") -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def calls(*made: object, content: object = None) -> Json:
    return {"role": "assistant", "content": content, "tool_calls": list(made)}


def written(call_id: object, name: str = "find") -> Json:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": Like(r"^\{.*\}$")},
    }


A, B = tool_use("a1", "find", {"city": "Oslo"}), tool_use("b2", "find", {})
LONG_ID = "toolu_" + "x" * 60
DEFINITIONS = [
    asked(
        "tool",
        {"tools": [function(description="Finds.")], "tool_choice": ABSENT},
        tools=[{**FIND, "description": "Finds."}],
    ),
    asked(
        "tool-fields-of-its-own-are-dropped",
        {"tools": [function()]},
        tools=[
            {
                **FIND,
                "cache_control": {"type": "ephemeral"},
                "eager_input_streaming": True,
                "defer_loading": True,
                "allowed_callers": ["direct"],
            }
        ],
    ),
    asked(
        "tool-examples-go-into-the-description",
        {"tools": [function(description=Like("Oslo"))]},
        tools=[{**FIND, "input_examples": [{"city": "Oslo"}]}],
    ),
    asked("tool-of-type-custom", {"tools": [function()]}, tools=[{**FIND, "type": "custom"}]),
    asked(
        "long-names-are-cut-with-a-hash",
        {"tools": [Has({"function": Has({"name": Like(r"^n{55}_[0-9a-f]{8}$")})})]},
        tools=[{"name": "n" * 100, "input_schema": EMPTY}],
    ),
    asked(
        "no-tools-no-choice",
        {"tools": ABSENT, "tool_choice": ABSENT},
        tools=[],
        tool_choice={"type": "auto"},
    ),
    refused(
        "web-search", "web_search", tools=[{"type": "web_search_20260209", "name": "web_search"}]
    ),
    refused(
        "code-execution",
        "code_execution",
        tools=[{"type": "code_execution_20250825", "name": "code_execution"}],
    ),
    refused("tool-without-name", r"^tools\.0", tools=[{"input_schema": EMPTY}]),
]
CHOICES = [
    choice("auto", "auto", tool_choice={"type": "auto"}),
    choice("any", "required", tool_choice={"type": "any"}),
    choice("any-for-mistral", "any", model="mistral", tool_choice={"type": "any"}),
    choice("none", "none", tool_choice={"type": "none"}),
    choice(
        "one-tool",
        {"type": "function", "function": {"name": "find"}},
        tool_choice={"type": "tool", "name": "find"},
    ),
    choice(
        "one-at-a-time", "auto", tool_choice={"type": "auto", "disable_parallel_tool_use": True}
    ),
]
TURNS = [
    history(
        "call-and-result", used(A), results(result("a1")), wanted=[calls(written("a1")), tool("a1")]
    ),
    history(
        "text-and-call",
        used(text("Looking."), A),
        results(result("a1")),
        wanted=[calls(written("a1"), content="Looking."), tool("a1")],
    ),
    history(
        "results-before-the-rest",
        used(A, B),
        results(result("a1"), result("b2", "4"), text("Go.")),
        wanted=[calls(written("a1"), written("b2")), tool("a1"), tool("b2", "4"), GO],
    ),
    history(
        "text-before-results-comes-after",
        used(A),
        results(text("Go."), result("a1")),
        wanted=[calls(written("a1")), tool("a1"), GO],
    ),
    history(
        "missing-result-is-filled-in",
        used(A, B),
        results(result("a1")),
        wanted=[calls(written("a1"), written("b2")), tool("a1"), tool("b2", Like("No result"))],
    ),
    history(
        "error-is-said-in-the-text",
        used(A),
        results(result("a1", "no such city", is_error=True)),
        wanted=[calls(written("a1")), tool("a1", Like("^Error: .*no such city"))],
    ),
    history(
        "result-without-content-is-empty-text",
        used(A),
        results({"type": "tool_result", "tool_use_id": "a1"}),
        wanted=[calls(written("a1")), tool("a1", "")],
    ),
    history(
        "result-of-blocks",
        used(A),
        results(result("a1", [text("3"), text("4")])),
        wanted=[calls(written("a1")), tool("a1", Like("3.*4"))],
    ),
    history(
        "picture-in-a-result-follows-as-the-users",
        used(A),
        results(result("a1", [text("See."), IMAGE])),
        wanted=[
            calls(written("a1")),
            tool("a1", Like("See")),
            {
                "role": "user",
                "content": [
                    Has({"type": "text", "text": Like("a1|find")}),
                    {
                        "type": "image_url",
                        "image_url": Has({"url": f"data:image/png;base64,{PNG}"}),
                    },
                ],
            },
        ],
    ),
    history(
        "long-ids-are-cut",
        used(tool_use(LONG_ID, "find", {})),
        results(result(LONG_ID)),
        wanted=[
            calls(written(Like(r"^[A-Za-z0-9_-]{1,40}$"))),
            tool(Like(r"^[A-Za-z0-9_-]{1,40}$")),
        ],
    ),
    history(
        "mistrals-ids-have-nine-letters",
        used(A),
        results(result("a1")),
        wanted=[calls(written(Like(r"^[A-Za-z0-9]{9}$"))), tool(Like(r"^[A-Za-z0-9]{9}$"))],
        model="mistral",
    ),
    said(
        "orphan-result-is-text",
        [USER, used(text("Hm.")), results(result("zz", "42"), text("Go."))],
        [
            USER,
            {"role": "assistant", "content": "Hm."},
            {"role": "user", "content": Like("^.Result of an earlier tool call.\\s+42$")},
            {"role": "user", "content": "Go."},
        ],
    ),
    Case(
        "messages-mapped-names-are-mapped-back",
        "messages",
        "gpt",
        {"tools": [{"name": "n" * 100, "input_schema": EMPTY}]},
        sent={"tools": [Has({"function": Has({"name": Like("^n{55}_")})})]},
        answer=completion(
            None, finish="tool_calls", tool_calls=[call("c1", "n" * 55 + "_f00dcafe")]
        ),
        got={"stop_reason": "tool_use"},
    ),
    Case(
        "messages-ids-of-the-history-are-not-repeated",
        "messages",
        "local",
        {
            "messages": [USER, used(tool_use("call_0", "find", {})), results(result("call_0"))],
            "tools": [FIND],
        },
        answer=completion(None, finish="tool_calls", tool_calls=[call("call_0", "find")]),
        got={
            "content": [
                {"type": "tool_use", "id": Like("^(?!call_0$)"), "name": "find", "input": {}}
            ]
        },
    ),
]
CASES = [*DEFINITIONS, *CHOICES, *TURNS]
