"""OpenAI chat completions: documents, and what an operator says of a model."""

import pytest

from agents.llm.wire.fields import JsonObject, objects_of, text_of
from agents.llm.wire.neutral import ChatRequest
from agents.llm.wire.openai_chat import render_request
from agents.llm.wire.openai_models import traits_of
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

Json = dict[str, object]
PDF = DocumentPart(base64="JVBERi0=")
IMAGE = ImagePart("image/png", "aGk=")
NAMED = {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}
FILE: Json = {"type": "file", "file": NAMED}
IMAGE_URL: Json = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}


def say(role: Role, *parts: Part | str) -> Message:
    return Message(role, tuple(TextPart(p) if isinstance(p, str) else p for p in parts))


def body(*messages: Message, **capabilities: object) -> Json:
    return render_request(ChatRequest("gpt-4o", messages, capabilities=capabilities), stream=False)


def told(*messages: Message, **capabilities: object) -> list[JsonObject]:
    """Return the messages of a body."""
    return objects_of(body(*messages, **capabilities)["messages"])


def fields(model: str = "gpt-4o", capabilities: Json | None = None, **parameters: object) -> Json:
    request = ChatRequest(model, (), parameters=parameters, capabilities=capabilities or {})
    rendered = render_request(request, stream=False)
    return {name: value for name, value in rendered.items() if name not in {"model", "messages"}}


CONTENTS: list[tuple[str, list[Part], object]] = [
    ("a PDF", [PDF], [FILE]),
    (
        "a PDF with a title",
        [DocumentPart(base64="JVBERi0=", title="plan.pdf", cache="5m")],
        [{"type": "file", "file": {**NAMED, "filename": "plan.pdf"}}],
    ),
    ("a text", [DocumentPart("text/plain", text="Body.")], "Body."),
    (
        "a text with a title",
        [TextPart("See"), DocumentPart("text/plain", text="Body.", title="Plan", context="Draft")],
        "See\n\nPlan\n\nDraft\n\nBody.",
    ),
    (
        "a text beside an image",
        [DocumentPart("text/plain", text="Body."), IMAGE],
        [{"type": "text", "text": "Body."}, IMAGE_URL],
    ),
    (
        "marks for caches",
        [TextPart("a", "1h"), ImagePart("image/png", "aGk=", cache="5m")],
        [{"type": "text", "text": "a"}, IMAGE_URL],
    ),
]


@pytest.mark.parametrize(
    ("parts", "expected"), [pytest.param(*row, id=name) for name, *row in CONTENTS]
)
def test_documents_become_files_or_text(parts: list[Part], expected: object) -> None:
    assert body(say("user", *parts))["messages"] == [{"role": "user", "content": expected}]


def test_documents_of_tools_follow_their_results() -> None:
    call = say("assistant", ToolCallPart("c1", "read", "{}"))
    plain = DocumentPart("text/plain", text="Body.")
    result = say("tool", ToolResultPart("c1", (TextPart("read"), plain, PDF, IMAGE)))
    assert told(call, result)[1:] == [
        {"role": "tool", "tool_call_id": "c1", "content": "read\n\nBody."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Files from the call c1:"}, FILE, IMAGE_URL],
        },
    ]


def test_servers_of_plain_text_get_nothing_but_strings() -> None:
    call = say("assistant", ToolCallPart("c1", "read", "{}"))
    result = say("tool", ToolResultPart("c1", (TextPart("read"), IMAGE)))
    shown = told(say("user", "See", IMAGE), call, result, wants_plain_text=True)
    assert shown[0]["content"] == "See\n\n[A file that cannot be shown here]"
    assert len(shown) == 3


def test_servers_that_are_strict_about_turns_get_them_in_turn() -> None:
    messages = [
        say("system", "Be kind."),
        say("user", "a"),
        say("user", "b"),
        say("assistant", "c"),
        say("assistant", "d"),
        say("system", "Be brief."),
        say("user", "e"),
    ]
    assert told(*messages, wants_alternation=True) == [
        {"role": "system", "content": "Be kind.\n\nBe brief."},
        {"role": "user", "content": "a\n\nb"},
        {"role": "assistant", "content": "c\n\nd"},
        {"role": "user", "content": "e"},
    ]


def test_calls_side_by_side_stay_one_turn_where_turns_are_strict() -> None:
    call = [ToolCallPart(f"c{n}", "find", "{}") for n in range(2)]
    results = [say("tool", ToolResultPart(f"c{n}", (TextPart("x"),))) for n in range(2)]
    messages = told(say("user", "a"), say("assistant", *call), *results, wants_alternation=True)
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "tool"]


