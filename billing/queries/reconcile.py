"""What a provider counted beside what was booked here, by day and model."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal

from billing.errors import UsageFileError
from billing.queries.usage import DAY, Question, Span, usage_sums
from billing.queries.usage_exports import Billed, export_read, model_name

# Provider → the endpoint that its calls are booked under by default.
ENDPOINTS = {"openai": "openAI", "anthropic": "anthropic"}
MEASURES = ("input_tokens", "output_tokens", "credits")
DEFAULT_TOLERANCE_PERCENT = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What to compare: days (both included; None for the file's own), endpoints, tolerance."""

    provider: str
    first: date | None = None
    last: date | None = None
    endpoints: Sequence[str] = ()
    tolerance_percent: Decimal = DEFAULT_TOLERANCE_PERCENT


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that differs by more than the tolerance."""

    day: date
    model: str
    measure: str
    theirs: int
    ours: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The comparison; totals: measure → (theirs, ours), of what the file says."""

    first: date
    last: date
    differences: list[Difference]
    totals: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def reconcile(raw: bytes, terms: Terms) -> Reconciliation:
    """Compare an export with what was booked.

    Raises:
        UsageFileError: the file cannot be read, or has nothing on these days.
    """
    lines = export_read(raw, provider=terms.provider)
    first = terms.first or min(line.day for line in lines)
    last = terms.last or max(line.day for line in lines)
    theirs = _theirs(line for line in lines if first <= line.day <= last)
    if not theirs:
        raise UsageFileError("The file has nothing about these days.")
    measures = sorted({name for numbers in theirs.values() for name in numbers}, key=MEASURES.index)
    ours = _ours(first, last, terms)
    differences: list[Difference] = []
    totals = dict.fromkeys(measures, (0, 0))
    for day, model in sorted(theirs.keys() | ours.keys()):
        for name in measures:
            counted = round(theirs.get((day, model), {}).get(name, Decimal(0)))
            booked = ours.get((day, model), {}).get(name, 0)
            totals[name] = totals[name][0] + counted, totals[name][1] + booked
            if _differs(counted, booked, terms.tolerance_percent):
                differences.append(Difference(day, model, name, counted, booked))
    return Reconciliation(first, last, differences, totals)


def _theirs(lines: Iterable[Billed]) -> dict[tuple[date, str], dict[str, Decimal]]:
    found: dict[tuple[date, str], dict[str, Decimal]] = defaultdict(dict)
    for line in lines:
        numbers = found[line.day, model_name(line.model)]
        for name in MEASURES:
            value = getattr(line, name)
            if value is not None:
                numbers[name] = numbers.get(name, Decimal(0)) + value
    return found


def _ours(first: date, last: date, terms: Terms) -> dict[tuple[date, str], dict[str, int]]:
    start, end = (datetime.combine(day, time(), UTC) for day in (first, last))
    where = {"endpoint__in": list(terms.endpoints) or [ENDPOINTS[terms.provider]]}
    sums = usage_sums(Question(Span(start, end + DAY), ("day", "model"), where))
    found: dict[tuple[date, str], dict[str, int]] = defaultdict(dict)
    for (day, model), (_calls, inward, outward, written, read, booked, _estimated) in sums.items():
        numbers = found[day.date(), model_name(model)]
        new = {"input_tokens": inward + written + read, "output_tokens": outward, "credits": booked}
        for name, number in new.items():
            numbers[name] = numbers.get(name, 0) + number
    return found


def _differs(counted: int, booked: int, tolerance_percent: Decimal) -> bool:
    return abs(counted - booked) * 100 > max(counted, booked) * tolerance_percent
