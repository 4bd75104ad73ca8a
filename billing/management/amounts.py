"""Amounts and days as they are typed."""

from datetime import date

from billing.errors import AmountError
from librechat.kernel.errors import InvalidInputError


def amount_of(text: str) -> int:
    """Return a whole number of credits; nothing typed is 0.

    Raises:
        AmountError: it is none.
    """
    try:
        return int(text or "0")
    except ValueError as exc:
        raise AmountError(f"{text[:40]!r} is no whole number. Nothing was changed.") from exc


def day_of(text: str | None) -> date | None:
    """Return the day of an ISO date; None for nothing.

    Raises:
        InvalidInputError: it is none.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise InvalidInputError(f"{text!r} is no day such as 2026-03-31.") from exc
