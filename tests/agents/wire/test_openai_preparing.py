"""Requests fitted to OpenAI's dialect: efforts, names, free text, what cannot be shown."""

from collections.abc import Callable

import pytest

from agents.llm.wire.neutral import ChatRequest, Finished, Tool, ToolCallDelta, ToolCallStarted
from agents.llm.wire.openai_chat import prepare
from agents.llm.wire.openai_models import effort_for, traits_of
from agents.llm.wire.openai_responses import prepare as prepare_response
from agents.llm.wire.parts import (
    DocumentPart,
    Message,
    Part,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.preparing import Prepared
from agents.llm.wire.serving.asked import BadRequestError

Json = dict[str, object]
HELLO = (Message("user", (TextPart("Hello"),)),)
EFFORTS: list[tuple[str, str, Json, Json, str | None]] = [
    ("as it is", "gpt-5.2", {}, {"reasoning_effort": "xhigh"}, "xhigh"),
    ("cut to high", "o3", {}, {"reasoning_effort": "max"}, "high"),
    ("raised to low", "o3", {}, {"reasoning_effort": "minimal"}, "low"),
    ("none where there is none", "o3", {}, {"reasoning_effort": "none"}, None),
    ("none", "gpt-5.1", {}, {"reasoning_effort": "none"}, "none"),
    ("max, xhigh", "m", {"efforts": ["low", "xhigh"]}, {"reasoning_effort": "max"}, "xhigh"),
    ("max, high", "m", {"efforts": ["low", "high"]}, {"reasoning_effort": "max"}, "high"),
    ("medium, low", "m", {"efforts": ["low", "high"]}, {"reasoning_effort": "medium"}, "low"),
    ("no effort at all", "m", {"efforts": []}, {"reasoning_effort": "high"}, None),
    ("an unknown word", "gpt-5", {}, {"reasoning_effort": "huge"}, "huge"),
    ("a small budget", "gpt-5", {}, {"thinking": True, "thinking_budget": 1024}, "low"),
    ("a middling budget", "gpt-5", {}, {"thinking": True, "thinking_budget": 4096}, "medium"),
    ("a large budget", "gpt-5", {}, {"thinking": True, "thinking_budget": 16384}, "high"),
    ("a huge budget", "gpt-5", {}, {"thinking": True, "thinking_budget": 32000}, "xhigh"),
    (
        "a huge budget of an old model",
        "o3",
        {},
        {"thinking": True, "thinking_budget": 32000},
        "high",
    ),
    (
        "effort above budget",
        "gpt-5",
        {},
        {"thinking": True, "thinking_budget": 1024, "reasoning_effort": "high"},
        "high",
    ),
    ("thinking without an effort", "gpt-5", {}, {"thinking": True}, None),
    ("no thinking", "gpt-5.1", {}, {"thinking": False}, "none"),
    ("no thinking of a model that must", "o3", {}, {"thinking": False}, None),
    ("nothing said", "gpt-5", {}, {}, None),
]


@pytest.mark.parametrize(
    ("model", "capabilities", "given", "expected"),
    [pytest.param(*row, id=name) for name, *row in EFFORTS],
)
def test_the_effort_is_what_the_model_takes(
    model: str, capabilities: Json, given: Json, expected: str | None
) -> None:
    said = {"is_reasoning": True, **capabilities}
    request = ChatRequest(model, HELLO, parameters=given, capabilities=said)
    assert prepare(request).request.parameters.get("reasoning_effort") == expected


NOT_REASONING: list[tuple[str, str, Json, Json, tuple[str, ...]]] = [
    ("OpenAI's", "gpt-4o", {}, {}, ("reasoning_effort",)),
    ("said so", "m", {"is_reasoning": False}, {}, ("reasoning_effort",)),
    ("nobody knows", "m", {}, {"reasoning_effort": "high"}, ()),
]


@pytest.mark.parametrize(
    ("model", "capabilities", "expected", "dropped"),
    [pytest.param(*row, id=name) for name, *row in NOT_REASONING],
)
def test_models_that_do_not_think_get_no_effort(
    model: str, capabilities: Json, expected: Json, dropped: tuple[str, ...]
) -> None:
    given = {"reasoning_effort": "high"}
    request = ChatRequest(model, HELLO, parameters=given, capabilities=capabilities)
    prepared = prepare(request)
    assert prepared.request.parameters == expected
    assert prepared.dropped == dropped


def test_top_k_goes_where_it_is_known() -> None:
    given = {"top_k": 40}
    assert prepare(ChatRequest("gpt-4o", HELLO, parameters=given)).dropped == ("top_k",)
    other = prepare(ChatRequest("llama-3", HELLO, parameters=given))
    assert (other.request.parameters, other.dropped) == (given, ())


def test_tiers_and_cache_keys_are_named_where_they_are_not_known() -> None:
    given = {"service_tier": "flex", "prompt_cache_key": "k"}
    assert prepare(ChatRequest("gpt-4o", HELLO, parameters=given)).dropped == ()
    assert prepare(ChatRequest("llama-3", HELLO, parameters=given)).dropped == (
        "service_tier",
        "prompt_cache_key",
    )


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-4o", True),
        ("gpt-4.1-mini", True),
        ("gpt-5", True),
        ("o3-mini", True),
        ("chatgpt-4o-latest", True),
        ("gpt-oss-20b", False),
        ("openai/gpt-5", False),
        ("llama-3", False),
        ("gpt-4all-j", False),
    ],
)
def test_models_of_openai_itself_are_told_by_their_names(model: str, *, expected: bool) -> None:
    assert traits_of(model).has_openai_fields is expected


