"""Which event log this process uses."""

from functools import cache

from django.conf import settings

from conversations.eventlog.log import EventLog
from conversations.eventlog.memory_log import MemoryLog


@cache
def event_log() -> EventLog:
    """Return the process's event log: Redis Streams with REDIS_URI, lists in memory without."""
    if not settings.REDIS_URI:
        return MemoryLog()
    from conversations.eventlog.redis_log import RedisLog  # noqa: PLC0415 - redis only by setting

    return RedisLog(settings.REDIS_URI, prefix=settings.REDIS_KEY_PREFIX)
