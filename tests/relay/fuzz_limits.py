"""The time a case may take."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

CASE_SECONDS = 60  # of the clock, so that other work may slow the machine


class TooSlowError(Exception):
    """A case took longer than any may."""


@contextmanager
def limited() -> Iterator[None]:
    """End what takes longer than any case may.

    Raises:
        TooSlowError: it did.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, CASE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
