"""The answer in the making: what a run has written so far."""

import time
from collections.abc import Sequence

from agents.engine.events import RunEvent
from agents.engine.metering import Meter
from agents.llm.wire import neutral
from conversations.eventlog.events import Event
from conversations.generation.assemble import Assembler, ContentPart, Status, joined
from conversations.models import Generation
from librechat.kernel import clock

WORDS = (neutral.TextDelta, neutral.ThinkingDelta, neutral.ToolCallStarted)


class Answer:
    """Kept parts (of an edited answer), new parts, what they cost and who speaks.

    endpoint: blank until it is known to be one that exists. first_seconds: how long the run waited
    for the model's first word; None as long as there is none.
    """

    def __init__(self, generation: Generation) -> None:
        self.meter = Meter()
        self.sender = str(generation.request.get("label", ""))
        self.endpoint = ""
        self.first_seconds: float | None = None
        self._prefix: list[ContentPart] = list(generation.request.get("prefix", []))
        self._assembler = Assembler(
            at_ms=lambda: clock.milliseconds(clock.now()),
            step_prefix=generation.id[-8:],
        )
        self._changes = 0
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long the run has taken."""
        return time.monotonic() - self._begun

    @property
    def has_begun(self) -> bool:
        """Whether the model was called."""
        return self.meter.calls > 0

    def take(self, event: RunEvent) -> Sequence[Event]:
        """Return what the log gets for one event of the run."""
        if self.first_seconds is None and isinstance(event, WORDS):
            self.first_seconds = self.seconds
        return self._assembler.take(event)

    def content(self) -> list[ContentPart]:
        """Return all parts so far."""
        return joined(self._prefix, self._assembler.content())

    def close(self, status: Status) -> Sequence[Event]:
        """Return the events that close what is still open."""
        return self._assembler.close(status)
