"""How much of a key's minute is left, in the headers of each dialect."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from librechat.kernel import clock

MINUTE = 60
Header: TypeAlias = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Left:
    """One measure as the answer's headers tell it; limit 0: there is none."""

    limit: int = 0
    remaining: int = 0
    reset_seconds: float = 0.0


def limit_headers(
    speech: Literal["openai", "anthropic"], measures: Mapping[str, Left]
) -> list[Header]:
    """Return what a client of a dialect reads its limits from; ``requests`` and ``tokens``.

    A key has one limit for all tokens, so Anthropic's headers for those in and out are not sent.
    """
    write = WRITERS[speech]
    return [header for name, left in measures.items() if left.limit for header in write(name, left)]


def duration(seconds: float) -> str:
    """Return a stretch of time as OpenAI writes it: ``12ms``, ``1s``, ``6m0s``; never too short."""
    if seconds < 1:
        return f"{math.ceil(seconds * 1000)}ms"
    minutes, rest = divmod(math.ceil(seconds), MINUTE)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def moment(seconds: float) -> str:
    """Return when a stretch of time will be over, RFC 3339 to the second; never too early."""
    until = clock.now() + timedelta(seconds=seconds)
    if until.microsecond:
        until = until.replace(microsecond=0) + timedelta(seconds=1)
    return f"{until:%Y-%m-%dT%H:%M:%SZ}"


def _openai(name: str, left: Left) -> list[Header]:
    measure = name.encode()
    return [
        (b"x-ratelimit-limit-" + measure, b"%d" % left.limit),
        (b"x-ratelimit-remaining-" + measure, b"%d" % left.remaining),
        (b"x-ratelimit-reset-" + measure, duration(left.reset_seconds).encode()),
    ]


def _anthropic(name: str, left: Left) -> list[Header]:
    begin = b"anthropic-ratelimit-%b-" % name.encode()
    return [
        (begin + b"limit", b"%d" % left.limit),
        (begin + b"remaining", b"%d" % left.remaining),
        (begin + b"reset", moment(left.reset_seconds).encode()),
    ]


WRITERS: Mapping[str, Callable[[str, Left], list[Header]]] = {
    "openai": _openai,
    "anthropic": _anthropic,
}
