"""Model events → log events → content parts; pure.

Slots number the parts of one answer in the order they open: reasoning, text, tool calls.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from agents.engine.events import Noticed as RunNoticed
from agents.engine.events import RunEvent, ToolFinished
from agents.llm.wire import neutral
from conversations.eventlog.events import Event, Noticed, PartClosed, PartGrew, PartOpened

Kind: TypeAlias = Literal["text", "think", "tool_call"]
Status: TypeAlias = Literal["completed", "cancelled", "failed"]
ContentPart: TypeAlias = dict[str, Any]  # LibreChat's JSON shape


@dataclass(slots=True)
class _Slot:
    """One part in the making; ``pieces`` are joined when somebody looks."""

    opened: PartOpened
    pieces: list[str] = field(default_factory=list)
    closed: PartClosed | None = None

    def part(self) -> ContentPart:
        text = "".join(self.pieces)
        if self.opened.kind == "think" and self.closed:
            return {"type": "think", "think": text, "runStepDurationMs": self._milliseconds}
        if self.opened.kind != "tool_call":
            return {"type": self.opened.kind, self.opened.kind: text}
        call: dict[str, Any] = {
            "id": self.opened.call_id,
            "name": self.opened.name,
            "args": text,
            "type": "tool_call",
            "progress": 1 if self.closed else 0.1,
        }
        if self.closed:
            call["output"] = self.closed.output
            call["runStepStatus"] = self.closed.status
            call["runStepDurationMs"] = self._milliseconds
        return {"type": "tool_call", "tool_call": call}

    @property
    def _milliseconds(self) -> int:
        return max(self.closed.at_ms - self.opened.at_ms, 0) if self.closed else 0


class Fold:
    """Content parts out of log events; what is stored and what was streamed are the same."""

    def __init__(self) -> None:
        self._slots: dict[int, _Slot] = {}

    def take(self, event: Event) -> None:
        """Apply one event; those that are not about parts change nothing."""
        match event:
            case PartOpened():
                self._slots[event.slot] = _Slot(event)
            case PartGrew():
                self._slots[event.slot].pieces.append(event.text)
            case PartClosed():
                self._slots[event.slot].closed = event
            case _:
                pass

    def content(self) -> list[ContentPart]:
        """Return the parts so far, without the empty ones."""
        return [
            slot.part()
            for _, slot in sorted(self._slots.items())
            if slot.opened.kind == "tool_call" or any(slot.pieces)
        ]


def fold(events: Iterable[Event]) -> list[ContentPart]:
    """Return the content parts these events of one generation add up to."""
    folded = Fold()
    for event in events:
        folded.take(event)
    return folded.content()


class Assembler:
    """Turns a run's events into log events, and keeps the content they add up to.

    ``at_ms`` is the clock; ``step_prefix`` makes the step ids unique to the generation.
    """

    def __init__(self, *, at_ms: Callable[[], int], step_prefix: str) -> None:
        self._at_ms = at_ms
        self._step_prefix = step_prefix
        self._fold = Fold()
        self._numbers = itertools.count()
        self._open: PartOpened | None = None  # the reasoning or text part that may still grow
        self._calls: dict[int, PartOpened] = {}  # of the model call under way, by its index
        self._unanswered: dict[str, PartOpened] = {}  # call id → slot

    def take(self, event: RunEvent) -> Sequence[Event]:
        """Return what the log gets for one event of the run."""
        match event:
            case neutral.TextDelta():
                added = self._grow("text", event.text)
            case neutral.ThinkingDelta():
                added = self._grow("think", event.text)
            case neutral.ToolCallStarted():
                added = [*self._close_open("completed"), self._open_call(event)]
            case neutral.ToolCallDelta():
                added = self._grow_call(event)
            case ToolFinished():
                added = self._answer(event)
            case RunNoticed():
                added = [Noticed(event.text)]
            case neutral.ThinkingSigned() | neutral.Finished():
                added = self._close_open("completed")
            case _:
                added = []
        for each in added:
            self._fold.take(each)
        return added

    def close(self, status: Status) -> Sequence[Event]:
        """Return the events that close whatever is open; the run is over."""
        added = self._close_open(status)
        for opened in self._unanswered.values():
            added.append(PartClosed(opened.slot, self._at_ms(), "cancelled"))
        self._unanswered.clear()
        for each in added:
            self._fold.take(each)
        return added

    def content(self) -> list[ContentPart]:
        """Return the content parts so far."""
        return self._fold.content()

    def _grow(self, kind: Kind, text: str) -> list[Event]:
        if self._open is not None and self._open.kind == kind:
            return [PartGrew(self._open.slot, text)]
        closing = self._close_open("completed")
        self._calls.clear()  # text after calls belongs to the next call of the model
        self._open = self._new(kind)
        return [*closing, self._open, PartGrew(self._open.slot, text)]

    def _close_open(self, status: Status) -> list[Event]:
        opened, self._open = self._open, None
        return [PartClosed(opened.slot, self._at_ms(), status)] if opened else []

    def _open_call(self, event: neutral.ToolCallStarted) -> PartOpened:
        opened = self._new("tool_call", call_id=event.id, name=event.name)
        self._calls[event.index] = self._unanswered[event.id] = opened
        return opened

    def _grow_call(self, event: neutral.ToolCallDelta) -> list[Event]:
        opened = self._calls.get(event.index)
        return [PartGrew(opened.slot, event.arguments)] if opened else []

    def _answer(self, event: ToolFinished) -> list[Event]:
        opened = self._unanswered.pop(event.call_id, None)
        if opened is None:
            return []
        status: Status = "failed" if event.is_error else "completed"
        return [PartClosed(opened.slot, self._at_ms(), status, event.output)]

    def _new(self, kind: Kind, *, call_id: str = "", name: str = "") -> PartOpened:
        slot = next(self._numbers)
        return PartOpened(
            slot=slot,
            kind=kind,
            step_id=f"step_{self._step_prefix}_{slot}",
            at_ms=self._at_ms(),
            call_id=call_id,
            name=name,
        )


def joined(prefix: Sequence[ContentPart], parts: Sequence[ContentPart]) -> list[ContentPart]:
    """Return kept parts with new ones behind; text that continues text becomes one part."""
    if not prefix or not parts:
        return [*prefix, *parts]
    last, first = prefix[-1], parts[0]
    if last.get("type") != "text" or first.get("type") != "text":
        return [*prefix, *parts]
    return [*prefix[:-1], {**last, "text": text_of(last) + text_of(first)}, *parts[1:]]


def text_of(part: ContentPart) -> str:
    """Return a text part's text; imports also have ``{"text": {"value": …}}``."""
    text = part.get("text", "")
    return str(text.get("value", "")) if isinstance(text, dict) else str(text)


def visible_text(parts: Iterable[ContentPart]) -> str:
    """Return the answer as plain text: the text parts, a blank line between them."""
    texts = (text_of(part) for part in parts if part.get("type") == "text")
    return "\n\n".join(text for text in texts if text)


def plain_text(parts: Iterable[ContentPart]) -> str:
    """Return every word a model wrote: reasoning, text and arguments of calls."""
    return "".join(
        text_of(part) + str(part.get("think", "")) + str(part.get("tool_call", {}).get("args", ""))
        for part in parts
    )
