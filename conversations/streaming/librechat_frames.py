"""Events of the log as the JSON frames of LibreChat's stream (reference: api.md section 5.4)."""

from dataclasses import dataclass, field
from typing import assert_never

from conversations.errors import PROTOCOL_VERSION
from conversations.eventlog.events import (
    Created,
    Ended,
    Event,
    Noticed,
    PartClosed,
    PartGrew,
    PartOpened,
    Titled,
    UsageKnown,
    Waiting,
)
from conversations.generation.assemble import Fold
from conversations.queries.shapes import content_json
from conversations.streaming.run_steps import (
    Frame,
    Slot,
    call_delta_frame,
    closed_step,
    completed_call,
    event_frame,
    run_step,
)

CREDITS_PER_USD = 1_000_000


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What frames say about a run beside its events."""

    conversation_id: str
    response_message_id: str
    sender: str
    endpoint: str
    model: str


@dataclass(slots=True)
class FrameWriter:
    """Turns one run's events, in order and from the first, into frames.

    It also keeps what a later reader needs to catch up: ``resume_state``.
    """

    facts: RunFacts
    _slots: dict[int, Slot] = field(default_factory=dict)
    _fold: Fold = field(default_factory=Fold)
    _created: Created | None = None
    _title: Frame | None = None

    @property
    def is_created(self) -> bool:
        """Whether the turn is stored."""
        return self._created is not None

    def feed(self, event: Event) -> list[Frame]:
        """Return the frames of one event; the final frame is made by ``final_frame``."""
        self._fold.take(event)
        match event:
            case Created():
                self._created = event
                frames = [created_frame(event, self.facts.conversation_id)]
            case PartOpened():
                frames = self._open(event)
            case PartGrew():
                frames = self._grow(event)
            case PartClosed():
                frames = self._close(event)
            case Titled():
                self._title = title_frame(event, self.facts.conversation_id)
                frames = [self._title]
            case UsageKnown():
                frames = [usage_frame(event, self.facts)]
            case Waiting() | Noticed() | Ended():
                frames = []
            case _:
                assert_never(event)
        return frames

    def resume_state(self) -> Frame:
        """Return everything so far: deltas that follow continue it without gap or repeat."""
        message = self._created.message if self._created else {}
        known = ("messageId", "parentMessageId", "conversationId", "text")
        state: Frame = {
            "runSteps": [slot.step for slot in self._slots.values()],
            "aggregatedContent": content_json(self._fold.content()),
            "userMessage": {name: message[name] for name in known if name in message},
            "responseMessageId": self.facts.response_message_id,
            "conversationId": self.facts.conversation_id,
            "sender": self.facts.sender,
            "model": self.facts.model,
        }
        if self._title is not None:
            state["titleEvent"] = self._title
        return state

    def sync_frame(self) -> Frame:
        """Return the first frame of a resumed stream."""
        return {"sync": True, "resumeState": self.resume_state(), "pendingEvents": []}

    def _open(self, event: PartOpened) -> list[Frame]:
        step = run_step(event, self.facts.response_message_id)
        self._slots[event.slot] = Slot(step, event)
        frames = [event_frame("on_run_step", step)]
        if event.kind == "tool_call":
            chunk = {"name": event.name, "args": "", "id": event.call_id}
            frames.append(call_delta_frame(event.step_id, chunk))
        return frames

    def _grow(self, event: PartGrew) -> list[Frame]:
        slot = self._slots.get(event.slot)
        if slot is None:
            return []
        slot.text += event.text
        step_id = slot.opened.step_id
        match slot.opened.kind:
            case "text":
                text = [{"type": "text", "text": event.text}]
                frame = {"id": step_id, "delta": {"content": text}}
                return [event_frame("on_message_delta", frame)]
            case "think":
                think = [{"type": "think", "think": event.text}]
                frame = {"id": step_id, "delta": {"content": think}}
                return [event_frame("on_reasoning_delta", frame)]
            case "tool_call":
                return [call_delta_frame(step_id, {"args": event.text})]

    def _close(self, event: PartClosed) -> list[Frame]:
        slot = self._slots.get(event.slot)
        if slot is None:
            return []
        slot.closed = event
        # A copy: the frame that opened the step is already on its way to somebody.
        slot.step = slot.step | {"status": event.status}
        closed = event_frame("on_run_step_closed", closed_step(slot, event))
        if slot.opened.kind != "tool_call":
            return [closed]
        return [event_frame("on_run_step_completed", completed_call(slot, event)), closed]


def created_frame(event: Created, conversation_id: str) -> Frame:
    """Return the first frame of a stream."""
    return {"created": True, "message": event.message, "streamId": conversation_id}


def title_frame(event: Titled, conversation_id: str) -> Frame:
    """Return the frame that names the conversation."""
    return event_frame("title", {"conversationId": conversation_id, "title": event.title})


def usage_frame(event: UsageKnown, facts: RunFacts) -> Frame:
    """Return tokens and price so far."""
    usage = event.usage
    cached = {
        "cache_creation": usage.get("cache_write", 0),
        "cache_read": usage.get("cache_read", 0),
    }
    total_input = usage.get("input", 0) + cached["cache_creation"] + cached["cache_read"]
    return event_frame(
        "on_token_usage",
        {
            "input_tokens": total_input,
            "output_tokens": usage.get("output", 0),
            "total_tokens": total_input + usage.get("output", 0),
            "input_token_details": cached,
            "model": facts.model,
            "provider": facts.endpoint,
            "runId": facts.response_message_id,
            "cost": usage.get("cost", 0) / CREDITS_PER_USD,
        },
    )


def final_frame(*, conversation: Frame, request: Frame, response: Frame) -> Frame:
    """Return the frame that ends a turn; the three are stored rows as JSON."""
    return {
        "final": True,
        "conversation": conversation,
        "title": conversation["title"],
        "requestMessage": request,
        "responseMessage": response,
        "generationProtocolVersion": PROTOCOL_VERSION,
    }


def aborted_frame(*, conversation: Frame, request: Frame, response: Frame, is_early: bool) -> Frame:
    """Return the frame that ends a stopped turn; early means nothing was stored yet."""
    return {
        "final": True,
        "conversation": {"conversationId": conversation["conversationId"]},
        "title": conversation["title"],
        "requestMessage": None if is_early else request,
        "responseMessage": None if is_early else response | {"unfinished": True, "error": False},
        "aborted": True,
        "earlyAbort": is_early,
        "generationProtocolVersion": PROTOCOL_VERSION,
    }


def error_frame(text: str) -> Frame:
    """Return the data of an ``event: error``; the text may itself be a JSON object."""
    return {"error": text, "generationProtocolVersion": PROTOCOL_VERSION}
