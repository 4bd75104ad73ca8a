"""Forgetting what is only remembered to be faster."""

from dataclasses import dataclass, field
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache

SHOWN = 10_000


@dataclass(slots=True)
class Flushed:
    """What was forgotten; ``keys`` are names, as far as the cache tells them."""

    where: str
    count: int
    is_dry_run: bool
    keys: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "cache": self.where,
            "keys": self.count,
            "dryRun": self.is_dry_run,
            "names": self.keys,
        }

    def text(self) -> str:
        """Return it in words."""
        verb = "would be forgotten" if self.is_dry_run else "were forgotten"
        return "\n".join([*self.keys, f"{self.where}: {self.count} entries {verb}."])


def cache_flush(*, is_dry_run: bool = False) -> Flushed:
    """Forget every entry under our prefix; others that use the same Redis keep theirs.

    Without Redis the cache is in the memory of each process: only that of this one is emptied.
    """
    if not settings.REDIS_URI:
        if not is_dry_run:
            cache.clear()
        where = "Memory of this process (restart the server to empty its own)"
        return Flushed(where, 0, is_dry_run)
    redis = cast("Any", cache)  # django-redis adds to Django's cache what Redis can do
    keys: list[str] = []
    count = 0
    for key in redis.iter_keys("*", itersize=1_000):
        count += 1
        if count <= SHOWN:
            keys.append(key)
    if not is_dry_run:
        redis.delete_pattern("*", itersize=1_000)
    return Flushed("Redis", count, is_dry_run, sorted(keys))
