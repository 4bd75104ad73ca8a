"""Fitting history into a window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.engine.budget import allowance, fit, turns_of
from agents.errors import InputTooLongError
from agents.llm.wire.parts import Message, TextPart, ToolCallPart, ToolResultPart


def asked(text: str) -> Message:
    return Message("user", (TextPart(text),))


def said(text: str) -> Message:
    return Message("assistant", (TextPart(text),))


CALL = Message("assistant", (ToolCallPart("1", "find", "{}"),))
RESULT = Message("tool", (ToolResultPart("1", (TextPart("found"),)),))


def size(message: Message) -> int:
    return sum(len(getattr(part, "text", "four")) for part in message.parts)


def test_all_that_fits_is_kept_in_order() -> None:
    messages = [asked("aa"), said("bb"), asked("cc")]
    assert fit(messages, allowed=6, count=size) == tuple(messages)


def test_the_oldest_turns_go_first_and_whole() -> None:
    messages = [asked("aaaa"), said("bbbb"), asked("cc"), said("dd"), asked("e")]
    assert fit(messages, allowed=8, count=size) == tuple(messages[2:])


def test_a_call_and_its_result_stay_together() -> None:
    messages = [asked("a"), CALL, RESULT, said("b"), asked("c")]
    assert fit(messages, allowed=10, count=size) == (asked("c"),)
    assert fit(messages, allowed=11, count=size) == tuple(messages)


def test_the_newest_turn_alone_must_fit() -> None:
    with pytest.raises(InputTooLongError) as refused:
        fit([asked("old"), asked("much too long")], allowed=5, count=size)
    assert refused.value.data["body"] == {"type": "INPUT_LENGTH", "info": "13 / 5"}


def test_no_messages_fit_anywhere() -> None:
    assert fit([], allowed=0, count=size) == ()


def test_a_history_that_begins_with_an_answer_is_a_turn_too() -> None:
    assert turns_of([said("a"), asked("b")]) == [[said("a")], [asked("b")]]


def test_a_window_leaves_room_for_the_answer_and_a_reserve() -> None:
    assert allowance(10_000, is_explicit=True, max_tokens=1_000, max_output=None) == 9_000
    assert allowance(10_000, is_explicit=False, max_tokens=1_000, max_output=None) == 8_500
    assert allowance(10_000, is_explicit=True, max_tokens=None, max_output=500) == 9_500
    assert allowance(10_000, is_explicit=True, max_tokens=None, max_output=9_000) == 7_500
    assert allowance(100_000, is_explicit=True, max_tokens=None, max_output=None) == 95_904
    assert allowance(1_000, is_explicit=True, max_tokens=5_000, max_output=None) == 0


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9)), min_size=1), st.integers(1, 60))
def test_what_is_kept_is_the_end_and_within_the_allowance(
    rows: list[tuple[bool, int]],
    allowed: int,
) -> None:
    messages = [(asked if is_asked else said)("x" * length) for is_asked, length in rows]
    try:
        kept = fit(messages, allowed=allowed, count=size)
    except InputTooLongError:
        assert sum(map(size, turns_of(messages)[-1])) > allowed
        return
    assert tuple(messages[len(messages) - len(kept) :]) == kept
    assert 0 < sum(map(size, kept)) <= allowed
