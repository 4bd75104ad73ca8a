"""Which price belongs to a model's name."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, get_args

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from billing import config
from billing.errors import NoPriceError
from billing.pricing.columns import rate_checked
from billing.pricing.cost import Rates, Source
from billing.pricing.defaults import DEFAULT_RATE, LATER, LEGACY, PRICES, parse_price
from billing.pricing.in_force import REMEMBERED_MODELS, price_board
from billing.pricing.patterns import longest_match
from librechat.kernel import clock

logger = logging.getLogger(__name__)

UnknownPolicy = Literal["default", "refuse", "free"]
EndpointRates = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one place says about a model; ``rates``: None when it says nothing."""

    source: Source | Literal["refuse"]
    rates: Rates | None


def rates_for(model: str, *, endpoint_rates: EndpointRates | None = None) -> Rates:
    """Return the price of a model, from the first place that has one.

    The endpoint's own, then what administrators set, then ``prices`` of librechat.yaml, then the
    built-in table, then what UNKNOWN_MODEL_PRICE says. In each the longest pattern counts.
    ``endpoint_rates``: model → prompt, completion and maybe cacheWrite, cacheRead,
    cacheWriteLong, audioOutput.

    Raises:
        NoPriceError: nothing fits and UNKNOWN_MODEL_PRICE is "refuse".
    """
    for candidate in _candidates(model, endpoint_rates or {}):
        if candidate.rates is not None:
            return candidate.rates
    raise NoPriceError(
        _(
            "%(model)s has no price, so it cannot be used. Choose another model or ask an"
            " administrator to add its price."
        )
        % {"model": model},
        model=model,
    )


def candidates(model: str, *, endpoint_rates: EndpointRates | None = None) -> list[Candidate]:
    """Return what every place says about a model, the first that has rates wins."""
    return list(_candidates(model, endpoint_rates or {}))


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


def _candidates(model: str, endpoint_rates: EndpointRates) -> Iterator[Candidate]:
    yield Candidate("endpoint", _from_endpoint(model, endpoint_rates))
    yield Candidate("admin", price_board().rates(model))
    yield Candidate("yaml", _from_yaml(model))
    yield Candidate("table", _from_table(model))
    policy = unknown_policy()
    yield Candidate(policy, _unknown(policy))


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
        cache_write_long=_number(given, "cacheWriteLong", "cache_write_long"),
        audio_output=_number(given, "audioOutput", "audio_output"),
        pattern=name,
        source="endpoint",
    )


def _number(given: Mapping[str, float], *names: str) -> Decimal | None:
    raw = next((given[name] for name in names if given.get(name) is not None), None)
    return rate_checked(raw)


def _from_yaml(model: str) -> Rates | None:
    written = config.prices()
    pattern = longest_match(model, written)
    return None if pattern is None else _written(pattern, written[pattern])


def _written(pattern: str, given: config.PriceRates) -> Rates:
    tier = given.long_context
    return Rates(
        prompt=_exact(given.prompt),
        completion=_exact(given.completion),
        cache_write=rate_checked(given.cache_write),
        cache_read=rate_checked(given.cache_read),
        premium_above=tier.above if tier else None,
        premium=_tier(pattern, tier) if tier else None,
        reasoning=rate_checked(given.reasoning),
        image=rate_checked(given.image),
        audio=rate_checked(given.audio),
        embedding=rate_checked(given.embedding),
        cache_write_long=rate_checked(given.cache_write_long),
        audio_output=rate_checked(given.audio_output),
        per_call=_exact(given.per_call),
        pattern=pattern,
        source="yaml",
    )


def _tier(pattern: str, tier: config.LongContextRates) -> Rates:
    return Rates(
        prompt=_exact(tier.prompt),
        completion=_exact(tier.completion),
        cache_write=rate_checked(tier.cache_write),
        cache_read=rate_checked(tier.cache_read),
        cache_write_long=rate_checked(tier.cache_write_long),
        pattern=pattern,
        source="yaml",
    )


def _exact(number: float) -> Decimal:
    """Return a number that the section's own check let through, as it was written."""
    return Decimal(str(number))


def _from_table(model: str) -> Rates | None:
    pattern = _table_pattern(model)
    return None if pattern is None else _parsed(pattern, _text(pattern, clock.now().date()))


@lru_cache(REMEMBERED_MODELS)
def _table_pattern(model: str) -> str | None:
    name = model.lower()
    bucket = next((part for part in LEGACY if part in name), None)
    return longest_match(model, PRICES) or bucket


def _text(pattern: str, day: date) -> str:
    if pattern in LATER and day >= LATER[pattern][0]:
        return LATER[pattern][1]
    return PRICES.get(pattern) or LEGACY[pattern]


_parsed = cache(parse_price)


def _unknown(policy: UnknownPolicy) -> Rates | None:
    if policy == "refuse":
        return None
    rate = DEFAULT_RATE if policy == "default" else Decimal(0)
    return Rates(rate, rate, source=policy)
