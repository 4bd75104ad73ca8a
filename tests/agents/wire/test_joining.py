"""What came at once is told at once, and nothing of it is lost or moved."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire.joining import joined
from agents.llm.wire.neutral import (
    Event,
    Finished,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolCallDelta,
    ToolCallStarted,
)

OTHERS: tuple[Event, ...] = (
    ThinkingSigned("signature"),
    ToolCallStarted(0, "call", "weather"),
    ToolCallDelta(0, "{}"),
)
texts = st.text(max_size=3)
events = st.lists(
    st.builds(TextDelta, texts) | st.builds(ThinkingDelta, texts) | st.sampled_from(OTHERS)
)


def letters(said: list[Event]) -> list[object]:
    """Return each letter with what it is a letter of, and the other events as they are."""
    return [
        one
        for event in said
        for one in (
            [(event.type, letter) for letter in event.text]
            if isinstance(event, TextDelta | ThinkingDelta)
            else [event]
        )
    ]


def test_texts_that_follow_each_other_are_one() -> None:
    said: list[Event] = [
        Started("1", "m"),
        ThinkingDelta("h"),
        ThinkingDelta("m"),
        TextDelta("One"),
        TextDelta(", "),
        TextDelta("two"),
        Finished("stop"),
    ]
    assert joined(said) == [
        Started("1", "m"),
        ThinkingDelta("hm"),
        TextDelta("One, two"),
        Finished("stop"),
    ]


def test_texts_with_something_between_them_stay_apart() -> None:
    said: list[Event] = [
        TextDelta("a"),
        OTHERS[0],
        TextDelta("b"),
        ThinkingDelta("c"),
        TextDelta("d"),
    ]
    assert joined(said) == said


@given(events)
def test_every_letter_stays_and_stays_in_its_place(said: list[Event]) -> None:
    together = joined(said)
    assert letters(together) == letters(said)
    for one, following in pairwise(together):
        assert not isinstance(one, TextDelta | ThinkingDelta) or type(one) is not type(following)


def test_a_long_text_is_told_in_pieces() -> None:
    said: list[Event] = [TextDelta("x" * 100)] * 10
    lengths = [len(event.text) for event in joined(said) if isinstance(event, TextDelta)]
    assert lengths == [300, 300, 300, 100]
