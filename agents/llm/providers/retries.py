"""When a call is tried again: only before its first byte, and not for long."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from agents.errors import (
    ProviderError,
    ProviderRateLimitedError,
    ProviderUnavailableError,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

# A timeout is not here: the provider may still be working on the first call.
WORTH_RETRYING = (ProviderRateLimitedError, ProviderUnavailableError)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how patiently; the wait doubles, and part of it is chance.

    ``longest_wait_seconds``: a provider that asks for more is not waited for.
    """

    attempts: int = 3
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20

    def wait_seconds(self, attempt: int, refusal: ProviderError) -> float | None:
        """Return how long to wait after failed attempt number ``attempt``; None to give up."""
        if attempt >= self.attempts or not isinstance(refusal, WORTH_RETRYING):
            return None
        asked = refusal.data.get("retry_after_seconds")
        if isinstance(asked, int | float):
            return float(asked) if asked <= self.longest_wait_seconds else None
        doubled = self.first_wait_seconds * 2.0 ** (attempt - 1)
        return min(doubled, self.longest_wait_seconds) * (0.5 + secrets.randbelow(500) / 1000)


policy = Retries()  # tests put a quicker one here


async def attempt(call: Callable[[], Awaitable[T]], *, most: int = 0) -> T:
    """Return what the call returns, tried again while that makes sense.

    most: attempts in all; 0 for the policy's number.

    Raises:
        ProviderError: the last refusal.
    """
    number = 0
    while True:
        number += 1
        try:
            return await call()
        except ProviderError as refusal:
            wait = policy.wait_seconds(number, refusal)
            if wait is None or number == most:
                raise
            logger.info(
                "A provider call is tried again.",
                extra={"code": refusal.code, "attempt": number, "wait_seconds": wait},
            )
        await asyncio.sleep(wait)
