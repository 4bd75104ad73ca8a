"""Tool names that an upstream does not accept, and their way back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire.call_ids import FreshCallIds
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    TextDelta,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
)
from agents.llm.wire.parts import Message, TextPart, ToolCallPart, ToolResultPart
from agents.llm.wire.tool_names import named_for

LONG = "mcp__files__" + "read_" * 20


def request(*names: str, used: tuple[str, ...] = (), choice: str = "") -> ChatRequest:
    calls = tuple(ToolCallPart(f"c{n}", name, "{}") for n, name in enumerate(used))
    return ChatRequest(
        "gpt",
        (Message("user", (TextPart("a"),)), Message("assistant", calls)),
        tuple(Tool(name) for name in names),
        {"tool_choice": choice} if choice else {},
    )


def sent(*names: str, longest: int = 64) -> list[str]:
    prepared = named_for(request(*names), longest=longest)
    return [tool.name for tool in prepared.request.tools]


CASES: list[tuple[str, list[str], list[str]]] = [
    ("legal", ["find", "read-file_2"], ["find", "read-file_2"]),
    ("dots and colons", ["fs.read", "fs:read"], ["fs_read", "fs_read_2"]),
    ("other letters", ["größe", "名前"], ["gr__e", "__"]),
    ("blanks", ["read file"], ["read_file"]),
    ("empty", [""], ["tool"]),
    ("a legal name is not taken from its owner", ["fs.read", "fs_read"], ["fs_read_2", "fs_read"]),
    ("three of a kind", ["a.b", "a:b", "a/b"], ["a_b", "a_b_2", "a_b_3"]),
    ("two tools of one name", ["find", "find"], ["find"]),
]


@pytest.mark.parametrize(
    ("names", "expected"), [pytest.param(*row, id=name) for name, *row in CASES]
)
def test_names_become_these(names: list[str], expected: list[str]) -> None:
    assert sent(*names) == expected


def test_a_name_that_is_too_long_ends_with_a_digest() -> None:
    (name,) = sent(LONG)
    assert len(name) == 64
    assert re.fullmatch(re.escape(LONG[:55]) + "_[0-9a-f]{8}", name)
    assert sent(LONG, longest=128) == [LONG]
    assert len(set(sent(LONG + "a", LONG + "b"))) == 2


def test_long_names_that_collide_are_numbered_within_the_limit() -> None:
    names = sent("a" * 60 + "....", "a" * 60 + "::::", longest=64)
    assert names == ["a" * 60 + "____", "a" * 60 + "___2"[:2] + "_2"]
    assert [len(name) for name in names] == [64, 64]


def test_the_choice_and_the_history_are_renamed_alike() -> None:
    prepared = named_for(
        request("fs.read", used=("fs.read", "gone.by"), choice="fs.read"), longest=64
    )
    assert prepared.request.parameters == {"tool_choice": "fs_read"}
    calls = prepared.request.messages[1].parts
    assert [part.name for part in calls if isinstance(part, ToolCallPart)] == ["fs_read", "gone_by"]


@pytest.mark.parametrize("mode", ["auto", "none", "required"])
def test_modes_of_choice_are_no_names(mode: str) -> None:
    prepared = named_for(request("fs.read", choice=mode), longest=64)
    assert prepared.request.parameters == {"tool_choice": mode}


def test_a_choice_of_a_tool_that_is_not_there_is_renamed_too() -> None:
    prepared = named_for(request("find", choice="fs.read"), longest=64)
    assert prepared.request.parameters == {"tool_choice": "fs_read"}


def test_names_come_back_in_the_answer() -> None:
    prepared = named_for(request("fs.read", "find"), longest=64)
    events: list[Event] = [
        TextDelta("fs_read"),
        ToolCallStarted(0, "c1", "fs_read"),
        ToolCallDelta(0, "{}"),
        ToolCallStarted(1, "c2", "find"),
    ]
    assert prepared.restore(list(events)) == [
        TextDelta("fs_read"),
        ToolCallStarted(0, "c1", "fs.read"),
        ToolCallDelta(0, "{}"),
        ToolCallStarted(1, "c2", "find"),
    ]


def test_a_request_without_foreign_names_stays_the_same_object() -> None:
    plain = request("find", used=("find",))
    prepared = named_for(plain, longest=64)
    assert prepared.request is plain


@given(st.lists(st.text(max_size=80), max_size=8, unique=True), st.sampled_from([64, 128]))
def test_any_names_are_legal_different_and_come_back(names: list[str], longest: int) -> None:
    prepared = named_for(request(*names), longest=longest)
    wire = [tool.name for tool in prepared.request.tools]
    assert len(set(wire)) == len(names)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]+", name) and len(name) <= longest for name in wire)
    assert [tool.name for tool in named_for(request(*names), longest=longest).request.tools] == wire
    started = [ToolCallStarted(n, f"c{n}", name) for n, name in enumerate(wire)]
    restored = prepared.restore([*started])
    assert [event.name for event in restored if isinstance(event, ToolCallStarted)] == names


# --- Ids that an answer repeats ------------------------------------------------------------


HISTORY = [
    Message("assistant", (ToolCallPart("call_0", "find", "{}"),)),
    Message("tool", (ToolResultPart("call_0", ()),)),
]


def test_an_id_of_the_history_gets_a_number() -> None:
    ids = FreshCallIds(HISTORY)
    again = ToolCallStarted(0, "call_0", "find")
    assert ids.restore([again]) == [ToolCallStarted(0, "call_0_2", "find")]
    assert ids.restore([again]) == [ToolCallStarted(0, "call_0_3", "find")]


def test_fresh_ids_and_other_events_stay() -> None:
    ids = FreshCallIds(HISTORY)
    text: list[Event] = [TextDelta("call_0")]
    assert ids.restore(text) is text
    assert ids.restore([TextDelta("a"), ToolCallStarted(0, "call_1", "find")]) == [
        TextDelta("a"),
        ToolCallStarted(0, "call_1", "find"),
    ]
