"""Model events → log events → content parts."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from agents.engine.events import Noticed as RunNoticed
from agents.engine.events import RunEvent, ToolFinished
from agents.llm.wire import neutral
from conversations.eventlog.events import (
    Event,
    Noticed,
    PartClosed,
    PartGrew,
    PartOpened,
    Titled,
)
from conversations.generation.assemble import (
    Assembler,
    ContentPart,
    fold,
    joined,
    plain_text,
    text_of,
    visible_text,
)


def assembled(*events: RunEvent) -> tuple[list[Event], Assembler]:
    clock = itertools.count(100)
    assembler = Assembler(at_ms=lambda: next(clock), step_prefix="g")
    return [added for event in events for added in assembler.take(event)], assembler


def test_text_opens_a_slot_once_and_grows_it() -> None:
    events, assembler = assembled(neutral.TextDelta("a"), neutral.TextDelta("b"))
    assert events == [
        PartOpened(0, "text", "step_g_0", 100),
        PartGrew(0, "a"),
        PartGrew(0, "b"),
    ]
    assert assembler.close("completed") == [PartClosed(0, 101)]
    assert assembler.close("completed") == []
    assert assembler.content() == [{"type": "text", "text": "ab"}]


def test_each_change_of_kind_closes_the_slot_before() -> None:
    events, assembler = assembled(
        neutral.ThinkingDelta("hm"),
        neutral.ThinkingSigned("sig"),
        neutral.TextDelta("yes"),
        neutral.ThinkingDelta("wait"),
        neutral.TextDelta("no"),
        neutral.Finished("stop"),
    )
    assert [event.slot for event in events if isinstance(event, PartOpened)] == [0, 1, 2, 3]
    assert sum(isinstance(event, PartClosed) for event in events) == 4
    assert [part["type"] for part in assembler.content()] == ["think", "text", "think", "text"]


def test_parallel_calls_keep_their_arguments_apart_and_are_answered_by_id() -> None:
    events, assembler = assembled(
        neutral.ToolCallStarted(0, "c1", "find"),
        neutral.ToolCallStarted(1, "c2", "plot"),
        neutral.ToolCallDelta(0, '{"q":'),
        neutral.ToolCallDelta(1, "{}"),
        neutral.ToolCallDelta(0, "1}"),
        neutral.Finished("tool_calls"),
        ToolFinished("c2", "plotted"),
        ToolFinished("c1", "broken", is_error=True),
    )
    assert [event for event in events if isinstance(event, PartClosed)] == [
        PartClosed(1, 102, "completed", "plotted"),
        PartClosed(0, 103, "failed", "broken"),
    ]
    first, second = (part["tool_call"] for part in assembler.content())
    assert first == {
        "id": "c1",
        "name": "find",
        "args": '{"q":1}',
        "type": "tool_call",
        "progress": 1,
        "output": "broken",
        "runStepStatus": "failed",
        "runStepDurationMs": 3,
    }
    assert (second["output"], second["runStepStatus"]) == ("plotted", "completed")


def test_a_call_nobody_answered_is_cancelled_at_the_end() -> None:
    _, assembler = assembled(neutral.ToolCallStarted(0, "c1", "find"))
    [open_call] = assembler.content()
    assert open_call["tool_call"]["progress"] == 0.1
    assert assembler.close("cancelled") == [PartClosed(0, 101, "cancelled")]


def test_text_after_calls_begins_a_new_call_of_the_model() -> None:
    events, _ = assembled(
        neutral.ToolCallStarted(0, "c1", "find"),
        ToolFinished("c1", "x"),
        neutral.TextDelta("Found."),
        neutral.ToolCallDelta(0, "stray"),
        neutral.ToolCallStarted(0, "c2", "find"),
        neutral.ToolCallDelta(0, "{}"),
    )
    grown = [event for event in events if isinstance(event, PartGrew)]
    assert grown == [PartGrew(1, "Found."), PartGrew(2, "{}")]


def test_results_of_unknown_calls_and_facts_about_the_call_add_nothing() -> None:
    events, assembler = assembled(
        neutral.Started("id", "model"),
        neutral.UsageReported(neutral.Usage(1, 1)),
        ToolFinished("nobody", "x"),
        neutral.Failed("cut", "cut"),
    )
    assert (events, assembler.content()) == ([], [])


def test_a_notice_of_the_run_is_told_and_is_no_part_of_the_answer() -> None:
    events, assembler = assembled(RunNoticed("A cheaper model answers."))
    assert (events, assembler.content()) == ([Noticed("A cheaper model answers.")], [])


def test_empty_parts_are_not_stored() -> None:
    _, assembler = assembled(neutral.ThinkingDelta(""), neutral.TextDelta("x"))
    assert assembler.content() == [{"type": "text", "text": "x"}]


@given(st.lists(st.tuples(st.sampled_from(["text", "think", "call", "done"]), st.text(max_size=4))))
def test_what_is_stored_is_what_was_streamed(script: list[tuple[str, str]]) -> None:
    clock, number = itertools.count(), itertools.count()
    assembler = Assembler(at_ms=lambda: next(clock), step_prefix="g")
    log: list[Event] = []
    for kind, text in script:
        events: dict[str, RunEvent] = {
            "text": neutral.TextDelta(text),
            "think": neutral.ThinkingDelta(text),
            "call": neutral.ToolCallStarted(0, f"c{next(number)}", text),
            "done": neutral.Finished("stop"),
        }
        log += assembler.take(events[kind])
        assert fold([*log, Titled("x")]) == assembler.content()
    log += assembler.close("completed")
    assert fold(log) == assembler.content()
    words = "".join(text for kind, text in script if kind == "text")
    assert "".join(part["text"] for part in fold(log) if part["type"] == "text") == words
    opened = [event.slot for event in log if isinstance(event, PartOpened)]
    assert opened == list(range(len(opened)))
    assert sorted(e.slot for e in log if isinstance(e, PartClosed)) == opened


def test_text_that_continues_text_becomes_one_part() -> None:
    kept = [{"type": "think", "think": "a"}, {"type": "text", "text": "One"}]
    new = [{"type": "text", "text": " two"}, {"type": "text", "text": "x"}]
    assert joined(kept, new) == [
        {"type": "think", "think": "a"},
        {"type": "text", "text": "One two"},
        {"type": "text", "text": "x"},
    ]
    assert joined(kept, []) == kept
    assert joined([], new) == new
    assert joined(kept[:1], new) == [*kept[:1], *new]
    assert joined(kept, [{"type": "think", "think": "b"}])[-1] == {"type": "think", "think": "b"}


def test_words_are_found_in_every_shape() -> None:
    parts: list[ContentPart] = [
        {"type": "think", "think": "hm "},
        {"type": "text", "text": {"value": "old ", "annotations": []}},
        {"type": "text", "text": ""},
        {"type": "tool_call", "tool_call": {"args": "{}"}},
        {"type": "text", "text": "new"},
    ]
    assert text_of(parts[1]) == "old "
    assert visible_text(parts) == "old \n\nnew"
    assert plain_text(parts) == "hm old {}new"
