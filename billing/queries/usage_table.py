"""A cut through the usage as rows: grouped, named, sorted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter

from billing.models.usage import SUMS
from billing.queries.usage import (
    Edges,
    Key,
    Numbers,
    Question,
    Span,
    total,
    usage_edges,
    usage_sums,
)
from billing.queries.usage_filters import Cut, cut_question
from billing.queries.usage_names import names_of
from librechat.kernel import clock

COLUMNS = ("calls", "tokens", *SUMS[1:5], "credits", "usd", "estimated_calls")
USD = 1_000_000
# Rows whose people are named one by one; of more, everybody's sums are read.
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Sums:
    """The numbers of a row."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    credits: int = 0
    estimated_calls: int = 0

    @property
    def tokens(self) -> int:
        """All tokens, in and out."""
        inward = self.input_tokens + self.cache_write_tokens + self.cache_read_tokens
        return inward + self.output_tokens

    @property
    def usd(self) -> str:
        """The credits in US dollars, exactly."""
        return f"{self.credits // USD}.{self.credits % USD:06d}"

    @property
    def estimated_percent(self) -> int:
        """How many calls of a hundred were counted by us, not by the provider."""
        return round(100 * self.estimated_calls / self.calls) if self.calls else 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line: values as filters take them, what people read, sums."""

    values: tuple[str, ...]
    labels: tuple[str, ...]
    sums: Sums


@dataclass(frozen=True, slots=True)
class UsageTable:
    """Every row of a cut, sorted, and the sums over all calls, each counted once.

    Rows are made when they are read: a page of a long table names its own rows only.
    order: the rows' values. counts: values → the cut's measure. read: values → numbers in the
    order of SUMS, for rows of the table.
    """

    cut: Cut
    order: list[Key]
    counts: Mapping[Key, int]
    total: Sums
    read: Callable[[Sequence[Key]], Mapping[Key, Numbers]]

    @property
    def rows(self) -> list[Row]:
        """All of them."""
        return self.rows_between(0, len(self.order))

    def rows_between(self, start: int, end: int) -> list[Row]:
        """Return some of them, from ``start`` until before ``end``; few queries for each level."""
        shown = self.order[start:end]
        labels = self.labels_of(shown)
        numbers = self.read(shown)
        return [
            Row(values, labelled, Sums(*numbers[values]))
            for values, labelled in zip(shown, labels, strict=True)
        ]

    @property
    def whole(self) -> int:
        """The cut's measure of all calls."""
        return _counted({(): list(astuple(self.total))}, SUMS, self.cut.measure)[()]

    def labels_of(self, keys: Iterable[Key]) -> list[tuple[str, ...]]:
        """Return what people read in place of the values of rows; a query for each level."""
        return _labels(self.cut, list(keys))


def usage_table(cut: Cut) -> UsageTable:
    """Return a cut's rows; a bounded number of queries, whatever there is."""
    return _people_table(cut) if "user" in cut.by else _short_table(cut)


def _short_table(cut: Cut) -> UsageTable:
    """Return a table of which every number is read at once: there are few rows."""
    question, edges = cut_question(cut), usage_edges()
    found = _in_words(cut, usage_sums(question, edges))
    order = _order(cut, _counted(found, SUMS, _sorted_by(cut)), {})
    counts = _counted(found, SUMS, cut.measure)
    once = _whole(question, edges) if "group" in cut.by else total(found.values())
    return UsageTable(cut, order, counts, Sums(*once), lambda _shown: found)


def _people_table(cut: Cut) -> UsageTable:
    """Return a table that may have a row for everybody, and of each only what it is sorted by.

    The numbers of the rows that are shown are read when they are.
    """
    question, edges = cut_question(cut), usage_edges()
    emails: dict[str, str] = {}
    wanted = {*MEASURED[cut.measure][0], *MEASURED[_sorted_by(cut)][0]}
    asked = replace(question, sums=tuple(name for name in SUMS if name in wanted))
    if cut.sort == "name":
        asked_names = replace(asked, by=(*asked.by, "email"))
        found = _without_emails(usage_sums(asked_names, edges), cut, emails)
    else:
        found = usage_sums(asked, edges)
    found = _in_words(cut, found)
    order = _order(cut, _counted(found, asked.sums, _sorted_by(cut)), emails)
    counts = _counted(found, asked.sums, cut.measure)

    def read(shown: Sequence[Key]) -> Mapping[Key, Numbers]:
        nothing: Numbers = [0] * len(SUMS)
        numbers = _in_words(cut, usage_sums(_about(question, cut, shown), edges))
        return {key: numbers.get(key, nothing) for key in shown}

    return UsageTable(cut, order, counts, Sums(*_whole(question, edges)), read)


def _whole(question: Question, edges: Edges) -> Numbers:
    """Return the sums over everything a question asks for."""
    return usage_sums(replace(question, by=()), edges).get((), total([]))