def test_files_of_tools_and_the_next_words_are_one_turn_where_turns_are_strict() -> None:
    call = say("assistant", ToolCallPart("c1", "draw", "{}"))
    result = say("tool", ToolResultPart("c1", (IMAGE,)))
    label = {"type": "text", "text": "Images from the call c1:"}
    assert told(say("user", "a"), call, result, say("user", "b"), wants_alternation=True)[3:] == [
        {"role": "user", "content": [label, IMAGE_URL, {"type": "text", "text": "b"}]}
    ]


def test_an_answer_without_text_says_what_the_server_wants() -> None:
    call = say("assistant", ToolCallPart("c1", "find", "{}"))
    assert told(call)[0]["content"] is None
    assert told(call, has_null_content=False)[0]["content"] == ""


def test_ids_of_calls_can_be_nine_characters() -> None:
    call = say("assistant", ToolCallPart("call_abcdefghijkl", "find", "{}"))
    result = say("tool", ToolResultPart("call_abcdefghijkl", ()))
    asked, answered = told(call, result, has_short_call_ids=True)
    short = text_of(objects_of(asked["tool_calls"])[0]["id"])
    assert len(short) == 9
    assert short.isalnum()
    assert answered["tool_call_id"] == short


def test_custom_calls_are_said_as_such() -> None:
    call = say("assistant", ToolCallPart("c1", "patch", "*** Begin", kind="custom"))
    assert told(call)[0]["tool_calls"] == [
        {"id": "c1", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}}
    ]


def test_thinking_is_replayed_as_details_where_they_are_wanted() -> None:
    thought = say("assistant", ThinkingPart("Hm."), "Yes")
    request = ChatRequest("m", (thought,), parameters={"reasoning_replay": "reasoning_details"})
    assert render_request(request, stream=False)["messages"] == [
        {
            "role": "assistant",
            "content": "Yes",
            "reasoning_details": [{"type": "reasoning.text", "text": "Hm.", "index": 0}],
        }
    ]


PARAMETERS: list[tuple[str, str, Json, Json, Json]] = [
    ("standard tier", "gpt-4o", {}, {"service_tier": "standard"}, {"service_tier": "default"}),
    ("automatic tier", "o3", {}, {"service_tier": "auto"}, {"service_tier": "auto"}),
    ("flex tier", "gpt-5", {}, {"service_tier": "flex"}, {"service_tier": "flex"}),
    ("fast tier", "gpt-5", {}, {"service_tier": "fast"}, {"service_tier": "priority"}),
    ("tier of another server", "llama-3", {}, {"service_tier": "flex"}, {}),
    (
        "tier of a server that knows it",
        "llama-3",
        {"has_openai_fields": True},
        {"service_tier": "flex"},
        {"service_tier": "flex"},
    ),
    ("cache key", "gpt-4o", {}, {"prompt_cache_key": "k"}, {"prompt_cache_key": "k"}),
    ("cache key elsewhere", "llama-3", {}, {"prompt_cache_key": "k"}, {}),
    ("limit by name", "llama-3", {}, {"max_tokens": 9}, {"max_tokens": 9}),
    (
        "limit of the other name",
        "llama-3",
        {"has_completion_limit": True},
        {"max_tokens": 9},
        {"max_completion_tokens": 9},
    ),
    (
        "limit of the old name",
        "gpt-5",
        {"has_completion_limit": False},
        {"max_tokens": 9},
        {"max_tokens": 9},
    ),
    (
        "limit too high",
        "gpt-4o",
        {"max_tokens": 4096},
        {"max_tokens": 128_000},
        {"max_tokens": 4096},
    ),
    ("limit below", "gpt-4o", {"max_tokens": 4096}, {"max_tokens": 9}, {"max_tokens": 9}),
    (
        "reasoning without sampling",
        "r1",
        {"is_reasoning": True},
        {"temperature": 1, "stop": ["a"]},
        {},
    ),
    (
        "reasoning with sampling",
        "r1",
        {"is_reasoning": True, "has_sampling": True},
        {"temperature": 1, "stop": ["a"]},
        {"temperature": 1, "stop": ["a"]},
    ),
    (
        "no reasoning after all",
        "gpt-5",
        {"is_reasoning": False},
        {"temperature": 1},
        {"temperature": 1},
    ),
    ("a capability of a wrong type", "gpt-5", {"is_reasoning": "no"}, {"temperature": 1}, {}),
    (
        "an unknown capability",
        "gpt-4o",
        {"is_friendly": True},
        {"temperature": 1},
        {"temperature": 1},
    ),
]


@pytest.mark.parametrize(
    ("model", "capabilities", "given", "expected"),
    [pytest.param(*row, id=name) for name, *row in PARAMETERS],
)
def test_parameters_become_these_fields(
    model: str, capabilities: Json, given: Json, expected: Json
) -> None:
    assert fields(model, capabilities, **given) == expected


def test_efforts_may_be_a_list() -> None:
    assert traits_of("m", {"efforts": ["low", "high", 5]}).efforts == ("low", "high")
