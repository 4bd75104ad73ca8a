"""Run steps and content parts: the inner shapes of LibreChat's stream."""

from dataclasses import dataclass
from typing import Any

from conversations.eventlog.events import PartClosed, PartOpened

Frame = dict[str, Any]


@dataclass(slots=True)
class Slot:
    """A content slot so far: its run step and its text."""

    step: Frame
    opened: PartOpened
    text: str = ""
    closed: PartClosed | None = None


def event_frame(name: str, content: Frame) -> Frame:
    """Return a named event."""
    return {"event": name, "data": content}


def run_step(event: PartOpened, run_id: str) -> Frame:
    """Return the step that opens a slot; ``run_id`` is the answer's message id."""
    kind = "tool_calls" if event.kind == "tool_call" else "message_creation"
    details: Frame
    if event.kind == "tool_call":
        call = {"id": event.call_id, "name": event.name, "args": {}, "type": "tool_call"}
        details = {"type": kind, "tool_calls": [call]}
    else:
        message_id = f"msg_{event.step_id.removeprefix('step_')}"
        creation = {"message_id": message_id, "content_type": event.kind}
        details = {"type": kind, "message_creation": creation}
    return {
        "id": event.step_id,
        "runId": run_id,
        "type": kind,
        "index": event.slot,
        "stepIndex": 0,
        "stepDetails": details,
        "usage": None,
        "status": "in_progress",
        "created_at": event.at_ms,
    }


def closed_step(slot: Slot, event: PartClosed) -> Frame:
    """Return what is said when a step ends."""
    return {
        "id": slot.opened.step_id,
        "index": event.slot,
        "type": slot.step["type"],
        "status": event.status,
        "created_at": slot.opened.at_ms,
        "closed_at": event.at_ms,
        "runId": slot.step["runId"],
        "stepIndex": 0,
    }


def call_delta_frame(step_id: str, chunk: Frame) -> Frame:
    """Return a piece of a tool call: its name or more of its arguments."""
    call = chunk | {"index": 0, "type": "tool_call_chunk"}
    delta = {"type": "tool_calls", "tool_calls": [call]}
    return event_frame("on_run_step_delta", {"id": step_id, "delta": delta})


def completed_call(slot: Slot, event: PartClosed) -> Frame:
    """Return a tool call with its answer."""
    result = {
        "id": slot.opened.step_id,
        "index": event.slot,
        "type": "tool_call",
        "tool_call": {
            "id": slot.opened.call_id,
            "name": slot.opened.name,
            "args": slot.text,
            "output": event.output,
            "progress": 1,
        },
        "completed_at": event.at_ms,
    }
    return {"result": result}
