"""A price as its columns: checked, compared, turned into rates."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import TypeAlias

from django.utils.translation import gettext as _

from billing.errors import PriceRefusedError
from billing.models import Price
from billing.pricing.cost import NOTHING, Rates

SMALLEST = Decimal("0.000000001")
LARGEST = Decimal(100_000)  # USD per million tokens
LARGEST_CALL = Decimal(1_000_000_000)  # credits: a thousand dollars for one call
LARGEST_THRESHOLD = 100_000_000
LONGEST_PATTERN = 256

CLASSES = (
    "cache_write",
    "cache_write_long",
    "cache_read",
    "reasoning",
    "image",
    "audio",
    "audio_output",
    "embedding",
)
TIER = (
    "premium_prompt",
    "premium_completion",
    "premium_cache_write",
    "premium_cache_write_long",
    "premium_cache_read",
)
COLUMNS = ("prompt", "completion", *CLASSES, "per_call", "premium_above", *TIER)

Columns: TypeAlias = dict[str, Decimal | int | None]


def rate_checked(raw: object, *, largest: Decimal = LARGEST) -> Decimal | None:
    """Return a rate up to 9 decimals, rounded up; None when absent, negative or absurd."""
    if raw is None or isinstance(raw, bool):
        return None
    try:
        rate = Decimal(str(raw))
    except InvalidOperation:
        return None
    # A negative price would add to the balance, NaN would compare with nothing.
    if not rate.is_finite() or not 0 <= rate <= largest:
        return None
    return rate.quantize(SMALLEST, rounding=ROUND_CEILING)


def pattern_checked(raw: str) -> str:
    """Return a pattern as it is kept: lower case, without space around.

    Raises:
        PriceRefusedError: it is empty, too long or has characters that no model's name has.
    """
    pattern = raw.strip().lower()
    if not pattern or len(pattern) > LONGEST_PATTERN or not pattern.isprintable():
        raise PriceRefusedError(_("A pattern is 1 to 256 printable characters."), field="pattern")
    return pattern


def columns_checked(given: Mapping[str, object]) -> Columns:
    """Return every column of a price; what is absent is None, ``per_call`` 0.

    Raises:
        PriceRefusedError: a number is none, negative or absurd, or half a tier is given;
            ``field`` names the column.
    """
    columns: Columns = {name: _column(name, given.get(name)) for name in COLUMNS}
    columns["per_call"] = columns["per_call"] or NOTHING
    for name in ("prompt", "completion"):
        _need(columns, name)
    if any(columns[name] is not None for name in ("premium_above", *TIER)):
        for name in ("premium_above", "premium_prompt", "premium_completion"):
            _need(columns, name)
    return columns


def price_columns(price: Price) -> Columns:
    """Return the columns of a row."""
    return {name: getattr(price, name) for name in COLUMNS}


def columns_text(columns: Mapping[str, Decimal | int | None]) -> dict[str, str]:
    """Return the columns that say something, as text to keep and to compare.

    ``{"prompt": "2.5", "completion": "10", "premium_above": "200000", …}``
    """
    return {
        name: _plain(value)
        for name in COLUMNS
        if (value := columns.get(name)) is not None and not (name == "per_call" and not value)
    }


def price_rates(price: Price) -> Rates:
    """Return what a row makes calls cost."""
    premium = None
    if price.premium_prompt is not None and price.premium_completion is not None:
        premium = Rates(
            price.premium_prompt,
            price.premium_completion,
            price.premium_cache_write,
            price.premium_cache_read,
            cache_write_long=price.premium_cache_write_long,
            pattern=price.pattern,
            source="admin",
        )
    return Rates(
        price.prompt,
        price.completion,
        price.cache_write,
        price.cache_read,
        price.premium_above,
        premium,
        reasoning=price.reasoning,
        image=price.image,
        audio=price.audio,
        embedding=price.embedding,
        cache_write_long=price.cache_write_long,
        audio_output=price.audio_output,
        per_call=price.per_call,
        pattern=price.pattern,
        source="admin",
        price_id=price.pk,
    )


def rates_columns(rates: Rates) -> Columns:
    """Return rates as the columns of a row that would cost the same."""
    columns: Columns = {name: getattr(rates, name, None) for name in COLUMNS}
    if rates.premium is not None:
        for name in TIER:
            columns[name] = getattr(rates.premium, name.removeprefix("premium_"))
    return columns


def _column(name: str, raw: object) -> Decimal | int | None:
    if raw is None:
        return None
    if name == "premium_above":
        return _threshold(raw)
    rate = rate_checked(raw, largest=LARGEST_CALL if name == "per_call" else LARGEST)
    if rate is None:
        raise PriceRefusedError(
            _("%(name)s: %(raw)s is no price.") % {"name": name, "raw": str(raw)[:40]}, field=name
        )
    return rate


def _threshold(raw: object) -> int:
    text = str(raw)
    is_count = text.isascii() and text.isdigit() and len(text) < len(str(LARGEST_THRESHOLD))
    if not is_count or not int(text):
        raise PriceRefusedError(
            _("premium_above: %(text)s is no number of tokens.") % {"text": text[:40]},
            field="premium_above",
        )
    return int(text)


def _need(columns: Columns, name: str) -> None:
    if columns[name] is None:
        raise PriceRefusedError(_("%(name)s: a price is needed.") % {"name": name}, field=name)


def _plain(value: Decimal | int) -> str:
    """Return a number without an exponent and without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
