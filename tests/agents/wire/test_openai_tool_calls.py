"""Tool calls in OpenAI streams, as servers that bend the rules send them."""

import pytest

from agents.llm.wire.neutral import Event, Finished, Started, ToolCallDelta, ToolCallStarted
from agents.llm.wire.openai_chat_stream import StreamDecoder
from agents.llm.wire.tool_calls import MOST_CALLS
from tests.agents.wire.transcripts import DONE, call_fragment, chunk, decoded


def calls_of(*fragments: bytes) -> list[Event]:
    events = decoded(StreamDecoder(), (*fragments, DONE))
    return [event for event in events if not isinstance(event, Started | Finished)]


def one(arguments: str, call_id: str = "c1") -> list[Event]:
    return [ToolCallStarted(0, call_id, "look"), ToolCallDelta(0, arguments)]


def two(first: str = "c1", second: str = "c2") -> list[Event]:
    return [
        ToolCallStarted(0, first, "look"),
        ToolCallDelta(0, "{}"),
        ToolCallStarted(1, second, "find"),
        ToolCallDelta(1, "{}"),
    ]


def test_a_repeated_id_and_name_continue_the_call() -> None:
    assert calls_of(
        call_fragment('{"a"', index=0, call_id="c1", name="look"),
        call_fragment(":1}", index=0, call_id="c1", name="look"),
    ) == [*one('{"a"'), ToolCallDelta(0, ":1}")]


def test_calls_without_an_index_are_told_apart_by_id() -> None:
    assert (
        calls_of(
            call_fragment("{}", call_id="c1", name="look"),
            call_fragment("{}", call_id="c2", name="find"),
        )
        == two()
    )


def test_a_fragment_without_index_and_id_continues_the_last_call() -> None:
    assert calls_of(call_fragment('{"a"', call_id="c1", name="look"), call_fragment(":1}")) == [
        *one('{"a"'),
        ToolCallDelta(0, ":1}"),
    ]


def test_another_id_under_the_same_index_is_another_call() -> None:
    assert (
        calls_of(
            call_fragment("{}", index=0, call_id="c1", name="look"),
            call_fragment("{}", index=0, call_id="c2", name="find"),
        )
        == two()
    )


def test_calls_without_any_id_get_one_and_are_told_apart_by_complete_arguments() -> None:
    made = ("call_chatcmpl-7_0", "call_chatcmpl-7_1")
    assert calls_of(call_fragment("{}", name="look"), call_fragment("{}", name="find")) == two(
        *made
    )
    assert calls_of(
        call_fragment("{}", index=0, name="look"), call_fragment("{}", index=0, name="find")
    ) == two(*made)


def test_a_late_name_keeps_the_arguments_that_came_before_it() -> None:
    assert calls_of(
        call_fragment('{"a"', index=0, call_id="c1"),
        call_fragment(":1}", index=0, name="look"),
    ) == one('{"a":1}')


def test_a_name_in_pieces_is_put_together() -> None:
    assert calls_of(
        call_fragment("", index=0, call_id="c1", name="lo"),
        call_fragment("", index=0, name="ok"),
        call_fragment("{}", index=0),
    ) == one("{}")


def test_a_late_id_is_taken() -> None:
    assert calls_of(
        call_fragment("", index=0, name="look"), call_fragment("{}", index=0, call_id="c1")
    ) == one("{}")


def test_a_call_without_arguments_starts_before_the_text_that_follows() -> None:
    events = calls_of(
        call_fragment(None, index=0, call_id="c1", name="look"), chunk({"content": "then"})
    )
    assert events[0] == ToolCallStarted(0, "c1", "look")


def test_a_call_without_arguments_starts_at_the_end() -> None:
    assert calls_of(call_fragment("", index=0, call_id="c1", name="look")) == [
        ToolCallStarted(0, "c1", "look")
    ]


def test_a_call_that_never_gets_a_name_is_dropped() -> None:
    assert calls_of(call_fragment('{"a":1}', index=0, call_id="c1")) == []


def test_arguments_sent_as_an_object_become_text() -> None:
    assert calls_of(call_fragment({"a": "ü"}, index=0, call_id="c1", name="look")) == one(
        '{"a":"ü"}'
    )


def test_the_old_function_call_is_a_call() -> None:
    legacy = {"function_call": {"name": "look", "arguments": "{}"}}
    assert calls_of(chunk(legacy)) == one("{}", "call_chatcmpl-7_0")


@pytest.mark.parametrize("index", [None, 0])
def test_calls_above_the_limit_are_ignored(index: int | None) -> None:
    many = [
        call_fragment("{}", index=index, call_id=f"c{number}", name="look")
        for number in range(MOST_CALLS + 5)
    ]
    started = [event for event in calls_of(*many) if isinstance(event, ToolCallStarted)]
    assert len(started) == MOST_CALLS
