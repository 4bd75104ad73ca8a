"""The one clock: tests move it, code reads it."""

from datetime import UTC, datetime


def _system_now() -> datetime:
    return datetime.now(tz=UTC)


source = _system_now


def now() -> datetime:
    """Return the current moment, aware and in UTC."""
    return source()


def milliseconds(moment: datetime) -> int:
    """Return a moment as milliseconds since the epoch, as LibreChat's clients send it."""
    return round(moment.timestamp() * 1000)


def parsed(text: str) -> datetime:
    """Return the moment that ``iso`` wrote."""
    return datetime.fromisoformat(text)


def iso(moment: datetime) -> str:
    """Return ISO 8601 in UTC with milliseconds, e.g. ``2026-11-20T09:00:12.345Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
