"""Waking the workers of this process when there is something to do."""

from threading import Event
from weakref import WeakSet

_sleepers: WeakSet[Event] = WeakSet()


def listen() -> Event:
    """Return an event that every nudge sets, for as long as somebody holds it."""
    event = Event()
    _sleepers.add(event)
    return event


def nudge() -> None:
    """Wake whoever waits in this process; another process looks by itself."""
    for event in list(_sleepers):
        event.set()
