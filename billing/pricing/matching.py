"""Which price belongs to a model's name."""

import logging
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from functools import cache
from typing import Literal, get_args

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from billing.errors import NoPriceError
from billing.pricing.cost import Rates
from billing.pricing.defaults import DEFAULT_RATE, LATER, LEGACY, PRICES, parse_price
from librechat.kernel import clock

logger = logging.getLogger(__name__)

UnknownPolicy = Literal["default", "refuse", "free"]
EndpointRates = Mapping[str, Mapping[str, float]]

SMALLEST = Decimal("0.000000001")
LARGEST = Decimal(100_000)


def rates_for(model: str, *, endpoint_rates: EndpointRates | None = None) -> Rates:
    """Return the price of a model: the endpoint's own, else the table's, else the policy's.

    ``endpoint_rates``: model → prompt, completion and maybe cacheWrite, cacheRead.

    Raises:
        NoPriceError: nothing fits and UNKNOWN_MODEL_PRICE is "refuse".
    """
    return _from_endpoint(model, endpoint_rates or {}) or _from_table(model) or _unknown(model)


def longest_match(model: str, patterns: Iterable[str]) -> str | None:
    """Return the longest pattern contained in the name; of equal ones the later.

    The name counts from its last slash; only patterns with a slash see the whole of it.
    """
    name = model.lower()
    short = name.rpartition("/")[2]
    best: tuple[bool, int] = (False, 0)
    found: str | None = None
    for pattern in patterns:
        whole = "/" in pattern
        rank = (whole, len(pattern))
        if pattern and rank >= best and pattern.lower() in (name if whole else short):
            best, found = rank, pattern
    return found


def unknown_policy() -> UnknownPolicy:
    """Return what a model without a price costs.

    Raises:
        ImproperlyConfigured: the setting is none of the three words.
    """
    match settings.UNKNOWN_MODEL_PRICE:
        case "default" | "refuse" | "free" as policy:
            return policy
        case other:
            words = ", ".join(get_args(UnknownPolicy))
            raise ImproperlyConfigured(f"UNKNOWN_MODEL_PRICE must be one of {words}, not {other}.")


def _from_endpoint(model: str, endpoint_rates: EndpointRates) -> Rates | None:
    name = model if model in endpoint_rates else longest_match(model, endpoint_rates)
    if name is None:
        return None
    given = endpoint_rates[name]
    prompt, completion = _number(given, "prompt"), _number(given, "completion")
    if prompt is None or completion is None:
        logger.warning("The endpoint's price is no price; ours is used.", extra={"model": model})
        return None
    return Rates(
        prompt=prompt,
        completion=completion,
        cache_write=_number(given, "cacheWrite", "cache_write", "write"),
        cache_read=_number(given, "cacheRead", "cache_read", "read"),
        pattern=name,
        source="endpoint",
    )


def _number(given: Mapping[str, float], *names: str) -> Decimal | None:
    """Return a rate up to 9 decimals, rounded up; None when absent, negative or absurd."""
    raw = next((given[name] for name in names if given.get(name) is not None), None)
    try:
        rate = Decimal(str(raw))
    except InvalidOperation:
        return None
    # A negative price would add to the balance, NaN would compare with nothing.
    if not rate.is_finite() or not 0 <= rate <= LARGEST:
        return None
    return rate.quantize(SMALLEST, rounding=ROUND_CEILING)


def _from_table(model: str) -> Rates | None:
    pattern = longest_match(model, PRICES)
    if pattern is not None:
        return _parsed(pattern, _text(pattern, clock.now().date()))
    name = model.lower()
    bucket = next((part for part in LEGACY if part in name), None)
    return None if bucket is None else _parsed(bucket, LEGACY[bucket])


def _text(pattern: str, day: date) -> str:
    if pattern in LATER and day >= LATER[pattern][0]:
        return LATER[pattern][1]
    return PRICES[pattern]


_parsed = cache(parse_price)


def _unknown(model: str) -> Rates:
    policy = unknown_policy()
    if policy == "refuse":
        raise NoPriceError(
            f"{model} has no price, so it cannot be used. Choose another model or ask"
            " an administrator to add its price.",
            model=model,
        )
    rate = DEFAULT_RATE if policy == "default" else Decimal(0)
    return Rates(rate, rate, source=policy)
