"""Usage as providers export it: OpenAI's and Anthropic's files read into lines of one form."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from billing.errors import UsageFileError

CREDITS_PER_USD = 1_000_000
CENTS_PER_USD = 100
LARGEST_BYTES = 64 * 1024 * 1024
LARGEST_NUMBER = Decimal(10**15)
# What providers add to a model's name for the version that answered.
VERSION = re.compile(r"(-\d{4}-\d{2}-\d{2}|-\d{8}|-latest)$")
# Columns that every line of a CSV has, whether anything was used or not.
MOMENTS = {"start_time", "end_time", "start_time_iso", "end_time_iso"}


@dataclass(frozen=True, slots=True)
class Billed:
    """What a provider counted for a model on a day, UTC; None for what the file does not say.

    input_tokens: all tokens that went in, cached or not. credits: a millionth of a dollar each.
    """

    day: date
    model: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    credits: Decimal | None = None


Reader = Callable[[Mapping[str, Any], date], Billed]
Row = Mapping[str, Any]


def export_read(raw: bytes, *, provider: str) -> list[Billed]:
    """Return the lines of an export: the API's JSON or the console's CSV, usage or costs.

    Raises:
        UsageFileError: it is too large, damaged, cut off, another provider's, or not by model.
    """
    if len(raw) > LARGEST_BYTES:
        raise UsageFileError("The file is larger than 64 MB.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise UsageFileError("The file is not text in UTF-8.") from exc
    is_json = text.lstrip()[:1] in {"{", "["}
    lines = list(_from_json(text, provider) if is_json else _from_csv(text, provider))
    if not lines:
        raise UsageFileError("The file has no usage in it.")
    return lines


def model_name(name: str) -> str:
    """Return a model's name without the version that answered.

    Anthropic's costs have the names people read: "Claude Sonnet 4.5" is claude-sonnet-4-5.
    """
    plain = name.strip().lower()
    if plain.startswith("claude"):
        plain = re.sub(r"[ .]+", "-", plain)
    return VERSION.sub("", plain)


def _from_json(text: str, provider: str) -> Iterator[Billed]:
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        raise UsageFileError(f"The file is no JSON: {exc}.") from exc
    pages = body if isinstance(body, list) else [body]
    for page in pages:
        buckets = page.get("data") if isinstance(page, dict) else None
        if not isinstance(buckets, list):
            raise UsageFileError("The file is no usage report: it has no list named data.")
        for bucket in buckets:
            results = bucket.get("results") if isinstance(bucket, dict) else None
            if not isinstance(results, list):
                raise UsageFileError("The file is no usage report: data without results.")
            for result in results:
                yield _result(bucket, result, provider)
    if pages and pages[-1].get("has_more"):
        raise UsageFileError("The report is cut off (has_more): fetch the pages that follow too.")


def _result(bucket: Row, result: object, provider: str) -> Billed:
    if not isinstance(result, dict):
        raise UsageFileError("The file is damaged: a result is no object.")
    if provider == "openai":
        readers = {"input_tokens": _openai_usage, "amount": _openai_cost}
        day = _day(bucket.get("start_time"))
    else:
        readers = {"uncached_input_tokens": _anthropic_usage, "amount": _anthropic_cost}
        day = _day(bucket.get("starting_at"))
    for column, reader in readers.items():
        if column in result:
            return reader(result, day)
    raise UsageFileError(f"This is no report of {provider}: results have other fields.")


def _from_csv(text: str, provider: str) -> Iterator[Billed]:
    table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = set(table.fieldnames or ())
        if columns and columns <= MOMENTS:  # what OpenAI exports when nothing was used
            return
        reader, moment = _csv_reader(columns, provider)
        for row in table:
            if None in row or None in row.values():
                raise UsageFileError(f"The file is damaged at line {table.line_num}.")
            if not any(value for name, value in row.items() if name not in MOMENTS):
                continue
            yield reader(row, _day(row[moment]))
    except csv.Error as exc:
        raise UsageFileError(f"The file is damaged at line {table.line_num}: {exc}.") from exc


def _csv_reader(columns: set[str], provider: str) -> tuple[Reader, str]:
    """Return how a file with these columns is read, and the column of the day."""
    known: list[tuple[set[str], Reader]] = [
        ({"model", "input_tokens", "output_tokens"}, _openai_usage),
        ({"line_item", "amount_value"}, _openai_cost_row),
    ]
    moments = ["start_time_iso", "start_time"]
    if provider == "anthropic":
        known = [
            ({"model_version", "usage_input_tokens_no_cache"}, _anthropic_usage_row),
            ({"model", "cost_usd"}, _anthropic_cost_row),
        ]
        moments = ["usage_date_utc"]
    moment = next((name for name in moments if name in columns), None)
    for needed, reader in known:
        if moment and needed <= columns:
            return reader, moment
    raise UsageFileError(f"This is no export of {provider}: the columns are others.")


def _openai_usage(row: Row, day: date) -> Billed:
    # OpenAI counts cached tokens within the input.
    tokens = _whole(row, "input_tokens"), _whole(row, "output_tokens")
    return Billed(day, _model(row, "model"), *tokens)


def _openai_cost(row: Row, day: date) -> Billed:
    amount = row["amount"]
    if not isinstance(amount, dict):
        raise UsageFileError("The file is damaged: an amount is no object.")
    return _in_dollars(row, day, amount.get("value"), amount.get("currency"))


def _openai_cost_row(row: Row, day: date) -> Billed:
    return _in_dollars(row, day, row["amount_value"], row.get("amount_currency", "usd"))


def _in_dollars(row: Row, day: date, value: object, currency: object) -> Billed:
    """Read a line item, such as "gpt-4o-2024-08-06, input"."""
    _dollars_only(currency)
    model = _model(row, "line_item").split(",")[0].strip()
    return Billed(day, model, credits=_number(value, "the amount") * CREDITS_PER_USD)


def _anthropic_usage(row: Row, day: date) -> Billed:
    written = row.get("cache_creation") or {}
    if not isinstance(written, dict):
        raise UsageFileError("The file is damaged: cache_creation is no object.")
    inward = _whole(row, "uncached_input_tokens") + _whole(row, "cache_read_input_tokens")
    inward += sum(_whole(written, name) for name in written)
    return Billed(day, _model(row, "model"), inward, _whole(row, "output_tokens"))


def _anthropic_usage_row(row: Row, day: date) -> Billed:
    inward = sum(_whole(row, name) for name in row if name.startswith("usage_input_tokens"))
    return Billed(day, _model(row, "model_version"), inward, _whole(row, "usage_output_tokens"))


def _anthropic_cost(row: Row, day: date) -> Billed:
    _dollars_only(row.get("currency"))
    model = row.get("model") or row.get("description") or ""
    cents = _number(row["amount"], "the amount")
    return Billed(
        day, _model({"model": model}, "model"), credits=cents * CREDITS_PER_USD / CENTS_PER_USD
    )


def _anthropic_cost_row(row: Row, day: date) -> Billed:
    dollars = _number(row["cost_usd"], "cost_usd")
    return Billed(day, _model(row, "model"), credits=dollars * CREDITS_PER_USD)


def _model(row: Row, column: str) -> str:
    name = row.get(column)
    if not isinstance(name, str) or not name.strip():
        raise UsageFileError(f"The export is not by model: {column} is empty. Group it by model.")
    return name.strip()


def _whole(row: Row, column: str) -> int:
    number = _number(row.get(column) or 0, column)
    if number != number.to_integral_value():
        raise UsageFileError(f"The file is damaged: {column} is {number}.")
    return int(number)


def _number(value: object, column: str) -> Decimal:
    try:
        number = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation as exc:
        raise UsageFileError(f"The file is damaged: {column} is {str(value)[:40]!r}.") from exc
    if not number.is_finite() or not 0 <= number <= LARGEST_NUMBER:
        raise UsageFileError(f"The file is damaged: {column} is {str(value)[:40]!r}.")
    return number


def _dollars_only(currency: object) -> None:
    if str(currency).lower() != "usd":
        raise UsageFileError(
            f"The costs are in {str(currency)[:10]!r}; only US dollars are compared."
        )


def _day(value: object) -> date:
    """Return the day, UTC, of seconds since the epoch or of an ISO text."""
    text = str(value).strip()
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), tz=UTC).date()
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as exc:
        raise UsageFileError(f"The file is damaged: {text[:40]!r} is no day.") from exc
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
