"""The frames of api.md section 6, made from events."""

from typing import Any

import pytest

from conversations.eventlog.events import (
    Created,
    Ended,
    Event,
    PartClosed,
    PartGrew,
    PartOpened,
    Titled,
    UsageKnown,
    Waiting,
)
from conversations.streaming.librechat_frames import (
    FrameWriter,
    RunFacts,
    aborted_frame,
    error_frame,
    final_frame,
)

FACTS = RunFacts("C", "R", "GPT-4o", "openAI", "gpt-4o")
CREATED = Created(
    {
        "messageId": "U",
        "parentMessageId": "0",
        "conversationId": "C",
        "sender": "User",
        "text": "Hi",
        "isCreatedByUser": True,
    },
    "R",
)


def written(*events: Event) -> list[dict[str, Any]]:
    writer = FrameWriter(FACTS)
    return [frame for event in events for frame in writer.feed(event)]


def test_created_is_the_first_frame_and_names_the_stream() -> None:
    assert written(CREATED) == [{"created": True, "message": CREATED.message, "streamId": "C"}]


def test_a_plain_answer_reads_as_in_the_transcript() -> None:
    frames = written(
        PartOpened(0, "text", "step_k2V0", 1000),
        PartGrew(0, "Ninety"),
        Titled("A prime above 90"),
        PartGrew(0, "-seven."),
        PartClosed(0, 1230),
    )
    assert frames == [
        {
            "event": "on_run_step",
            "data": {
                "id": "step_k2V0",
                "runId": "R",
                "type": "message_creation",
                "index": 0,
                "stepIndex": 0,
                "stepDetails": {
                    "type": "message_creation",
                    "message_creation": {"message_id": "msg_k2V0", "content_type": "text"},
                },
                "usage": None,
                "status": "in_progress",
                "created_at": 1000,
            },
        },
        {
            "event": "on_message_delta",
            "data": {
                "id": "step_k2V0",
                "delta": {"content": [{"type": "text", "text": "Ninety"}]},
            },
        },
        {"event": "title", "data": {"conversationId": "C", "title": "A prime above 90"}},
        {
            "event": "on_message_delta",
            "data": {
                "id": "step_k2V0",
                "delta": {"content": [{"type": "text", "text": "-seven."}]},
            },
        },
        {
            "event": "on_run_step_closed",
            "data": {
                "id": "step_k2V0",
                "index": 0,
                "type": "message_creation",
                "status": "completed",
                "created_at": 1000,
                "closed_at": 1230,
                "runId": "R",
                "stepIndex": 0,
            },
        },
    ]


def test_reasoning_has_a_step_of_its_own_before_the_text() -> None:
    frames = written(
        PartOpened(0, "think", "step_t1", 1),
        PartGrew(0, "Check 2."),
        PartClosed(0, 2),
        PartOpened(1, "text", "step_t2", 3),
    )
    assert [frame["event"] for frame in frames] == [
        "on_run_step",
        "on_reasoning_delta",
        "on_run_step_closed",
        "on_run_step",
    ]
    assert frames[1]["data"]["delta"] == {"content": [{"type": "think", "think": "Check 2."}]}
    assert frames[3]["data"]["index"] == 1


def test_a_tool_call_opens_streams_its_arguments_and_completes() -> None:
    frames = written(
        PartOpened(0, "tool_call", "step_a", 10, call_id="call_77", name="plot_mcp_plotter"),
        PartGrew(0, '{"f":"x^2"}'),
        PartClosed(0, 430, output="plotted"),
    )
    assert [frame["event"] for frame in frames] == [
        "on_run_step",
        "on_run_step_delta",
        "on_run_step_delta",
        "on_run_step_completed",
        "on_run_step_closed",
    ]
    call = {"id": "call_77", "name": "plot_mcp_plotter", "args": {}, "type": "tool_call"}
    assert frames[0]["data"]["stepDetails"] == {"type": "tool_calls", "tool_calls": [call]}
    assert frames[1]["data"]["delta"]["tool_calls"] == [
        {
            "name": "plot_mcp_plotter",
            "args": "",
            "id": "call_77",
            "index": 0,
            "type": "tool_call_chunk",
        },
    ]
    assert frames[3]["data"] == {
        "result": {
            "id": "step_a",
            "index": 0,
            "type": "tool_call",
            "tool_call": {
                "id": "call_77",
                "name": "plot_mcp_plotter",
                "args": '{"f":"x^2"}',
                "output": "plotted",
                "progress": 1,
            },
            "completed_at": 430,
        },
    }


