"""Numbers that are costly to count, kept for a moment."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache

T = TypeVar("T")
A_MINUTE, FIVE_MINUTES = 60, 300


def kept(name: str, count: Callable[[], T], *, seconds: int = A_MINUTE) -> T:
    """Return what was counted at most so many seconds ago, else count it."""
    found: T | None = known(name)
    if found is None:
        found = count()
        cache.set(_key(name), found, seconds)
    return found


def known(name: str) -> Any:  # noqa: ANN401 - whatever was counted
    """Return what was counted lately; None when nothing was."""
    return cache.get(_key(name))


def keep(name: str, found: object, *, seconds: int) -> None:
    """Keep what was found, for ``known``."""
    cache.set(_key(name), found, seconds)


def _key(name: str) -> str:
    return "dashboard:" + hashlib.sha256(name.encode()).hexdigest()
