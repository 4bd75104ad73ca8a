"""What the stream decoders of all dialects share: reading, ending and failing once."""

from abc import ABC, abstractmethod
from typing import assert_never

from agents.llm.wire.neutral import Event, Failed
from agents.llm.wire.payloads import Done, Item, Payload, PayloadReader, Unreadable

CUT = Failed("cut", "The answer was cut off before its end.", is_retryable=True)


class PayloadDecoder(ABC):
    """One streamed answer; nothing is raised, whatever the bytes.

    A dialect says what a payload means, what ``[DONE]`` means and how an answer ends.
    """

    def __init__(self) -> None:
        self._reader = PayloadReader()
        self._events: list[Event] = []
        self._finish_reason = ""
        self._is_over = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that this chunk completes."""
        self._take(self._reader.feed(chunk))
        return self._drain()

    def finish(self) -> list[Event]:
        """Return the last events once the bytes have ended."""
        self._take(self._reader.finish())
        if not self._is_over:
            if self._finish_reason:
                self._end()
            else:
                self._fail(CUT)
        return self._drain()

    def _take(self, items: list[Item]) -> None:
        for item in items:
            if self._is_over:
                return
            match item:
                case Payload():
                    self._take_payload(item)
                case Done():
                    self._take_done()
                case Unreadable():
                    self._fail(Failed("malformed", item.message))
                case _:
                    assert_never(item)

    @abstractmethod
    def _take_payload(self, payload: Payload) -> None:
        """Add the events that a payload means."""

    @abstractmethod
    def _take_done(self) -> None:
        """React to ``[DONE]``."""

    @abstractmethod
    def _end(self) -> None:
        """Add the events of a whole answer's end."""

    def _fail(self, failure: Failed) -> None:
        self._events.append(failure)
        self._is_over = True

    def _drain(self) -> list[Event]:
        events, self._events = self._events, []
        return events