def _about(question: Question, cut: Cut, shown: Sequence[Key]) -> Question:
    """Return the question for every number of some rows, and not of many others."""
    span, where = question.span, dict(question.where)
    if shown and "day" in cut.by:
        days = [datetime.fromisoformat(key[cut.by.index("day")]) for key in shown]
        start, end = (day.replace(tzinfo=span.start.tzinfo) for day in (min(days), max(days)))
        span = Span(start, end + timedelta(days=1))
    if len(shown) <= MOST_SHOWN:
        where["user_id__in"] = sorted({key[cut.by.index("user")] for key in shown})
    return replace(question, span=span, where=where)


def _without_emails(
    found: Mapping[Key, Numbers], cut: Cut, emails: dict[str, str]
) -> dict[Key, Numbers]:
    """Return the sums without the address at the end of each key; it is put into ``emails``."""
    at = cut.by.index("user")
    rows: dict[Key, Numbers] = {}
    for key, numbers in found.items():
        emails[key[at]] = key[-1]
        row = key[:-1]
        # An address that changes meanwhile makes two rows of one.
        rows[row] = total([rows[row], numbers]) if row in rows else numbers
    return rows


def record_of(table: UsageTable, row: Row) -> dict[str, str | int]:
    """Return a row with every number, as the exports have it."""
    record: dict[str, str | int] = {}
    for name, value, label in zip(table.cut.by, row.values, row.labels, strict=True):
        record[name] = label
        if value != label:
            record[f"{name}_id"] = value
    for name in COLUMNS:
        record[name] = getattr(row.sums, name)
    return record


def export_columns(cut: Cut) -> list[str]:
    """Return the heads of every column that ``record_of`` may give."""
    levels = [head for name in cut.by for head in (name, f"{name}_id")]
    return [*levels, *COLUMNS]


def _percent(numbers: Sequence[int]) -> int:
    calls, estimated = numbers
    return round(100 * estimated / calls) if calls else 0


# Of MEASURES → the sums it needs, and what they come to.
MEASURED: dict[str, tuple[tuple[str, ...], Callable[[Sequence[int]], int]]] = {
    "money": (("credits",), sum),
    "tokens": (SUMS[1:5], sum),
    "calls": (("calls",), sum),
    "estimated": (("calls", "estimated_calls"), _percent),
}


def _sorted_by(cut: Cut) -> str:
    """Return the measure that rows are sorted by, or would be."""
    return cut.sort if cut.sort in MEASURED else cut.measure


def _counted(found: Mapping[Key, Numbers], sums: Sequence[str], measure: str) -> dict[Key, int]:
    """Return values → a measure. sums: what the numbers found are."""
    names, count = MEASURED[measure]
    spots = [sums.index(name) for name in names]
    if len(spots) == 1:
        [spot] = spots
        return {key: numbers[spot] for key, numbers in found.items()}
    chosen = itemgetter(*spots)
    return {key: count(chosen(numbers)) for key, numbers in found.items()}


def _in_words(cut: Cut, found: dict[Key, Numbers]) -> dict[Key, Numbers]:
    """Return the sums with days and hours as texts."""
    for at, name in enumerate(cut.by):
        if name in {"day", "hour"}:
            texts = {moment: _moment(name, moment) for moment in {key[at] for key in found}}
            found = {
                (*key[:at], texts[key[at]], *key[at + 1 :]): numbers
                for key, numbers in found.items()
            }
    return found


def _moment(name: str, moment: datetime) -> str:
    if name == "day":
        return moment.date().isoformat()
    return clock.iso(moment)[:16].replace("T", " ")


def _order(cut: Cut, counts: Mapping[Key, int], emails: Mapping[str, str]) -> list[Key]:
    """Return the rows' values sorted as the cut asks, equal ones by value: no name is looked up.

    Of every day or hour those come first that have the most. emails: of people, where it is by
    name that rows are sorted.
    """
    if cut.sort == "name":
        levels = [
            {value: name.casefold() for value, name in names.items()}
            for names in _names(cut, list(counts), emails)
        ]
        # Of many rows few values are different: they are folded, and put beside their rows.
        named = [(tuple(map(dict.__getitem__, levels, key)), key) for key in counts]
        named.sort(reverse=cut.is_descending)
        return [key for _named, key in named]
    order = sorted(counts)
    order.sort(key=counts.__getitem__, reverse=cut.is_descending)
    if not cut.sort and cut.by[0] in {"day", "hour"}:
        order.sort(key=itemgetter(0))
    return order


def _labels(
    cut: Cut, keys: Sequence[Key], emails: Mapping[str, str] | None = None
) -> list[tuple[str, ...]]:
    levels = _names(cut, keys, emails)
    return [
        tuple(names[value] for names, value in zip(levels, values, strict=True)) for values in keys
    ]


def _names(
    cut: Cut, keys: Sequence[Key], emails: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Return value → what people read, for each level."""
    return [
        names_of(name, {key[at] for key in keys}, emails if name == "user" else None)
        for at, name in enumerate(cut.by)
    ]
