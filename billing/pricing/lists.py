"""Public lists of prices: LiteLLM's file of models, and OpenRouter's answer to ``/models``."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import orjson
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from billing.errors import PriceListRefusedError, PriceRefusedError
from billing.pricing.columns import Columns, columns_checked, pattern_checked

LARGEST_FILE = 20 * 1024 * 1024
MOST_MODELS = 20_000
LONGEST_SHOWN = 80
LONGEST_NUMBER = 40
MILLION = Decimal(1_000_000)
BY_TOKEN = (None, "chat", "completion", "responses", "embedding")
SAMPLE = "sample_spec"
FREE_SUFFIX = ":free"

# Why a model of a list gives no price; imports keep the word.
REASONS: dict[str, StrOrPromise] = {
    "unchanged": _("the same price holds already"),
    "malformed": _("this is no entry of a model"),
    "name": _("the name is none"),
    "mode": _("it is not paid by token"),
    "absent": _("it lacks a price per token"),
    "absurd": _("a price is negative, absurd or no number"),
    "tiers": _("it has more than one long-context price"),
    "free": _("it costs nothing; set that by hand if it is meant"),
    "twice": _("another entry for the same name costs something else"),
}

# column → LiteLLM's key
LITELLM = {
    "prompt": "input_cost_per_token",
    "completion": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_long": "cache_creation_input_token_cost_above_1hr",
    "reasoning": "output_cost_per_reasoning_token",
    "image": "input_cost_per_image_token",
    "audio": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
}
TIERED = {
    "input_cost_per_token": "premium_prompt",
    "output_cost_per_token": "premium_completion",
    "cache_read_input_token_cost": "premium_cache_read",
    "cache_creation_input_token_cost": "premium_cache_write",
    "cache_creation_input_token_cost_above_1hr": "premium_cache_write_long",
}
ABOVE = re.compile(rf"({'|'.join(TIERED)})_above_(\d{{1,5}})k_tokens", re.ASCII)
# column → OpenRouter's key below ``pricing``
OPENROUTER = {
    "prompt": "prompt",
    "completion": "completion",
    "cache_read": "input_cache_read",
    "cache_write": "input_cache_write",
    "cache_write_long": "input_cache_write_1h",
    "reasoning": "internal_reasoning",
    "audio": "audio",
    "audio_output": "audio_output",
    "per_call": "request",
}

Reader: TypeAlias = Callable[[Mapping[str, object]], dict[str, object]]
Entry: TypeAlias = tuple[str, bool, str, Columns | str]


@dataclass(slots=True)
class PriceList:
    """A list that was read. ``skipped``: (name, a word of REASONS)."""

    rows: dict[str, Columns] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)


class SkippedError(Exception):
    """An entry gives no price; the argument is a word of REASONS."""


def list_read(raw: bytes) -> PriceList:
    """Return the prices of a public list, by pattern.

    Raises:
        PriceListRefusedError: too large, no JSON, of no known format, or without any price.
    """
    found = PriceList()
    listed: dict[str, bool] = {}
    for name, is_plain, pattern, columns in _entries(_parsed(raw)):
        if isinstance(columns, str):
            found.skipped.append((name[:LONGEST_SHOWN], columns))
        elif pattern not in found.rows or (is_plain and not listed[pattern]):
            found.rows[pattern] = columns
            listed[pattern] = is_plain
        elif found.rows[pattern] != columns:
            found.skipped.append((name[:LONGEST_SHOWN], "twice"))
    if not found.rows:
        raise PriceListRefusedError(
            gettext("The list has no model with a price. Nothing was kept.")
        )
    return found


def file_read(path: str) -> bytes:
    """Return the bytes of a file that may be a list.

    Raises:
        PriceListRefusedError: it is not there, or larger than any list.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as exc:
        raise PriceListRefusedError(
            gettext("%(path)s cannot be read. Nothing was kept.") % {"path": path}
        ) from exc


