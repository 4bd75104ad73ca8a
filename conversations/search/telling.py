"""Telling an outside engine soon after a change: by a thread of the process that made it."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from django.db import connections

logger = logging.getLogger(__name__)

_POOL = ThreadPoolExecutor(max_workers=1, thread_name_prefix="search")


class _Waiting:
    """Whether a round is due already, so that a thousand changes make one or two rounds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_due = False

    def begin(self) -> bool:
        """Return whether the caller is the first since the last round began."""
        with self._lock:
            is_first, self._is_due = not self._is_due, True
        return is_first

    def end(self) -> None:
        """Let the next change ask for a round of its own."""
        with self._lock:
            self._is_due = False


_waiting = _Waiting()


def soon(tell: Callable[[], object]) -> None:
    """Call ``tell`` in a thread, unless that is about to happen; returns at once.

    What this process cannot tell, because it ends or the engine is away, the chore does later.
    """
    if not _waiting.begin():
        return
    try:
        _POOL.submit(_round, tell)
    except RuntimeError:  # the process ends
        _waiting.end()


def _round(tell: Callable[[], object]) -> None:
    # First: what is noted from now on may be too late for this round.
    _waiting.end()
    try:
        tell()
    except Exception:  # nobody waits for this thread
        logger.exception("The search server was not told of changes.")
    finally:
        connections.close_all()
