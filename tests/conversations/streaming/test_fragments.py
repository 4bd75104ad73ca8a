"""Events as fragments of the page."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.eventlog.events import Ended, Event, PartClosed, PartGrew, PartOpened, Waiting
from conversations.queries.replies import visible_text
from conversations.streaming.fragments import FragmentWriter, merged
from librechat.kernel import markup

TEXT = "Hello *you*.\n\n```python\nprint(1)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nBye."


def fed(writer: FragmentWriter, *events: Event) -> list[dict[str, Any]]:
    return [frame for event in events for frame in writer.feed(event)]


def html_of(frames: list[dict[str, Any]]) -> str:
    return "".join(frame["html"] for frame in frames if frame["type"] == "block")


def answer(*pieces: str) -> list[Event]:
    growing = [PartGrew(0, piece) for piece in pieces]
    return [PartOpened(0, "text", "s", 1), *growing, PartClosed(0, 2), Ended("done")]


def test_streamed_blocks_are_the_stored_html() -> None:
    frames = fed(FragmentWriter("R"), *answer(*TEXT))
    assert html_of(frames) == markup.render(TEXT)


@given(cuts=st.lists(st.integers(0, len(TEXT)), max_size=12))
def test_any_split_makes_the_same_blocks(cuts: list[int]) -> None:
    places = sorted({0, len(TEXT), *cuts})
    pieces = [TEXT[a:b] for a, b in itertools.pairwise(places)]
    assert html_of(fed(FragmentWriter("R"), *answer(*pieces))) == markup.render(TEXT)


def test_text_after_a_tool_call_begins_a_paragraph_of_its_own() -> None:
    frames = fed(
        FragmentWriter("R"),
        PartOpened(0, "text", "a", 1),
        PartGrew(0, "Let me look."),
        PartClosed(0, 2),
        PartOpened(1, "tool_call", "b", 3, call_id="c", name="search"),
        PartClosed(1, 4, output="found"),
        PartOpened(2, "text", "d", 5),
        PartGrew(2, "Here."),
        Ended("done"),
    )
    stored = [{"type": "text", "text": "Let me look."}, {"type": "text", "text": "Here."}]
    assert html_of(frames) == markup.render(visible_text(stored))


def test_reasoning_is_a_running_row_that_grows_and_is_replaced_when_done() -> None:
    frames = fed(
        FragmentWriter("R"),
        PartOpened(0, "think", "s", 1000),
        PartGrew(0, "Hm <b>"),
        PartClosed(0, 5000),
    )
    assert [(frame["type"], frame["key"]) for frame in frames] == [
        ("step", "s0"),
        ("think", "s0"),
        ("step", "s0"),
    ]
    assert "data-running" in frames[0]["html"]
    assert "Thought for 4 seconds" in frames[2]["html"]
    assert "Hm &lt;b&gt;" in frames[2]["html"]


def test_a_failed_tool_call_says_so() -> None:
    frames = fed(
        FragmentWriter("R"),
        PartOpened(0, "tool_call", "s", 0, call_id="c", name="plot_mcp_plotter"),
        PartClosed(0, 1, "failed", "no such function"),
    )
    assert "plot failed" in frames[1]["html"]
    assert "no such function" in frames[1]["html"]


def test_an_edited_answer_goes_on_in_the_kept_paragraph() -> None:
    kept = [{"type": "think", "think": "first"}, {"type": "text", "text": "EDITED start "}]
    writer = FragmentWriter("R", kept)
    frames = [*writer.begin(), *fed(writer, *answer("and the rest."))]
    assert frames[0]["key"] == "s0"
    assert html_of(frames) == markup.render("EDITED start and the rest.")


def test_reasoning_between_kept_and_new_text_parts_the_paragraphs() -> None:
    writer = FragmentWriter("R", [{"type": "text", "text": "Kept."}])
    frames = [
        *writer.begin(),
        *fed(
            writer,
            PartOpened(0, "think", "a", 1),
            PartGrew(0, "hm"),
            PartClosed(0, 2),
            PartOpened(1, "text", "b", 3),
            PartGrew(1, "New."),
            Ended("done"),
        ),
    ]
    assert html_of(frames) == markup.render("Kept.\n\nNew.")
    assert {frame["key"] for frame in frames if frame["type"] == "step"} == {"s1"}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "Still waiting for the provider."),
        (12, "The provider is busy; trying again in 12 s."),
    ],
)
def test_waiting_is_said_in_words(seconds: float, text: str) -> None:
    assert fed(FragmentWriter("R"), Waiting("busy", seconds)) == [
        {"type": "waiting", "text": text},
    ]


def test_neighboring_text_is_joined_and_other_frames_stay_in_order() -> None:
    frames = [
        {"type": "tail", "text": "a"},
        {"type": "tail", "text": "b"},
        {"type": "think", "key": "s0", "text": "c"},
        {"type": "think", "key": "s1", "text": "d"},
        {"type": "tail", "text": "e"},
    ]
    assert merged(frames) == [
        {"type": "tail", "text": "ab"},
        {"type": "think", "key": "s0", "text": "c"},
        {"type": "think", "key": "s1", "text": "d"},
        {"type": "tail", "text": "e"},
    ]
