"""The open sockets of this process: how many a person has."""

from collections import Counter

from conversations.streaming.doors import Door, open_doors

MAX_PER_USER = 30


class OpenSockets:
    """Counts sockets by person, and has them closed with their sign-in."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def has_room(self, user_id: str) -> bool:
        """Return whether a person may open one more."""
        return self._counts[user_id] < MAX_PER_USER

    def is_watched_by(self, user_id: str) -> bool:
        """Return whether a person has a page open."""
        return self._counts[user_id] > 0

    def count(self) -> int:
        """Return how many sockets are open in this process."""
        return self._counts.total()

    def people_count(self) -> int:
        """Return how many people have one open."""
        return sum(count > 0 for count in self._counts.values())

    def add(self, socket: Door) -> None:
        """Remember a socket."""
        open_doors.add(socket)
        self._counts[socket.identity.user_id] += 1

    def remove(self, socket: Door) -> None:
        """Forget a socket."""
        if socket in open_doors:
            open_doors.remove(socket)
            self._counts -= Counter([socket.identity.user_id])


open_sockets = OpenSockets()
