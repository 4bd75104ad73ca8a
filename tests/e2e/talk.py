"""An answer that goes on until the test lets it end, however busy the machine is."""

from threading import Event

from typing_extensions import override

from tests.fakes.provider import Delay, Script, Text

PAUSE_SECONDS, LONGEST_SECONDS = 0.1, 60


class _Pause(Delay):
    """Silence between two words, and none once the answer may end."""

    _ended: Event

    def __init__(self, ended: Event) -> None:
        object.__setattr__(self, "_ended", ended)  # the class is frozen

    @property
    @override
    def seconds(self) -> float:
        return 0 if self._ended.is_set() else PAUSE_SECONDS


class Talk:
    """Word after word, ten in a second."""

    def __init__(self) -> None:
        self._ended = Event()
        words = range(int(LONGEST_SECONDS / PAUSE_SECONDS))
        pause = _Pause(self._ended)
        self.script = Script(
            steps=tuple(step for n in words for step in (Text(f"Word {n} "), pause)),
        )

    def end(self) -> None:
        """Say the rest at once."""
        self._ended.set()
