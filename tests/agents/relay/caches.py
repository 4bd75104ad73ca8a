"""Caches for tests: one that can be looked into, one whose server is gone."""

from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django_redis.exceptions import ConnectionInterrupted
from typing_extensions import override

RELAY = "relay:"
seen: dict[str, str] = {}  # what the relay has put into ``OpenCache``


class OpenCache(LocMemCache):
    """Shows what the relay puts into it."""

    @override
    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        if key.startswith(RELAY):
            seen[key] = value
        super().set(key, value, *args, **kwargs)


class BrokenCache(LocMemCache):
    """Fails with everything of the relay's."""

    @override
    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        if key.startswith(RELAY):
            raise ConnectionError
        return super().get(key, *args, **kwargs)

    @override
    def set(self, key: Any, *args: Any, **kwargs: Any) -> None:
        if key.startswith(RELAY):
            raise ConnectionError
        super().set(key, *args, **kwargs)


class AwayCache(LocMemCache):
    """Loses its server and gets it back, as far as the relay's things go."""

    is_away = False

    @override
    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        self._reach(key)
        return super().get(key, *args, **kwargs)

    @override
    def set(self, key: Any, *args: Any, **kwargs: Any) -> None:
        self._reach(key)
        super().set(key, *args, **kwargs)

    def _reach(self, key: str) -> None:
        if AwayCache.is_away and key.startswith(RELAY):
            raise ConnectionInterrupted(None)