def _parsed(raw: bytes) -> Mapping[str, object] | list[object]:
    if len(raw) > LARGEST_FILE:
        raise PriceListRefusedError(gettext("The list is larger than 20 MB. Nothing was kept."))
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise PriceListRefusedError(gettext("The list is no JSON file. Nothing was kept.")) from exc
    if isinstance(body, dict) and isinstance(body.get("data"), list):
        body = body["data"]
    if not isinstance(body, dict | list) or len(body) > MOST_MODELS:
        raise PriceListRefusedError(
            gettext(
                "This is no list of LiteLLM or OpenRouter, or one of more than 20,000 models."
                " Nothing was kept."
            )
        )
    return body


def _entries(body: Mapping[str, object] | list[object]) -> Iterator[Entry]:
    """Yield (name, whether it stands without a provider before it, pattern, columns or why not)."""
    if isinstance(body, list):
        for entry in body:
            name = str(entry.get("id") or "") if isinstance(entry, dict) else ""
            yield _entry(name, name, entry, _openrouter)
    else:
        for name, entry in body.items():
            if name != SAMPLE:
                yield _entry(name, _without_provider(name, entry), entry, _litellm)


def _entry(name: str, short: str, entry: object, read: Reader) -> Entry:
    try:
        given = read(_mapping(entry))
        pattern = _pattern(short)
        return name, name == short, pattern, _priced(pattern, given)
    except SkippedError as exc:
        return name, False, "", str(exc)


def _mapping(entry: object) -> Mapping[str, object]:
    if not isinstance(entry, dict):
        raise SkippedError("malformed")
    return entry


def _without_provider(name: str, entry: object) -> str:
    """Return how the provider itself calls the model, which is what calls name it by."""
    provider = entry.get("litellm_provider") if isinstance(entry, dict) else None
    return name.removeprefix(f"{provider}/") if isinstance(provider, str) else name


def _pattern(name: str) -> str:
    try:
        return pattern_checked(name)
    except PriceRefusedError as exc:
        raise SkippedError("name") from exc


def _priced(pattern: str, given: dict[str, object]) -> Columns:
    try:
        columns = columns_checked(given)
    except PriceRefusedError as exc:
        raise SkippedError("absurd") from exc
    # A free call is never what a slip in a list should lead to.
    if not any(columns.values()) and not pattern.endswith(FREE_SUFFIX):
        raise SkippedError("free")
    return columns


def _litellm(entry: Mapping[str, object]) -> dict[str, object]:
    mode = entry.get("mode")
    if mode not in BY_TOKEN:
        raise SkippedError("mode")
    given = {column: _million(entry.get(key)) for column, key in LITELLM.items()}
    if mode == "embedding":
        given["completion"] = given["completion"] or Decimal(0)
        given["embedding"] = given["prompt"]
    if given["prompt"] is None or given["completion"] is None:
        raise SkippedError("absent")
    return given | _tier(entry, given)


def _tier(entry: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    found = [(match, entry[key]) for key in entry if (match := ABOVE.fullmatch(key))]
    thresholds = {int(match[2]) for match, _value in found}
    if len(thresholds) > 1 or entry.get("tiered_pricing"):
        raise SkippedError("tiers")
    if not thresholds:
        return {}
    tier = {TIERED[match[1]]: _million(value) for match, value in found}
    plain: dict[str, object] = {
        "premium_prompt": given["prompt"],
        "premium_completion": given["completion"],
    }
    return plain | tier | {"premium_above": thresholds.pop() * 1000}


def _openrouter(entry: Mapping[str, object]) -> dict[str, object]:
    pricing = entry.get("pricing")
    if not isinstance(pricing, dict):
        raise SkippedError("absent")
    given = {column: _million(pricing.get(key)) for column, key in OPENROUTER.items()}
    if given["prompt"] is None or given["completion"] is None:
        raise SkippedError("absent")
    # OpenRouter writes 0 where a class has no price of its own.
    return {name: rate for name, rate in given.items() if rate or name in {"prompt", "completion"}}


def _million(raw: object) -> Decimal | None:
    """Return USD per token as USD per million."""
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise SkippedError("absurd")
    try:
        return Decimal(str(raw)[:LONGEST_NUMBER]) * MILLION
    except ArithmeticError as exc:
        raise SkippedError("absurd") from exc
