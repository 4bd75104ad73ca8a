"""What the relay keeps for a while in the shared cache, encrypted: it may be gone at any time."""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.cache import cache

from librechat.kernel import secrets
from librechat.kernel.errors import CACHE_AWAY

logger = logging.getLogger(__name__)


class Shelf:
    """Texts by name; while the cache's server is away nothing is there, and nothing is kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_away = False

    def read(self, names: Iterable[str]) -> dict[str, str]:
        """Return name → text of what is there and can be read."""
        found: dict[str, str] = {}
        with self._reached():
            found = cache.get_many(list(names))
        opened = ((name, _opened(text)) for name, text in found.items())
        return {name: text for name, text in opened if text}

    def keep(self, name: str, text: str, *, seconds: int) -> None:
        """Keep a text."""
        with self._reached():
            cache.set(name, secrets.encrypt(text), timeout=seconds)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Do without the cache; the log is told once that it is away, and once that it is back."""
        try:
            yield
        except CACHE_AWAY:
            if self._turned(is_away=True):
                logger.exception("The cache is away: the relay keeps no answers and no reasoning.")
        else:
            if self._turned(is_away=False):
                logger.warning("The cache is back: the relay keeps answers and reasoning again.")

    def _turned(self, *, is_away: bool) -> bool:
        """Return whether this is news."""
        if self._is_away is is_away:
            return False
        with self._lock:
            is_news = self._is_away is not is_away
            self._is_away = is_away
        return is_news


def _opened(text: str) -> str:
    try:
        return secrets.decrypt(text)
    except secrets.UnreadableSecretError:
        return ""  # kept before the secrets changed


shelf = Shelf()  # one for the process: who is away for the one is away for the other
