"""The answer in the making: what a run has written so far."""

import time
from collections.abc import Sequence

from agents.engine.metering import Meter
from conversations.eventlog.events import Event
from conversations.generation.assemble import Assembler, ContentPart, Status, joined
from conversations.models import Generation
from librechat.kernel import clock


class Answer:
    """Kept parts (of an edited answer), new parts, what they cost and who speaks."""

    def __init__(self, generation: Generation) -> None:
        self.meter = Meter()
        self.sender = str(generation.request.get("label", ""))
        self._prefix: list[ContentPart] = list(generation.request.get("prefix", []))
        self._assembler = Assembler(
            at_ms=lambda: clock.milliseconds(clock.now()),
            step_prefix=generation.id[-8:],
        )
        self._changes = 0
        self._begun = time.monotonic()
        self.take = self._assembler.take

    @property
    def seconds(self) -> float:
        """How long the run has taken."""
        return time.monotonic() - self._begun

    @property
    def has_begun(self) -> bool:
        """Whether the model was called."""
        return self.meter.calls > 0

    def content(self) -> list[ContentPart]:
        """Return all parts so far."""
        return joined(self._prefix, self._assembler.content())

    def close(self, status: Status) -> Sequence[Event]:
        """Return the events that close what is still open."""
        return self._assembler.close(status)
