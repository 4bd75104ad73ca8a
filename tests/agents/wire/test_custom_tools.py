"""Tools that take free text, said to servers that know only JSON."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire.custom_tools import INPUT_SCHEMA, as_functions, unwrapped
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    Failed,
    Finished,
    TextDelta,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
)
from agents.llm.wire.parts import Message, TextPart, ToolCallPart

GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": 'start: "a"'}
PATCH = Tool("patch", "Applies a patch.", kind="custom", grammar=GRAMMAR)
FIND = Tool("find", "Finds.")
RULE = 'The input must follow this lark grammar:\nstart: "a"'


def request(*tools: Tool, parts: tuple[ToolCallPart, ...] = ()) -> ChatRequest:
    return ChatRequest("gpt", (Message("assistant", (TextPart("a"), *parts)),), tools)


@pytest.mark.parametrize(
    ("tool", "description"),
    [
        (PATCH, f"Applies a patch.\n\n{RULE}"),
        (Tool("patch", kind="custom", grammar=GRAMMAR), RULE),
        (Tool("patch", "Text.", kind="custom"), "Text."),
        (
            Tool("patch", kind="custom", grammar={"type": "grammar", "grammar": GRAMMAR}),
            RULE,
        ),
    ],
)
def test_a_custom_tool_becomes_a_function_of_one_string(tool: Tool, description: str) -> None:
    changed = as_functions(request(FIND, tool)).request
    assert changed.tools == (FIND, Tool("patch", description, INPUT_SCHEMA))


def test_requests_without_custom_tools_stay_the_same_object() -> None:
    plain = request(FIND, parts=(ToolCallPart("c1", "find", "{}"),))
    prepared = as_functions(plain)
    assert prepared.request is plain


def test_calls_of_the_history_are_wrapped_even_when_the_tool_is_gone() -> None:
    custom = ToolCallPart("c1", "patch", "*** Begin", kind="custom")
    plain = ToolCallPart("c2", "find", "{}")
    prepared = as_functions(request(parts=(custom, plain)))
    assert prepared.request.messages[0].parts == (
        TextPart("a"),
        ToolCallPart("c1", "patch", '{"input":"*** Begin"}'),
        plain,
    )
    assert prepared.restore([TextDelta("a")]) == [TextDelta("a")]


def restored(*events: Event) -> list[Event]:
    restore = as_functions(request(PATCH, FIND)).restore
    return [event for one in events for event in restore([one])]


START = ToolCallStarted(0, "c1", "patch")
CUSTOM = ToolCallStarted(0, "c1", "patch", "custom")


def test_the_text_comes_back_when_it_is_whole() -> None:
    assert restored(
        START,
        ToolCallDelta(0, '{"input": "a\\n'),
        ToolCallDelta(0, '\\"}'),
        ToolCallDelta(0, 'b"}'),
        Finished("tool_calls"),
    ) == [CUSTOM, ToolCallDelta(0, 'a\n"}b'), Finished("tool_calls")]


def test_a_brace_of_the_text_at_the_end_of_a_piece_is_not_the_end() -> None:
    assert restored(
        START,
        ToolCallDelta(0, '{"input": "f {}'),
        ToolCallDelta(0, ' g"}'),
        Finished("tool_calls"),
    ) == [CUSTOM, ToolCallDelta(0, "f {} g"), Finished("tool_calls")]


def test_text_that_is_no_wrapper_comes_back_as_it_is() -> None:
    end = Finished("length")
    assert restored(START, ToolCallDelta(0, '{"input": "a'), end) == [
        CUSTOM,
        ToolCallDelta(0, '{"input": "a'),
        end,
    ]
    assert restored(START, ToolCallDelta(0, '{"other": "a"}'), end) == [
        CUSTOM,
        ToolCallDelta(0, '{"other": "a"}'),
        end,
    ]


def test_calls_without_text_and_failed_answers_add_nothing() -> None:
    assert restored(START, Finished("tool_calls")) == [CUSTOM, Finished("tool_calls")]
    cut = Failed("cut", "Cut.")
    assert restored(START, ToolCallDelta(0, '{"inp'), cut) == [CUSTOM, cut]


def test_other_calls_pass() -> None:
    events: list[Event] = [
        ToolCallStarted(1, "c2", "find"),
        ToolCallDelta(1, '{"q":'),
        Finished("tool_calls"),
    ]
    assert restored(*events) == events


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ('{"input": "a"}', "a"),
        ('{"input": ""}', ""),
        ('{"input": 5}', '{"input": 5}'),
        ("[]", "[]"),
        ("patch", "patch"),
        ("", ""),
    ],
)
def test_a_wrapper_is_taken_off(arguments: str, text: str) -> None:
    assert unwrapped(arguments) == text


awkward = st.text(st.sampled_from('a{}" \\\n:é'), min_size=1, max_size=30)


@given(awkward, st.lists(st.integers(0, 99)))
def test_any_text_in_any_pieces_comes_back(text: str, cuts: list[int]) -> None:
    wrapped = json.dumps({"input": text})
    marks = [0, *sorted(at % (len(wrapped) + 1) for at in cuts), len(wrapped)]
    pieces = [wrapped[left:right] for left, right in itertools.pairwise(marks)]
    deltas = [ToolCallDelta(0, piece) for piece in pieces]
    sent = restored(START, *deltas, Finished("tool_calls"))
    assert sent == [CUSTOM, ToolCallDelta(0, text), Finished("tool_calls")]
