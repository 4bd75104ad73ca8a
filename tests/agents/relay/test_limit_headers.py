"""What is left of a key's minute, in the headers of each dialect."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from agents.relay.limit_headers import Left, duration, limit_headers, moment

MEASURES = {"requests": Left(60, 59, 1.0), "tokens": Left(1000, 0, 90.2)}


def test_openais_headers_tell_the_time_that_is_left() -> None:
    assert dict(limit_headers("openai", MEASURES)) == {
        b"x-ratelimit-limit-requests": b"60",
        b"x-ratelimit-remaining-requests": b"59",
        b"x-ratelimit-reset-requests": b"1s",
        b"x-ratelimit-limit-tokens": b"1000",
        b"x-ratelimit-remaining-tokens": b"0",
        b"x-ratelimit-reset-tokens": b"1m31s",
    }


def test_anthropics_headers_tell_the_moment(clock_at: Callable[[datetime], None]) -> None:
    clock_at(datetime(2026, 11, 20, 23, 59, 0, tzinfo=UTC))
    assert dict(limit_headers("anthropic", MEASURES)) == {
        b"anthropic-ratelimit-requests-limit": b"60",
        b"anthropic-ratelimit-requests-remaining": b"59",
        b"anthropic-ratelimit-requests-reset": b"2026-11-20T23:59:01Z",
        b"anthropic-ratelimit-tokens-limit": b"1000",
        b"anthropic-ratelimit-tokens-remaining": b"0",
        b"anthropic-ratelimit-tokens-reset": b"2026-11-21T00:00:31Z",
    }


def test_what_has_no_limit_is_not_told() -> None:
    measures = {"requests": Left(), "tokens": Left(5, 5, 0.0)}
    assert [name for name, _value in limit_headers("openai", measures)] == [
        b"x-ratelimit-limit-tokens",
        b"x-ratelimit-remaining-tokens",
        b"x-ratelimit-reset-tokens",
    ]
    assert limit_headers("anthropic", {}) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0ms"),
        (0.0112, "12ms"),
        (0.9999, "1000ms"),
        (1.0, "1s"),
        (59.1, "1m0s"),
        (360.0, "6m0s"),
    ],
)
def test_a_duration_is_never_too_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_moment_is_never_too_early(clock_at: Callable[[datetime], None]) -> None:
    clock_at(datetime(2026, 11, 20, 9, 0, 0, 1, tzinfo=UTC))
    assert moment(0.0) == "2026-11-20T09:00:01Z"
