"""A process of its own that uses a key's limits in Redis; a test tells it what on its input.

Lines in: ``take <name> <capacity> <wanted>``, ``enter <name> <most>``, ``leave <name>``.
A line out for each: the seconds to wait, ``yes`` or ``no``, ``left``.
"""

import asyncio
import os
import sys

from django.conf import settings


async def main(address: str, prefix: str, lease_seconds: str) -> None:
    """Do what is asked until there is no more input."""
    from agents.relay.redis_counters import RedisCounters  # noqa: PLC0415 - settings come first

    counters = RedisCounters(address, prefix=prefix, lease_seconds=int(lease_seconds))
    while line := (await asyncio.to_thread(sys.stdin.readline)).split():
        match line:
            case ["take", name, capacity, wanted]:
                wait, _left = await counters.take(name, int(capacity), float(wanted))
                told = str(wait)
            case ["enter", name, most]:
                told = "yes" if await counters.enter(name, int(most)) else "no"
            case _:
                await counters.leave(line[1])
                told = "left"
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "librechat.settings")
    assert settings.REDIS_KEY_PREFIX  # it loads them; the apps are not needed
    asyncio.run(main(*sys.argv[1:]))
