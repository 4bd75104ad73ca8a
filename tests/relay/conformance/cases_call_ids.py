"""Ids of calls that a provider gives twice: clients get each once, and it leads back (2.5)."""

from tests.relay.conformance.tables import HELLO, Case, Has, Like
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import call, completion, message, tool_use

TOOL = {"name": "find", "parameters": {"type": "object", "properties": {}}}
CHAT_TOOLS: list[Json] = [{"type": "function", "function": TOOL}]
RESPONSES_TOOLS: list[Json] = [{"type": "function", **TOOL}]
CLAUDES_TOOLS: list[Json] = [{"name": "find", "input_schema": TOOL["parameters"]}]
USER: Json = {"role": "user", "content": HELLO}
TWICE = message(
    tool_use("toolu_1", "find", {"q": 1}), tool_use("toolu_1", "find", {"q": 2}), stop="tool_use"
)
AGAIN = message(tool_use("toolu_1", "find"), stop="tool_use")
NAMELESS = message(tool_use("", "find"), tool_use("", "find"), stop="tool_use")


def spoken(*ids: str) -> Json:
    """Return a chat client's turn of calls."""
    return {"role": "assistant", "content": None, "tool_calls": [call(one, "find") for one in ids]}


def result(call_id: str, said: str) -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": said}


def item(call_id: str) -> Json:
    """Return a Responses client's call."""
    return {"type": "function_call", "call_id": call_id, "name": "find", "arguments": "{}"}


def output(call_id: str, said: str) -> Json:
    return {"type": "function_call_output", "call_id": call_id, "output": said}


def use(call_id: str) -> Json:
    return {"type": "tool_use", "id": call_id, "name": "find", "input": {}}


def used(*ids: str) -> Json:
    return {"role": "assistant", "content": [use(one) for one in ids]}


def results(*told: tuple[str, str]) -> Json:
    """Return the results as Anthropic's API gets them."""
    blocks = [
        {"type": "tool_result", "tool_use_id": one, "content": [{"type": "text", "text": said}]}
        for one, said in told
    ]
    return {"role": "user", "content": blocks}


def chat(name: str, answer: Json, ids: list[object], *turns: Json) -> Case:
    """Return a row about the ids that a chat client gets."""
    return Case(
        f"chat-{name}",
        "chat",
        "sonnet",
        {"messages": [USER, *turns], "tools": CHAT_TOOLS},
        answer=answer,
        got={"tool_calls": [Has({"id": one}) for one in ids], "finish_reason": "tool_calls"},
    )


def responses(name: str, answer: Json, ids: list[object], *turns: Json) -> Case:
    """Return a row about the ids that a Responses client gets."""
    return Case(
        f"responses-{name}",
        "responses",
        "sonnet",
        {"input": [USER, *turns], "tools": RESPONSES_TOOLS},
        answer=answer,
        got={"output": [Has({"type": "function_call", "call_id": one}) for one in ids]},
    )


LOOP = (spoken("toolu_1"), result("toolu_1", "A cat."))
ITEMS = (item("toolu_1"), output("toolu_1", "A cat."))
OUT = [
    chat("ids-of-one-answer-are-told-apart", TWICE, ["toolu_1", "toolu_1_2"]),
    responses("ids-of-one-answer-are-told-apart", TWICE, ["toolu_1", "toolu_1_2"]),
    chat("ids-of-the-history-are-not-repeated", AGAIN, ["toolu_1_2"], *LOOP),
    responses("ids-of-the-history-are-not-repeated", AGAIN, ["toolu_1_2"], *ITEMS),
    chat(
        "ids-given-in-place-of-the-histories-are-not-repeated",
        AGAIN,
        ["toolu_1_3"],
        *LOOP,
        spoken("toolu_1_2"),
        result("toolu_1_2", "A dog."),
    ),
    chat("empty-ids-are-made-up", NAMELESS, ["call_0", "call_1"]),
    chat(
        "made-up-ids-are-not-those-of-the-history",
        NAMELESS,
        ["call_0_2", "call_1"],
        spoken("call_0"),
        result("call_0", "A cat."),
    ),
    Case(
        "messages-ids-of-one-answer-are-told-apart",
        "messages",
        "local",
        {"messages": [USER], "tools": CLAUDES_TOOLS},
        answer=completion(
            None,
            finish="tool_calls",
            tool_calls=[call("call_0", "find"), call("call_0", "find")],
        ),
        got={
            "content": [
                Has({"type": "tool_use", "id": "call_0"}),
                Has({"type": "tool_use", "id": Like("^(?!call_0$)")}),
            ]
        },
    ),
]
BACK = [
    Case(
        "chat-ids-that-were-told-apart-lead-back",
        "chat",
        "sonnet",
        {
            "messages": [
                USER,
                spoken("toolu_1", "toolu_1_2"),
                result("toolu_1_2", "A dog."),
                result("toolu_1", "A cat."),
                USER,
            ],
            "tools": CHAT_TOOLS,
        },
        sent={
            "messages": [
                Has({"role": "user"}),
                used("toolu_1", "toolu_1_2"),
                Has(
                    {
                        "content": [
                            results(("toolu_1_2", "A dog."))["content"][0],
                            results(("toolu_1", "A cat."))["content"][0],
                            {"type": "text", "text": HELLO},
                        ]
                    }
                ),
            ]
        },
    ),
    Case(
        "responses-ids-that-were-told-apart-lead-back",
        "responses",
        "sonnet",
        {
            "input": [
                USER,
                item("toolu_1"),
                output("toolu_1", "A cat."),
                item("toolu_1_2"),
                output("toolu_1_2", "A dog."),
            ],
            "tools": RESPONSES_TOOLS,
        },
        sent={
            "messages": [
                Has({"role": "user"}),
                used("toolu_1"),
                results(("toolu_1", "A cat.")),
                used("toolu_1_2"),
                results(("toolu_1_2", "A dog.")),
            ]
        },
    ),
]
CASES = [*OUT, *BACK]
