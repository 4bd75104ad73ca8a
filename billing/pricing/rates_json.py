"""Rates as JSON, as holds and receipts keep them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from billing.pricing.cost import NOTHING, Rates, Source

NUMBERS = (
    "prompt",
    "completion",
    "cache_write",
    "cache_read",
    "reasoning",
    "image",
    "audio",
    "embedding",
    "cache_write_long",
    "audio_output",
    "per_call",
)


def rates_to_json(rates: Rates) -> dict[str, object]:
    """Return rates as JSON with the numbers as text, so that no digit is lost."""
    body: dict[str, object] = {"pattern": rates.pattern, "source": rates.source}
    for name in NUMBERS:
        value: Decimal | None = getattr(rates, name)
        if value is not None and not (name == "per_call" and value == NOTHING):
            body[name] = str(value)
    if rates.price_id:
        body["price_id"] = rates.price_id
    if rates.premium is not None:
        body |= {"premium_above": rates.premium_above, "premium": rates_to_json(rates.premium)}
    return body


def rates_from_json(body: Mapping[str, object]) -> Rates:
    """Return what ``rates_to_json`` kept; what was kept before a class existed reads as well."""
    numbers = {name: Decimal(str(body[name])) for name in NUMBERS if name in body}
    rates = Rates(
        prompt=numbers["prompt"],
        completion=numbers["completion"],
        cache_write=numbers.get("cache_write"),
        cache_read=numbers.get("cache_read"),
        reasoning=numbers.get("reasoning"),
        image=numbers.get("image"),
        audio=numbers.get("audio"),
        embedding=numbers.get("embedding"),
        cache_write_long=numbers.get("cache_write_long"),
        audio_output=numbers.get("audio_output"),
        per_call=numbers.get("per_call", NOTHING),
        pattern=str(body["pattern"]),
        source=_source(body["source"]),
        price_id=str(body.get("price_id", "")),
    )
    above, premium = body.get("premium_above"), body.get("premium")
    if isinstance(above, int) and isinstance(premium, Mapping):
        return replace(rates, premium_above=above, premium=rates_from_json(premium))
    return rates


def _source(value: object) -> Source:
    match value:
        case "endpoint" | "admin" | "yaml" | "default" | "free":
            return value
        case _:
            return "table"
