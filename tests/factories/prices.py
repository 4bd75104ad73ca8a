"""Prices that administrators set."""

from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from billing.models import Price
from billing.services.prices import Offer, price_set

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def price_make(
    pattern: str = "gpt-4o",
    prompt: object = 1,
    completion: object = 2,
    *,
    actor: User | None = None,
    **more: Any,
) -> Price:
    """Return a price that was set; ``more``: other columns, or ``valid_from``, ``source`` …"""
    times = {
        name: more.pop(name)
        for name in ("valid_from", "valid_to", "source", "note")
        if name in more
    }
    rates = {"prompt": prompt, "completion": completion, **more}
    return price_set(offer=Offer(pattern=pattern, rates=rates, **times), actor=actor)