def test_usage_is_told_with_cached_tokens_counted_as_input() -> None:
    usage = {"input": 5, "output": 7, "cache_read": 3, "cache_write": 2, "cost": 1500}
    [frame] = written(UsageKnown(usage))
    assert frame["data"] == {
        "input_tokens": 10,
        "output_tokens": 7,
        "total_tokens": 17,
        "input_token_details": {"cache_creation": 2, "cache_read": 3},
        "model": "gpt-4o",
        "provider": "openAI",
        "runId": "R",
        "cost": 0.0015,
    }


def test_waiting_and_the_end_have_no_frame_here() -> None:
    assert written(Waiting("busy"), Ended("done")) == []


@pytest.mark.parametrize("cut", range(8))
def test_a_resumed_stream_goes_on_without_gap_or_repeat(cut: int) -> None:
    events: list[Event] = [
        CREATED,
        PartOpened(0, "think", "step_1", 1),
        PartGrew(0, "hm"),
        PartClosed(0, 2),
        PartOpened(1, "text", "step_2", 3),
        PartGrew(1, "one, "),
        Titled("Counting"),
        PartGrew(1, "two"),
    ]
    writer = FrameWriter(FACTS)
    for event in events[:cut]:
        writer.feed(event)
    state = writer.resume_state()
    text = "".join(part.get("text", "") for part in state["aggregatedContent"])
    known = {step["id"] for step in state["runSteps"]}
    for frame in (frame for event in events[cut:] for frame in writer.feed(event)):
        if frame.get("event") == "on_run_step":
            known.add(frame["data"]["id"])
        if frame.get("event") == "on_message_delta":
            assert frame["data"]["id"] in known
            text += frame["data"]["delta"]["content"][0]["text"]
    assert text == "one, two"


def test_the_sync_frame_holds_steps_content_question_and_title() -> None:
    writer = FrameWriter(FACTS)
    for event in (
        CREATED,
        PartOpened(0, "think", "step_1", 1),
        PartGrew(0, "hm"),
        PartClosed(0, 2),
        Titled("Counting"),
        PartOpened(1, "text", "step_2", 3),
        PartGrew(1, "One"),
    ):
        writer.feed(event)
    frame = writer.sync_frame()
    assert (frame["sync"], frame["pendingEvents"]) == (True, [])
    state = frame["resumeState"]
    assert [step["status"] for step in state["runSteps"]] == ["completed", "in_progress"]
    assert state["aggregatedContent"] == [
        {"type": "think", "think": "hm"},
        {"type": "text", "text": "One"},
    ]
    assert state["userMessage"] == {
        "messageId": "U",
        "parentMessageId": "0",
        "conversationId": "C",
        "text": "Hi",
    }
    assert state["titleEvent"]["data"] == {"conversationId": "C", "title": "Counting"}
    assert (state["responseMessageId"], state["sender"], state["model"]) == (
        "R",
        "GPT-4o",
        "gpt-4o",
    )


ROWS: dict[str, dict[str, Any]] = {
    "conversation": {"conversationId": "C", "title": "New Chat", "model": "gpt-4o"},
    "request": {"messageId": "U"},
    "response": {"messageId": "R", "parentMessageId": "U", "content": []},
}


def test_the_final_frame_carries_the_three_rows_and_version_1() -> None:
    assert final_frame(**ROWS) == {
        "final": True,
        "conversation": ROWS["conversation"],
        "title": "New Chat",
        "requestMessage": {"messageId": "U"},
        "responseMessage": ROWS["response"],
        "generationProtocolVersion": 1,
    }


def test_a_stopped_turn_keeps_its_text_and_is_marked_unfinished() -> None:
    frame = aborted_frame(**ROWS, is_early=False)
    assert frame["conversation"] == {"conversationId": "C"}
    assert frame["responseMessage"]["unfinished"] is True
    assert (frame["aborted"], frame["earlyAbort"], frame["final"]) == (True, False, True)


def test_a_turn_stopped_before_anything_was_stored_has_no_messages() -> None:
    frame = aborted_frame(**ROWS, is_early=True)
    assert (frame["earlyAbort"], frame["requestMessage"], frame["responseMessage"]) == (
        True,
        None,
        None,
    )


def test_an_error_frame_says_the_protocol_version() -> None:
    assert error_frame('{"type":"no_user_key"}') == {
        "error": '{"type":"no_user_key"}',
        "generationProtocolVersion": 1,
    }
