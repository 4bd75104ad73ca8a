"""Requests fitted to Anthropic's models, and the way back for their answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire.anthropic_preparing import MUST_CALL_ANY
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    Finished,
    TextDelta,
    ThinkingSigned,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
)
from agents.llm.wire.parts import Message, TextPart, ToolCallPart, ToolResultPart
from tests.agents.wire.anthropic_prepared import NEW, body_of, prepared, restored
from tests.agents.wire.anthropic_requests import HELLO, say, text, turn


def test_a_plain_request_stays_as_it_is() -> None:
    one = prepared(temperature=0.5)
    assert one.request == ChatRequest(NEW, (HELLO,), (), {"temperature": 0.5})
    assert one.dropped == ()
    events: list[Event] = [TextDelta("a"), Finished("stop")]
    assert restored(one, events) == events


def test_names_are_made_legal_and_given_back() -> None:
    one = prepared(
        HELLO,
        say("assistant", ToolCallPart("c", "my.tool", "{}")),
        say("tool", ToolResultPart("c", (TextPart("x"),))),
        tools=(Tool("my.tool"),),
        tool_choice="my.tool",
    )
    body = body_of(one)
    assert body["tools"][0]["name"] == "my_tool"
    assert body["tool_choice"] == {"type": "tool", "name": "my_tool"}
    assert body["messages"][1]["content"][0]["name"] == "my_tool"
    call = ToolCallStarted(0, "t", "my_tool")
    assert restored(one, [call]) == [ToolCallStarted(0, "t", "my.tool")]


@pytest.mark.parametrize(
    ("model", "longest"), [(NEW, 128), ("anthropic.claude-sonnet-4-5-v1:0", 64), ("proxy", 64)]
)
def test_names_are_as_long_as_the_server_lets_them_be(model: str, longest: int) -> None:
    (tool,) = body_of(prepared(model=model, tools=(Tool("n" * 200),)))["tools"]
    assert len(tool["name"]) == longest


def test_thoughts_are_marked_as_anthropics() -> None:
    assert restored(prepared(), [ThinkingSigned("s"), ThinkingSigned("t", format="x")]) == [
        ThinkingSigned("s", format="anthropic"),
        ThinkingSigned("t", format="x"),
    ]


def test_custom_tools_take_one_text_and_give_it_back() -> None:
    grammar = {"type": "grammar", "syntax": "lark", "definition": "start: /x/"}
    one = prepared(
        HELLO,
        say("assistant", ToolCallPart("c", "free", "x = 1", kind="custom")),
        say("tool", ToolResultPart("c", (TextPart("done"),))),
        tools=(Tool("free", "Runs.", kind="custom", grammar=grammar),),
    )
    body = body_of(one)
    (tool,) = body["tools"]
    assert tool["input_schema"]["properties"] == {"input": {"type": "string"}}
    assert tool["input_schema"]["required"] == ["input"]
    assert tool["description"].startswith("Runs.")
    assert "start: /x/" in tool["description"]
    assert body["messages"][1]["content"][0]["input"] == {"input": "x = 1"}
    events: list[Event] = [
        ToolCallStarted(0, "t", "free"),
        ToolCallDelta(0, '{"input":"y'),
        ToolCallDelta(0, ' = 2"}'),
        Finished("tool_calls"),
    ]
    assert restored(one, events) == [
        ToolCallStarted(0, "t", "free", kind="custom"),
        ToolCallDelta(0, "y = 2"),
        Finished("tool_calls"),
    ]


@pytest.mark.parametrize(
    ("choice", "words"),
    [("required", MUST_CALL_ANY), ("find", "Call the tool find before you answer.")],
)
@pytest.mark.parametrize(
    ("model", "parameters"), [("claude-opus-5-5", {}), (NEW, {"thinking": True})]
)
def test_a_call_that_cannot_be_forced_is_asked_for(
    choice: str, words: str, model: str, parameters: dict[str, Any]
) -> None:
    one = prepared(model=model, tools=(Tool("find"),), tool_choice=choice, **parameters)
    body = body_of(one)
    assert body["system"] == [text(words)]
    assert body["tool_choice"] == {"type": "auto"}


def test_a_call_that_can_be_forced_needs_no_words() -> None:
    assert "system" not in body_of(prepared(tools=(Tool("find"),), tool_choice="required"))
    assert "system" not in body_of(prepared(model="claude-opus-5-5", tool_choice="required"))


def test_of_system_messages_alone_the_last_is_the_question() -> None:
    body = body_of(prepared(say("system", "Be kind."), say("system", "Who are you?")))
    assert body["system"] == [text("Be kind.")]
    assert body["messages"] == [turn("user", text("Who are you?"))]


@pytest.mark.parametrize(
    ("model", "parameters", "dropped"),
    [
        (NEW, {"temperature": 1, "top_p": 1, "stop": ["a"], "max_tokens": 9}, ()),
        (
            NEW,
            {"seed": 5, "presence_penalty": 0.0, "verbosity": None},
            ("presence_penalty", "seed"),
        ),
        (NEW, {"temperature": 1, "thinking": True}, ("temperature",)),
        ("claude-opus-4-7", {"top_p": 1, "top_k": 5, "seed": 1}, ("top_p", "top_k", "seed")),
        (
            NEW,
            {"frequency_penalty": 1, "prompt_cache_key": "k"},
            ("frequency_penalty", "prompt_cache_key"),
        ),
    ],
)
def test_what_cannot_be_said_is_named(
    model: str, parameters: dict[str, Any], dropped: tuple[str, ...]
) -> None:
    assert prepared(model=model, **parameters).dropped == dropped


def test_an_id_that_was_there_before_gets_a_number_in_the_answer() -> None:
    call = Message("assistant", (ToolCallPart("toolu_1", "find", "{}"),))
    found = Message("tool", (ToolResultPart("toolu_1", (TextPart("42"),)),))
    one = prepared(HELLO, call, found, tools=(Tool("find"),))
    told = [ToolCallStarted(0, "toolu_1", "find"), ToolCallStarted(1, "toolu_1", "find")]
    ids = [event.id for event in restored(one, told) if isinstance(event, ToolCallStarted)]
    assert ids == ["toolu_1_2", "toolu_1_3"]


ids = st.sampled_from(["toolu_1", "toolu_1_2", "call_0", "c.1", ""])


@given(st.lists(ids, max_size=4), st.lists(ids, min_size=1, max_size=6))
def test_whatever_ids_a_provider_gives_each_call_of_a_client_is_one(
    known: list[str], given_ids: list[str]
) -> None:
    """What the client has and gets are different ids, and its results find their calls."""
    history = [HELLO]
    for call_id in dict.fromkeys(known):
        history += [
            Message("assistant", (ToolCallPart(call_id, "find", "{}"),)),
            Message("tool", (ToolResultPart(call_id, (TextPart(call_id),)),)),
        ]
    one = prepared(*history, tools=(Tool("find"),))
    told = [ToolCallStarted(at, name, "find") for at, name in enumerate(given_ids)]
    got = [event.id for event in restored(one, told) if isinstance(event, ToolCallStarted)]
    assert len({*known, *got}) == len(set(known)) + len(given_ids)
    calls = tuple(ToolCallPart(name, "find", "{}") for name in got)
    results = tuple(ToolResultPart(name, (TextPart(f"of {name}"),)) for name in reversed(got))
    again = body_of(
        prepared(
            *history, Message("assistant", calls), Message("tool", results), tools=(Tool("f"),)
        )
    )
    sent = [block["id"] for block in again["messages"][-2]["content"]]
    answers = {
        block["tool_use_id"]: block["content"][0]["text"]
        for block in again["messages"][-1]["content"]
    }
    assert [answers[name] for name in sent] == [f"of {name}" for name in got]
