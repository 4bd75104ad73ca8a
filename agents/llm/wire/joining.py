"""Neighboring pieces of a text as one event; pure."""

from collections.abc import Iterable

from agents.llm.wire.neutral import Event, TextDelta, ThinkingDelta

# Money is held and limits are checked event by event, so a piece must not grow without end.
ENOUGH_CHARACTERS = 256


def joined(events: Iterable[Event]) -> list[Event]:
    """Return the events with texts that follow each other put together, nothing else changed.

    What came at once is told at once: on its way an event costs more than its letters.
    """
    whole: list[Event] = []
    for event in events:
        match whole[-1:], event:
            case [TextDelta(text)], TextDelta(more) if len(text) < ENOUGH_CHARACTERS:
                whole[-1] = TextDelta(text + more)
            case [ThinkingDelta(text)], ThinkingDelta(more) if len(text) < ENOUGH_CHARACTERS:
                whole[-1] = ThinkingDelta(text + more)
            case _:
                whole.append(event)
    return whole
