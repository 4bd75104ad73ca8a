"""Turns at writing to a file: first come, first served, among the threads of one process.

SQLite lets one connection write and the others poll: whoever came just now every millisecond,
whoever has waited for long ten times a second. In a crowd the oldest therefore starve.

No lock guards a queue, since the collector may end a turn at any moment, also while the very
thread it runs in changes that queue. Steps of a deque are atomic, and one rule carries the rest:
whoever is in front has the turn until it leaves.
"""

import os
from collections import deque
from contextlib import suppress
from threading import Lock


class Place:
    """Where somebody stands; its gate is shut until whoever leaves the front opens it."""

    def __init__(self) -> None:
        self._gate = Lock()
        self._gate.acquire()

    def wait(self, seconds: float) -> bool:
        """Return whether the gate was opened in time."""
        return self._gate.acquire(timeout=max(0, seconds))

    def call(self) -> None:
        """Open the gate; does nothing when it is open."""
        with suppress(RuntimeError):
            self._gate.release()


class Queue:
    """Those who write to one file, or want to; the one in front does."""

    def __init__(self) -> None:
        self._places: deque[Place] = deque()

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, seconds: float) -> Place | None:
        """Wait at the end until in front; None when it took too long."""
        place = Place()
        self._places.append(place)
        is_in_front = False
        try:
            # Nobody opens the gate of who came to an empty queue, or came to the front too late.
            is_in_front = (
                self._places[0] is place or place.wait(seconds) or self._places[0] is place
            )
        finally:
            if not is_in_front:
                self.leave(place)
        return place if is_in_front else None

    def leave(self, place: Place) -> None:
        """Give up a place, in front or not, and let whoever is in front then go ahead."""
        with suppress(ValueError):
            self._places.remove(place)
        with suppress(IndexError):
            self._places[0].call()


_queues: dict[str, Queue] = {}
# Those who waited are threads of the parent.
os.register_at_fork(after_in_child=_queues.clear)


def queue_at(path: str) -> Queue:
    """Return the one queue of this process for a file."""
    return _queues.setdefault(path, Queue())


class Turn:
    """The place of one connection; path: absolute, empty for a database in memory."""

    def __init__(self) -> None:
        self.path = ""
        self.seconds = 0.0
        self._held: tuple[Queue, Place] | None = None

    def take(self) -> bool:
        """Wait for the turn, unless it is held already; return whether it is held then.

        A database in memory has no other writers: nobody waits, nothing is held.
        """
        if not self.path or self._held is not None:
            return True
        queue = queue_at(self.path)
        place = queue.enter(self.seconds)
        if place is None:
            return False
        self._held = queue, place
        return True

    def give_back(self) -> None:
        """Let the next one write; does nothing when the turn is not held."""
        held, self._held = self._held, None
        if held is not None:
            queue, place = held
            queue.leave(place)
