"""How far long work is: a bar for people, nothing for programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, Protocol

from tqdm import tqdm


class Told(Protocol):
    """Whoever hears how far work is."""

    def begin(self, what: str, total: int, unit: str) -> None:
        """Begin something of so many units."""

    def step(self, units: int) -> None:
        """Tell that so many more are done."""


class Silent:
    """Shows nothing."""

    def begin(self, what: str, total: int, unit: str) -> None:
        """Do nothing."""

    def step(self, units: int) -> None:
        """Do nothing."""


class Bars:
    """A bar on standard error for each thing that is begun; a pipe gets none."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None

    def begin(self, what: str, total: int, unit: str) -> None:
        """Show the next bar."""
        self.close()
        # None: only where there is a terminal.
        self._bar = tqdm(desc=what, total=total, unit=unit, disable=None, unit_scale=True)

    def step(self, units: int) -> None:
        """Move the bar on."""
        if self._bar is not None:
            self._bar.update(units)

    def close(self) -> None:
        """Leave the last bar as it is."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


@contextmanager
def bars(*, is_shown: bool) -> Iterator[Told]:
    """Give bars, or silence for a program that reads JSON."""
    if not is_shown:
        yield Silent()
        return
    shown = Bars()
    try:
        yield shown
    finally:
        shown.close()
