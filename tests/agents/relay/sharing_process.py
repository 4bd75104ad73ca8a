"""A process of its own beside the relay's: ``tell`` has a call running, ``watch`` looks for one.

``tell``: prints "telling", then the id of the call and the reason when somebody ends it.
``watch``: prints the call it sees, waits for a line, and asks for its end.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict

import django
from django.conf import settings


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def tell() -> None:
    from agents.relay.neighbours import Sharing, Sighting  # noqa: PLC0415 - settings come first
    from agents.relay.problems import RelayError  # noqa: PLC0415

    ended = asyncio.Event()

    def end(call_id: str, reason: RelayError) -> None:
        say(f"{call_id} {reason.message}")
        ended.set()

    seen = Sighting(
        id="c" * 24,
        user_id=sys.argv[2] if len(sys.argv) > 2 else "",
        user="elsewhere@example.org",
        key_id="k" * 24,
        alias="far",
        endpoint="Fake",
        model="alpha",
        started_at=time.time() - 5,
        tokens=7,
    )

    def look() -> list[Sighting]:
        return [] if ended.is_set() else [seen]

    sharing = Sharing(look, end)
    sharing.start()
    say("telling")
    await ended.wait()
    await sharing.stop()
    say("told")
    await asyncio.Event().wait()


def watch() -> None:
    from agents.relay.neighbours import end_elsewhere, others  # noqa: PLC0415
    from agents.relay.problems import RelayError  # noqa: PLC0415

    while not (found := others()[0]):
        time.sleep(0.05)
    say(json.dumps(asdict(found[0])))
    sys.stdin.readline()
    end_elsewhere(found[0], RelayError("forbidden", "Somebody far away stopped it."))
    while others()[0]:
        time.sleep(0.05)
    say("gone")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "librechat.settings")
    django.setup()
    assert settings.REDIS_URI
    if sys.argv[1] == "tell":
        asyncio.run(tell())
    else:
        watch()
