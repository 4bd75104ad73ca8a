"""Calls of a streamed answer one after the other: blocks of this dialect never overlap."""

from collections import deque
from dataclasses import dataclass, field

import orjson

from agents.llm.wire.neutral import ToolCallStarted


@dataclass(slots=True)
class Call:
    """One call; ``arguments``: its text so far, in pieces; ``unsent``: how many wait."""

    id: str
    name: str
    arguments: list[str] = field(default_factory=list)
    unsent: int = 0

    def take_unsent(self) -> str:
        """Return the text that was not sent yet; afterwards all of it counts as sent."""
        if not self.unsent:
            return ""
        text = "".join(self.arguments[-self.unsent :])
        self.unsent = 0
        return text

    def is_complete(self) -> bool:
        """Tell whether the arguments are whole JSON."""
        if not self.arguments or not self.arguments[-1].rstrip().endswith("}"):
            return False
        try:
            orjson.loads("".join(self.arguments))
        except orjson.JSONDecodeError:
            return False
        return True


class CallQueue:
    """The calls of one answer: the first open one is live, the others wait.

    A call whose block was closed takes no more arguments.
    """

    def __init__(self) -> None:
        self._open: deque[int] = deque()  # indexes of the calls that are not closed yet
        self._calls: dict[int, Call] = {}

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def live(self) -> Call:
        """Return the live call."""
        return self._calls[self._open[0]]

    def start(self, event: ToolCallStarted) -> None:
        """Add a call behind the others."""
        self._calls[event.index] = Call(event.id, event.name)
        self._open.append(event.index)

    def grow(self, index: int, arguments: str) -> bool:
        """Take more of a call's arguments and tell whether the call is live."""
        if index not in self._open:
            return False
        call = self._calls[index]
        call.arguments.append(arguments)
        call.unsent += 1
        return index == self._open[0]

    def has_others(self) -> bool:
        """Tell whether calls wait behind the live one."""
        return len(self._open) > 1

    def is_broken_off(self) -> bool:
        """Tell whether arguments of a call are yet to come."""
        return any(not self._calls[index].is_complete() for index in self._open)

    def close_live(self) -> None:
        """Take the live call away; the next one is live."""
        self._open.popleft()
