"""Ids of an answer's calls that no call of the history has."""

from collections.abc import Iterable
from dataclasses import replace

from agents.llm.wire.neutral import Event, ToolCallStarted
from agents.llm.wire.parts import Message, ToolCallPart


class FreshCallIds:
    """The ids of one answer; some servers count from zero in every answer.

    A client that meets an id for the second time takes the call for one that is done.
    """

    def __init__(self, history: Iterable[Message]) -> None:
        calls = (part for message in history for part in message.parts)
        self._taken = {part.id for part in calls if isinstance(part, ToolCallPart)}

    def restore(self, events: list[Event]) -> list[Event]:
        """Return the events; a call whose id is taken gets another one."""
        if not any(isinstance(event, ToolCallStarted) for event in events):
            return events
        return [self._fresh(event) for event in events]

    def _fresh(self, event: Event) -> Event:
        if not isinstance(event, ToolCallStarted):
            return event
        candidate = event.id
        number = 1
        while candidate in self._taken:
            number += 1
            candidate = f"{event.id}_{number}"
        self._taken.add(candidate)
        return event if candidate == event.id else replace(event, id=candidate)
