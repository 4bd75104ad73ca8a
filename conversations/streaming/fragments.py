"""Events of the log as the frames a page applies: finished blocks, a text tail, steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

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
from conversations.queries.replies import (
    notice_view,
    step_view,
    thought_title,
    tool_title,
    visible_text,
)
from conversations.queries.views import StepView
from librechat.kernel import markup

Frame = dict[str, Any]
BREAK = "\n\n"


@dataclass(slots=True)
class _Step:
    """A row in the making."""

    opened: PartOpened
    key: str
    text: str = ""


@dataclass(slots=True)
class FragmentWriter:
    """Turns one reply's events, in order and from the first, into frames.

    ``kept``: parts of an edited answer that the new text goes on from. The frames of an event
    depend on the events before it and on nothing else, so every process makes the same ones.
    """

    message_id: str
    kept: Sequence[Any] = ()
    _blocks: markup.BlockStream = field(default_factory=markup.BlockStream)
    _steps: dict[int, _Step] = field(default_factory=dict)
    _notices: int = 0
    _has_text: bool = False
    _joins_kept: bool = False

    def begin(self) -> list[Frame]:
        """Return the frames of the kept parts, shown right after the empty reply."""
        steps = (step_view(part, key=f"s{index}") for index, part in enumerate(self.kept))
        frames = [self._step_frame(step) for step in steps if step is not None]
        text = visible_text(self.kept)
        self._has_text = bool(text)
        self._joins_kept = bool(self.kept) and self.kept[-1].get("type") == "text"
        return frames + self._updates(self._blocks.feed(text) if text else [])

    def feed(self, event: Event) -> list[Frame]:
        """Return the frames of one event; the first and the last need rows, see ``feeds.py``."""
        match event:
            case PartOpened():
                frames = self._open(event)
            case PartGrew():
                frames = self._grow(event)
            case PartClosed():
                frames = self._close(event)
            case Titled():
                frames = [{"type": "title", "title": event.title}]
            case Waiting():
                frames = [{"type": "waiting", "text": waiting_text(event)}]
            case Noticed():
                frames = [self._step_frame(notice_view(event.text, self._notices))]
                self._notices += 1
            case Ended():
                frames = self._updates(self._blocks.finish())
            case Created() | UsageKnown():
                frames = []
            case _:
                assert_never(event)
        return frames

    def _open(self, event: PartOpened) -> list[Frame]:
        if event.kind != "text":
            self._joins_kept = False
            self._steps[event.slot] = _Step(event, f"s{len(self.kept) + event.slot}")
            return [self._step_frame(self._running(self._steps[event.slot]))]
        is_continued, self._joins_kept = self._joins_kept, False
        if is_continued or not self._has_text:
            return []
        return self._updates(self._blocks.feed(BREAK))

    def _grow(self, event: PartGrew) -> list[Frame]:
        step = self._steps.get(event.slot)
        if step is not None:
            step.text += event.text
            return [{"type": "think", "key": step.key, "text": event.text}]
        self._has_text = True
        return self._updates(self._blocks.feed(event.text))

    def _close(self, event: PartClosed) -> list[Frame]:
        step = self._steps.pop(event.slot, None)
        return [] if step is None else [self._step_frame(_finished(step, event))]

    def _running(self, step: _Step) -> StepView:
        if step.opened.kind == "think":
            return StepView(step.key, "think", _("Thinking"), "", is_running=True)
        title = tool_title(step.opened.name, is_running=True)
        return StepView(step.key, "tool", title, "", is_running=True)

    def _step_frame(self, step: StepView) -> Frame:
        context = {"step": step, "message_id": self.message_id}
        html = render_to_string("conversations/_step.html", context)
        return {"type": "step", "key": step.key, "html": html}

    def _updates(self, updates: Sequence[markup.Update]) -> list[Frame]:
        return [_update_frame(update) for update in updates]


def _finished(step: _Step, event: PartClosed) -> StepView:
    seconds = max(event.at_ms - step.opened.at_ms, 0) / 1000
    if step.opened.kind == "think":
        return StepView(step.key, "think", thought_title(seconds), step.text, seconds=seconds)
    is_failed = event.status != "completed"
    return StepView(
        step.key,
        "tool",
        tool_title(step.opened.name, is_running=False, is_failed=is_failed),
        step.text,
        output=event.output,
        seconds=seconds,
        is_failed=is_failed,
    )


def _update_frame(update: markup.Update) -> Frame:
    match update:
        case markup.BlockDone():
            return {"type": "block", "id": update.id, "html": update.html}
        case markup.TailGrew():
            return {"type": "tail", "text": update.text}
        case markup.FenceOpened():
            return {"type": "fence", "id": update.id, "language": update.language}
        case markup.TableOpened():
            return {"type": "table", "id": update.id, "html": update.html}
        case markup.RowDone():
            return {"type": "row", "id": update.id, "html": update.html}
        case _:
            assert_never(update)


def waiting_text(event: Waiting) -> str:
    """Return what the page says while a provider lets us wait."""
    if event.retry_after_seconds:
        seconds = round(event.retry_after_seconds)
        return _("The provider is busy; trying again in %(n)s s.") % {"n": seconds}
    return _("Still waiting for the provider.")


def merged(frames: Sequence[Frame]) -> list[Frame]:
    """Return the frames with neighboring pieces of text joined."""
    joined: list[Frame] = []
    for frame in frames:
        last = joined[-1] if joined else {}
        is_more = frame["type"] in {"tail", "think"} and last.get("type") == frame["type"]
        if is_more and last.get("key") == frame.get("key"):
            joined[-1] = last | {"text": last["text"] + frame["text"]}
        else:
            joined.append(frame)
    return joined
