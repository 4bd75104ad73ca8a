"""What all calls of a process share."""

from pathlib import Path

from django.conf import settings

from agents.relay.calling import Attempts, Cooldowns
from agents.relay.keys import KeyRing
from agents.relay.limits import Limits, make_counters
from agents.relay.live import Calls
from agents.relay.metering import Meter
from agents.relay.targets import Directory


class Service:
    """The keys seen lately, the ways to models, limits, the meter and the running calls."""

    def __init__(self, folder: Path) -> None:
        self.keys = KeyRing()
        self.directory = Directory()
        self.limits = Limits(make_counters())
        self.meter = Meter(folder)
        self.calls = Calls()
        self.attempts = Attempts(self.meter, Cooldowns())

    async def stop(self) -> None:
        """Let running calls end, then write everything down."""
        await self.calls.stop(settings.SHUTDOWN_GRACE_SECONDS)
        await self.meter.stop()
        await self.limits.close()
