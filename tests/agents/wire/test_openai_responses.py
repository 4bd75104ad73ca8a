"""OpenAI's Responses API as an upstream: what a request becomes and what an answer means."""

import pytest

from agents.llm.wire.neutral import ChatRequest, OutputFormat, Tool
from agents.llm.wire.openai_responses import (
    prepare,
    render_request,
)
from agents.llm.wire.parts import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.relayed_proofs import packed, unpacked

Json = dict[str, object]
PROOF = packed("gAAA")


def say(role: Role, *parts: Part | str) -> Message:
    return Message(role, tuple(TextPart(p) if isinstance(p, str) else p for p in parts))


def body(*messages: Message, model: str = "gpt-4o") -> Json:
    return render_request(ChatRequest(model, messages), stream=False)


def fields(request: ChatRequest) -> Json:
    rendered = render_request(request, stream=False)
    return {name: rendered[name] for name in rendered if name not in {"model", "input", "store"}}


def message(role: str, *content: Json) -> Json:
    return {"type": "message", "role": role, "content": [*content]}


def given(text: str) -> Json:
    return {"type": "input_text", "text": text}


def test_a_plain_request_stores_nothing() -> None:
    assert body(say("user", "Hello")) == {
        "model": "gpt-4o",
        "input": [message("user", given("Hello"))],
        "store": False,
    }


def test_a_streamed_request_says_so() -> None:
    request = ChatRequest("gpt-4o", (say("user", "Hello"),), extra={"background": False})
    rendered = render_request(request, stream=True)
    assert (rendered["stream"], rendered["background"]) == (True, False)


def test_instructions_at_the_start_stand_apart_and_later_ones_stay() -> None:
    rendered = body(
        say("system", "a", "b"), say("system", "c"), say("user", "d"), say("system", "e")
    )
    assert rendered["instructions"] == "a\n\nb\n\nc"
    assert rendered["input"] == [message("user", given("d")), message("system", given("e"))]
    reasoning = body(say("user", "d"), say("system", "e"), model="gpt-5")
    assert reasoning["input"] == [message("user", given("d")), message("developer", given("e"))]


PDF: Json = {
    "type": "input_file",
    "filename": "document.pdf",
    "file_data": "data:application/pdf;base64,JVBERi0=",
}
PNG: Json = {"type": "input_image", "image_url": "data:image/png;base64,aGk="}
IMAGE = ImagePart("image/png", "aGk=", cache="5m")
CONTENTS: list[tuple[str, Part, Json]] = [
    ("text", TextPart("a", "1h"), given("a")),
    ("image", IMAGE, PNG),
    ("image with detail", ImagePart("image/png", "aGk=", detail="low"), {**PNG, "detail": "low"}),
    (
        "linked image",
        ImagePart(url="https://example.org/a.png"),
        {"type": "input_image", "image_url": "https://example.org/a.png"},
    ),
    ("PDF", DocumentPart(base64="JVBERi0="), PDF),
    ("named PDF", DocumentPart(base64="JVBERi0=", title="p.pdf"), {**PDF, "filename": "p.pdf"}),
    (
        "linked document",
        DocumentPart(url="https://example.org/a.pdf"),
        {"type": "input_file", "file_url": "https://example.org/a.pdf"},
    ),
    ("text document", DocumentPart("text/plain", text="b", title="t"), given("t\n\nb")),
]


@pytest.mark.parametrize(
    ("part", "expected"), [pytest.param(*row, id=name) for name, *row in CONTENTS]
)
def test_content_becomes_these_parts(part: Part, expected: Json) -> None:
    assert body(say("user", part, ""))["input"] == [message("user", expected)]


def test_a_turn_without_content_is_left_out() -> None:
    assert body(say("user", ""), say("assistant", ""), say("user", "a"))["input"] == [
        message("user", given("a"))
    ]


def test_answers_become_items_in_their_order() -> None:
    thought = ThinkingPart("Hm.", PROOF, format="openai")
    call = ToolCallPart("c1", "find", "")
    custom = ToolCallPart("c2", "patch", "*** Begin", kind="custom")
    failed = ToolResultPart("c2", (TextPart("no"),), is_error=True)
    assert body(
        say("assistant", thought, "Looking.", call, custom),
        say("tool", ToolResultPart("c1", (TextPart("a"), IMAGE)), failed),
    )["input"] == [
        {
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": "Hm."}],
            "encrypted_content": "gAAA",
        },
        message("assistant", {"type": "output_text", "text": "Looking."}),
        {"type": "function_call", "call_id": "c1", "name": "find", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "c2", "name": "patch", "input": "*** Begin"},
        {"type": "function_call_output", "call_id": "c1", "output": [given("a"), PNG]},
        {"type": "custom_tool_call_output", "call_id": "c2", "output": "Error: no"},
    ]


def test_an_output_of_images_alone_has_no_text() -> None:
    call = say("assistant", ToolCallPart("c1", "draw", "{}"))
    items = body(call, say("tool", ToolResultPart("c1", (IMAGE,))))["input"]
    assert isinstance(items, list)
    assert items[1] == {"type": "function_call_output", "call_id": "c1", "output": [PNG]}


