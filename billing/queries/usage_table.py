"""A cut through the usage as rows: grouped, named, sorted."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
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

    def measured(self, measure: str) -> int:
        """Return one of the page's measures."""
        match measure:
            case "tokens":
                return self.tokens
            case "calls":
                return self.calls
            case "estimated":
                return self.estimated_percent
            case _:
                return self.credits


@dataclass(frozen=True, slots=True)
class Row:
    """One line: values as filters take them, what people read, sums."""

    values: tuple[str, ...]
    labels: tuple[str, ...]
    sums: Sums


@dataclass(frozen=True, slots=True)
class UsageTable:
    """Every row of a cut, sorted, and the sums over all calls, each counted once."""

    cut: Cut
    rows: list[Row]
    total: Sums


def usage_table(cut: Cut) -> UsageTable:
    """Return a cut's rows; a bounded number of queries, whatever there is."""
    question = cut_question(cut)
    found = usage_sums(question)
    names = [GROUPINGS[name] for name in cut.by]
    spots = [question.by.index(column) for column in names]
    people = {key[spots[at]] for key in found for at, c in enumerate(names) if c == "user_id"}
    expanders = [_expander(name, people) for name in cut.by]
    folded: dict[Key, Numbers] = {}
    for key, numbers in found.items():
        for values in _product([expand(key[spots[at]]) for at, expand in enumerate(expanders)]):
            known = folded.setdefault(values, [0] * len(SUMS))
            for at, number in enumerate(numbers):
                known[at] += number
    namers = [_namer(name, folded, at) for at, name in enumerate(cut.by)]
    rows = [
        Row(key, tuple(name(value) for name, value in zip(namers, key, strict=True)), Sums(*sums))
        for key, sums in folded.items()
    ]
    return UsageTable(cut, _sorted(rows, cut), Sums(*total(found.values())))


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


def _sorted(rows: list[Row], cut: Cut) -> list[Row]:
    rows.sort(key=lambda row: tuple(label.casefold() for label in row.labels))
    if cut.sort == "name":
        return rows[::-1] if cut.is_descending else rows
    if not cut.sort and cut.by[0] in {"day", "hour"}:
        return rows
    measure = cut.sort or cut.measure
    rows.sort(key=lambda row: row.sums.measured(measure), reverse=cut.is_descending)
    return rows


def _product(columns: Sequence[Sequence[str]]) -> Iterable[tuple[str, ...]]:
    if len(columns) == 1:
        return [(value,) for value in columns[0]]
    return [(first, second) for first in columns[0] for second in columns[1]]


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


def _namer(name: str, rows: dict[Key, Numbers], at: int) -> Callable[[str], str]:
    """Return how a value is called."""
    values = {key[at] for key in rows}
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
    missing = _("(deleted)") if name == "user" else _("(none)")
    if name == "user":
        return lambda value: known.get(value) or (f"{missing} {value}" if value else missing)
    return lambda value: known.get(value) or value or missing


def _by_id(rows: "QuerySet[Any]", ids: set[str], column: str) -> dict[str, str]:
    """Return id → column, in one query whatever the number of ids."""
    found = rows.filter(pk__in=ids - {""}) if len(ids) <= MOST_IDS else rows
    return dict(found.values_list("pk", column))
