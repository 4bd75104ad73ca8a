"""A cut through the usage as rows: grouped, named, sorted."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import product
from operator import add
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import ApiKey, GroupMember, User
from accounts.models.group import Group
from billing.models.usage import SUMS
from billing.queries.usage import Key, Numbers, total, usage_sums
from billing.queries.usage_filters import GROUPINGS, Cut, cut_question
from librechat.kernel import clock

COLUMNS = ("calls", "tokens", *SUMS[1:5], "credits", "usd", "estimated_calls")
USD = 1_000_000
# What every database takes in one question.
MOST_IDS = 500


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

    Rows are made when they are read: a page of a long table makes its own rows only.
    order: the rows' values. sums: values → numbers in the order of SUMS.
    names: for each level value → what people read.
    """

    cut: Cut
    order: list[Key]
    sums: Mapping[Key, Numbers]
    names: tuple[Mapping[str, str], ...]
    total: Sums

    @property
    def rows(self) -> list[Row]:
        """All of them."""
        return self.rows_between(0, len(self.order))

    def rows_between(self, start: int, end: int) -> list[Row]:
        """Return some of them, from ``start`` until before ``end``."""
        return [
            Row(values, self.labels_of(values), Sums(*self.sums[values]))
            for values in self.order[start:end]
        ]

    @property
    def whole(self) -> int:
        """The cut's measure of all calls."""
        return measured(astuple(self.total), self.cut.measure)

    def labels_of(self, values: Key) -> tuple[str, ...]:
        """Return what people read in place of a row's values."""
        return tuple(names[value] for names, value in zip(self.names, values, strict=True))

    def measured(self, values: Key) -> int:
        """Return the cut's measure of a row."""
        return measured(self.sums[values], self.cut.measure)


def usage_table(cut: Cut) -> UsageTable:
    """Return a cut's rows; a bounded number of queries, whatever there is."""
    question = cut_question(cut)
    found = usage_sums(question)
    folded = _folded(cut, question.by, found)
    names = tuple(_names(name, {key[at] for key in folded}) for at, name in enumerate(cut.by))
    return UsageTable(cut, _order(cut, folded, names), folded, names, Sums(*total(found.values())))


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


def measured(numbers: Sequence[int], measure: str) -> int:
    """Return one of the page's measures of a row's numbers."""
    calls, *tokens, money, estimated = numbers
    match measure:
        case "tokens":
            return sum(tokens)
        case "calls":
            return calls
        case "estimated":
            return round(100 * estimated / calls) if calls else 0
        case _:
            return money


def _folded(cut: Cut, by: tuple[str, ...], found: Mapping[Key, Numbers]) -> dict[Key, Numbers]:
    """Return the values of the cut's levels → sums; who is in two groups counts in both."""
    spots = [by.index(GROUPINGS[name]) for name in cut.by]
    expanders = []
    for name, spot in zip(cut.by, spots, strict=True):
        expand = _expander(name, {key[spot] for key in found})
        expanders.append({value: expand(value) for value in {key[spot] for key in found}})
    folded: dict[Key, Numbers] = {}
    for key, numbers in found.items():
        levels = [expand[key[spot]] for expand, spot in zip(expanders, spots, strict=True)]
        for values in product(*levels):
            known = folded.get(values)
            folded[values] = numbers if known is None else [*map(add, known, numbers)]
    return folded


def _order(
    cut: Cut, sums: Mapping[Key, Numbers], names: tuple[Mapping[str, str], ...]
) -> list[Key]:
    """Return the rows' values sorted as the cut asks, equal ones by name."""
    ranks = [_ranks(level) for level in names]

    def by_name(values: Key) -> tuple[int, ...]:
        return tuple(rank[value] for rank, value in zip(ranks, values, strict=True))

    order = sorted(sums, key=by_name)
    if cut.sort == "name":
        return order[::-1] if cut.is_descending else order
    if not cut.sort and cut.by[0] in {"day", "hour"}:
        return order
    measure = cut.sort or cut.measure
    order.sort(key=lambda values: measured(sums[values], measure), reverse=cut.is_descending)
    return order


def _ranks(names: Mapping[str, str]) -> dict[str, int]:
    labels = {label: at for at, label in enumerate(sorted({*map(str.casefold, names.values())}))}
    return {value: labels[label.casefold()] for value, label in names.items()}


def _expander(name: str, people: set[Any]) -> Callable[[Any], Sequence[str]]:
    """Return how a column's value becomes the values of a grouping: usually one."""
    match name:
        case "group":
            groups = _groups_of(people)
            return lambda user: groups.get(user) or [""]
        case "role":
            roles = _by_id(User.objects.all(), people, "role")
            return lambda user: [roles.get(user, "")]
        case "day":
            return lambda moment: [moment.date().isoformat()]
        case "hour":
            return lambda moment: [_hour(moment)]
        case _:
            return lambda value: [value]


def _hour(moment: datetime) -> str:
    return clock.iso(moment)[:16].replace("T", " ")


def _groups_of(people: set[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for user, group in GroupMember.objects.values_list("user_id", "group_id"):
        if user in people:
            groups[user].append(group)
    return groups


def _names(name: str, values: set[str]) -> dict[str, str]:
    """Return value → how it is called, for each of them."""
    known: dict[str, str] = {}
    match name:
        case "user":
            known = _by_id(User.objects.all(), values, "email")
        case "group":
            known = dict(Group.objects.values_list("pk", "name"))
        case "key":
            known = _by_id(ApiKey.objects.all(), values, "name")
        case _:
            pass
    if name == "user":
        gone = _("(deleted)")
        return {value: known.get(value) or f"{gone} {value}".strip() for value in values}
    missing = _("(none)")
    return {value: known.get(value) or value or missing for value in values}


def _by_id(rows: "QuerySet[Any]", ids: set[str], column: str) -> dict[str, str]:
    """Return id → column, in one query whatever the number of ids."""
    found = rows.filter(pk__in=ids - {""}) if len(ids) <= MOST_IDS else rows
    return dict(found.values_list("pk", column))