THOUGHTS: list[tuple[str, ThinkingPart, list[Json]]] = [
    ("unproved", ThinkingPart("Hm."), []),
    ("proved to another", ThinkingPart("Hm.", "EqQB", format="anthropic"), []),
    ("redacted by another", ThinkingPart(redacted="b3Bh", format="anthropic"), []),
    ("with a broken seal", ThinkingPart("Hm.", "relay1:???", format="openai"), []),
    (
        "that a client of this dialect gave back",
        ThinkingPart("", "gAAA", format="openai"),
        [{"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}],
    ),
    (
        "not shown",
        ThinkingPart("", PROOF, format="openai"),
        [{"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}],
    ),
]


@pytest.mark.parametrize(
    ("part", "expected"), [pytest.param(*row, id=name) for name, *row in THOUGHTS]
)
def test_thoughts_go_back_to_whom_they_are_proved(part: ThinkingPart, expected: list[Json]) -> None:
    assert body(say("assistant", part))["input"] == expected


@pytest.mark.parametrize(
    "signature", ["relay1:", "relay1:x", "relay1:W10=", "relay1:e30=", "relay1:\u00fc"]
)
def test_a_broken_seal_holds_nothing(signature: str) -> None:
    assert unpacked(signature) == ""


PARAMETERS: list[tuple[str, str, Json, Json]] = [
    ("sampling", "gpt-4o", {"temperature": 0, "top_p": 0.5}, {"temperature": 0, "top_p": 0.5}),
    ("limit", "gpt-4o", {"max_tokens": 9}, {"max_output_tokens": 9}),
    ("a limit that is none", "gpt-4o", {"max_tokens": "many"}, {}),
    ("what cannot be said", "gpt-4o", {"stop": ["a"], "seed": 1, "top_k": 4}, {}),
    ("tier", "gpt-4o", {"service_tier": "standard"}, {"service_tier": "default"}),
    (
        "user and cache",
        "gpt-4o",
        {"user": "u", "prompt_cache_key": "k"},
        {"user": "u", "prompt_cache_key": "k"},
    ),
    ("verbosity", "gpt-4o", {"verbosity": "low"}, {"text": {"verbosity": "low"}}),
    ("reasoning", "gpt-5", {"temperature": 1}, {}),
    ("effort", "gpt-5", {"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}),
    ("thinking", "gpt-5", {"thinking": True}, {"reasoning": {"summary": "auto"}}),
    ("thinking unseen", "gpt-5", {"thinking": True, "reasoning_display": "omitted"}, {}),
    (
        "thinking to be seen",
        "gpt-5",
        {"reasoning_display": "summarized", "reasoning_effort": "high"},
        {"reasoning": {"effort": "high", "summary": "auto"}},
    ),
    (
        "no thinking",
        "gpt-5.1",
        {"reasoning_effort": "none", "temperature": 1},
        {"reasoning": {"effort": "none"}, "temperature": 1},
    ),
]


@pytest.mark.parametrize(
    ("model", "parameters", "expected"),
    [pytest.param(*row, id=name) for name, *row in PARAMETERS],
)
def test_parameters_become_these_fields(model: str, parameters: Json, expected: Json) -> None:
    include = {"include": ["reasoning.encrypted_content"]} if model.startswith("gpt-5") else {}
    assert fields(ChatRequest(model, (), parameters=parameters)) == include | expected


def test_a_limit_that_is_too_high_is_cut() -> None:
    request = ChatRequest("m", (), parameters={"max_tokens": 99}, capabilities={"max_tokens": 9})
    assert fields(request) == {"max_output_tokens": 9}


CLOSED: Json = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": "start: A"}
TOOLS: list[tuple[str, Tool, Json]] = [
    (
        "function",
        Tool("find", "Finds."),
        {
            "type": "function",
            "name": "find",
            "description": "Finds.",
            "parameters": {"type": "object", "properties": {}},
            "strict": False,
        },
    ),
    (
        "strict function",
        Tool("find", "", CLOSED, is_strict=True),
        {"type": "function", "name": "find", "parameters": CLOSED, "strict": True},
    ),
    ("custom", Tool("patch", kind="custom"), {"type": "custom", "name": "patch"}),
    (
        "custom with a grammar",
        Tool("patch", kind="custom", grammar=GRAMMAR),
        {"type": "custom", "name": "patch", "format": GRAMMAR},
    ),
]


@pytest.mark.parametrize(
    ("tool", "expected"), [pytest.param(*row, id=name) for name, *row in TOOLS]
)
def test_tools_are_flat(tool: Tool, expected: Json) -> None:
    assert fields(ChatRequest("gpt-4o", (), (tool,))) == {"tools": [expected]}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", "auto"),
        ("required", "required"),
        ("none", "none"),
        ("find", {"type": "function", "name": "find"}),
        ("patch", {"type": "custom", "name": "patch"}),
        ("gone", {"type": "function", "name": "gone"}),
    ],
)
def test_the_choice_is_flat(choice: str, expected: object) -> None:
    parameters = {"tool_choice": choice, "parallel_tool_calls": False}
    tools = (Tool("find"), Tool("patch", kind="custom"))
    rendered = fields(ChatRequest("gpt-4o", (), tools, parameters))
    assert (rendered["tool_choice"], rendered["parallel_tool_calls"]) == (expected, False)


OUTPUTS: list[tuple[str, OutputFormat, Json]] = [
    ("any object", OutputFormat("json_object"), {"type": "json_object"}),
    (
        "schema",
        OutputFormat("json_schema", name="a", schema=CLOSED),
        {"type": "json_schema", "name": "a", "schema": CLOSED, "strict": True},
    ),
]


@pytest.mark.parametrize(
    ("output", "expected"), [pytest.param(*row, id=name) for name, *row in OUTPUTS]
)
def test_structured_output_is_a_format_of_the_text(output: OutputFormat, expected: Json) -> None:
    assert fields(ChatRequest("gpt-4o", (), output=output)) == {"text": {"format": expected}}


def test_what_cannot_be_said_is_named() -> None:
    parameters = {"stop": ["a"], "top_k": 4, "reasoning_effort": "high", "temperature": 1}
    prepared = prepare(ChatRequest("gpt-4o", (), parameters=parameters))
    assert prepared.dropped == ("top_k", "stop", "reasoning_effort")