def test_every_effort_has_a_nearest_one() -> None:
    assert effort_for("max", traits_of("gpt-5", {"efforts": ["medium"]})) == "medium"
    assert effort_for("minimal", traits_of("gpt-5", {"efforts": ["max"]})) == "max"


CUSTOM = Tool("fs.patch", "Patches.", kind="custom")


def test_names_free_text_and_ids_come_back_together() -> None:
    history = (Message("assistant", (ToolCallPart("call_0", "fs.patch", "a", kind="custom"),)),)
    prepared = prepare(ChatRequest("gpt-4o", history, (CUSTOM,)))
    assert [(tool.name, tool.kind) for tool in prepared.request.tools] == [("fs_patch", "function")]
    assert prepared.request.messages[0].parts == (
        ToolCallPart("call_0", "fs_patch", '{"input":"a"}'),
    )
    assert prepared.restore(
        [
            ToolCallStarted(0, "call_0", "fs_patch"),
            ToolCallDelta(0, '{"input":"b"}'),
            Finished("tool_calls"),
        ]
    ) == [
        ToolCallStarted(0, "call_0_2", "fs.patch", "custom"),
        ToolCallDelta(0, "b"),
        Finished("tool_calls"),
    ]


def test_free_text_is_said_where_it_is_known() -> None:
    request = ChatRequest("gpt-5", HELLO, (CUSTOM,), capabilities={"has_custom_tools": True})
    assert prepare(request).request.tools[0].kind == "custom"


PDF = DocumentPart(base64="JVBERi0=")
LINKED = DocumentPart(url="https://example.org/a.pdf")
UNSEEN: list[tuple[str, Part, Json]] = [
    ("a document by address", LINKED, {}),
    ("a document of a tool by address", ToolResultPart("c1", (LINKED,)), {}),
    ("a PDF for a model without", PDF, {"has_documents": False}),
    ("a PDF for a server of text", PDF, {"wants_plain_text": True}),
]


@pytest.mark.parametrize(
    ("part", "capabilities"), [pytest.param(*row, id=name) for name, *row in UNSEEN]
)
def test_documents_that_cannot_be_shown_are_refused(part: Part, capabilities: Json) -> None:
    messages = (*HELLO, Message("user", (part,)))
    with pytest.raises(BadRequestError) as refused:
        prepare(ChatRequest("gpt-4o", messages, capabilities=capabilities))
    assert refused.value.param == "messages.1"
    assert refused.value.code == "unsupported_parameter"
    assert refused.value.message.startswith("messages.1: ")


def test_documents_that_can_be_shown_pass() -> None:
    plain = DocumentPart("text/plain", text="Body.")
    request = ChatRequest("m", (Message("user", (plain,)),), capabilities={"has_documents": False})
    assert prepare(request).request.messages == request.messages
    shown = ChatRequest("m", (Message("user", (PDF,)),))
    assert prepare(shown).request.messages == shown.messages


def crowded(model: str, count: int, **capabilities: object) -> ChatRequest:
    tools = tuple(Tool(f"tool_{number}") for number in range(count))
    return ChatRequest(model, HELLO, tools=tools, capabilities=capabilities)


@pytest.mark.parametrize("prepared", [prepare, prepare_response], ids=["chat", "responses"])
def test_more_tools_than_openai_takes_are_refused(
    prepared: Callable[[ChatRequest], Prepared],
) -> None:
    assert len(prepared(crowded("gpt-4.1", 128)).request.tools) == 128
    with pytest.raises(BadRequestError) as refused:
        prepared(crowded("gpt-4.1", 129))
    assert (refused.value.param, refused.value.code) == ("tools", "array_above_max_length")
    assert refused.value.message == (
        "tools: This model takes at most 128 tools, and there are 129; send fewer."
    )


def test_how_many_tools_a_server_takes_is_the_operators_to_say() -> None:
    assert len(prepare(crowded("llama-3", 500)).request.tools) == 500
    assert len(prepare(crowded("gpt-4.1", 500, most_tools=0)).request.tools) == 500
    with pytest.raises(BadRequestError):
        prepare(crowded("llama-3", 3, most_tools=2))


def calling(model: str, count: int, **capabilities: object) -> ChatRequest:
    calls = tuple(ToolCallPart(f"call_{number}", "look", "{}") for number in range(count))
    results = tuple(ToolResultPart(call.id, (TextPart("Seen."),)) for call in calls)
    messages = (*HELLO, Message("assistant", calls), Message("tool", results))
    return ChatRequest(model, messages, tools=(Tool("look"),), capabilities=capabilities)


def test_more_calls_in_one_message_than_openai_takes_are_refused() -> None:
    assert prepare(calling("gpt-4.1", 128)).request.messages
    with pytest.raises(BadRequestError) as refused:
        prepare(calling("gpt-4.1", 129))
    assert (refused.value.param, refused.value.code) == ("messages.1", "array_above_max_length")
    assert "at most 128 tool calls in one message, and there are 129" in refused.value.message


def test_calls_are_counted_where_a_server_has_such_a_limit_only() -> None:
    assert prepare(calling("llama-3", 500)).request.messages
    assert prepare(calling("gpt-4.1", 500, most_calls=0)).request.messages
    assert prepare_response(calling("gpt-4.1", 500)).request.messages  # each is an item of its own
    with pytest.raises(BadRequestError):
        prepare(calling("llama-3", 3, most_calls=2))
