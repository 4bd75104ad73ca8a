"""What the usage explorer's page shows: rows with their ways on, a chart, the choices."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.models.group import Group
from accounts.models.role import Role
from billing.queries.usage import Key
from billing.queries.usage_filters import FILTERS, GROUPINGS, MEASURES, MONTHS, PERIODS, Cut
from billing.queries.usage_table import Row, Sums, UsageTable
from librechat.kernel import charts

ROWS_PER_PAGE = 50
MOST_BARS = 15
MOST_DAYS_DRAWN = 400
MOST_SERIES = 8  # the others as one of them: a chart has no more colours
# Values of groupings that no filter can name.
BROAD = {"group", "role", "user"}
UNITS = {"money": "credits", "tokens": "", "calls": "", "estimated": "%"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a row and the address that narrows the page down to it; "" when there is none."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the page; ``percent``: of the measure's total."""

    cells: list[Cell]
    sums: Sums
    percent: int


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a list of links."""

    label: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A sortable column; ``order``: ascending, descending or none, as ARIA has it."""

    label: str
    query: str
    order: str
    is_number: bool = True


def page_context(table: UsageTable, page: str) -> dict[str, object]:
    """Return the variables of the explorer's template; ``page``: its address."""
    cut = table.cut
    pages = max(1, -(-len(table.order) // ROWS_PER_PAGE))
    number = min(cut.page, pages)
    start = (number - 1) * ROWS_PER_PAGE
    drawn = usage_chart(table)
    return {
        "page": page,
        "cut": cut,
        "query": cut.query(),
        "lines": list(_lines(table, table.rows_between(start, start + ROWS_PER_PAGE))),
        "total": table.total,
        "count": len(table.order),
        "number": number,
        "pages": pages,
        "previous": number - 1 if number > 1 else 0,
        "next": number + 1 if number < pages else 0,
        "headings": _headings(cut),
        "periods": _periods(cut),
        "groupings": _grouping_names(),
        "then": cut.by[1] if len(cut.by) > 1 else "",
        "measures": _measure_names(),
        "chosen": _chosen(cut),
        "fields": [(name, _grouping_names()[name], cut.filters.get(name, "")) for name in FILTERS],
        "groups": list(Group.objects.values_list("pk", "name")[:500]),
        "roles": list(Role.objects.values_list("name", flat=True)),
        "counts_twice": "group" in cut.by,
        "chart": charts.svg(drawn) if table.order else "",
    }


def usage_chart(table: UsageTable) -> charts.Chart:
    """Return the table drawn: times as they pass, everything else by its largest rows."""
    cut = table.cut
    title = _measure_names()[cut.measure]
    unit = UNITS[cut.measure]
    if cut.by[0] in {"day", "hour"}:
        return charts.Chart(title, _over_time(table), unit)
    largest = heapq.nlargest(MOST_BARS, table.order, key=table.counts.__getitem__)
    labels = table.labels_of(largest)
    points = [
        (" · ".join(label), table.counts[row]) for row, label in zip(largest, labels, strict=True)
    ]
    return charts.Chart(title, (charts.Series(title, tuple(points)),), unit)


def _over_time(table: UsageTable) -> tuple[charts.Series, ...]:
    cut = table.cut
    wholes: dict[Key, int] = defaultdict(int)
    each: dict[str, int] = defaultdict(int)
    for row, number in table.counts.items():
        wholes[row[1:]] += number
        each[row[0]] += number
    days = [*_days(cut)] if cut.by[0] == "day" else sorted(each)
    most = MOST_SERIES if len(wholes) <= MOST_SERIES else MOST_SERIES - 1
    apart = heapq.nlargest(most, wholes, key=wholes.__getitem__)
    numbers: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for rest, name in _rest_names(table, apart).items():
        for day in days:
            number = table.counts.get((day, *rest), 0)
            numbers[name][day] += number
            each[day] -= number
    if len(wholes) > len(apart):
        for day in days:
            numbers[_("Others")][day] += each[day]
    return tuple(
        charts.Series(name, tuple((day, points[day]) for day in days))
        for name, points in sorted(numbers.items(), key=lambda item: -sum(item[1].values()))
    )


def _rest_names(table: UsageTable, apart: Sequence[Key]) -> dict[Key, str]:
    """Return the rows' second value → its name, "" where there is none, of those drawn apart."""
    moment = table.order[0][:1] if table.order else ()
    labels = table.labels_of([moment + rest for rest in apart])
    return {rest: label[1] if rest else "" for rest, label in zip(apart, labels, strict=True)}


def _days(cut: Cut) -> Iterator[str]:
    for number in range(min((cut.last - cut.first).days + 1, MOST_DAYS_DRAWN)):
        yield (cut.first + timedelta(days=number)).isoformat()


def _lines(table: UsageTable, rows: Sequence[Row]) -> Iterator[Line]:
    whole = table.whole
    for row in rows:
        triples = zip(table.cut.by, row.values, row.labels, strict=True)
        cells = [Cell(label, _narrowed(table.cut, name, value)) for name, value, label in triples]
        part = table.counts[row.values]
        yield Line(cells, row.sums, round(100 * part / whole) if whole else 0)


def _narrowed(cut: Cut, name: str, value: str) -> str:
    if name == "hour" or (name in BROAD and not value):
        return ""
    return cut.only(name, value or "-").query()


def _headings(cut: Cut) -> list[Heading]:
    names = _grouping_names()
    numbers = {
        "calls": _("Calls"),
        "tokens": _("Tokens"),
        "money": _("Cost"),
        "estimated": _("Estimated"),
    }
    first = [_heading(cut, "name", names[name], is_number=False) for name in cut.by]
    return [*first, *(_heading(cut, name, label) for name, label in numbers.items())]


def _heading(cut: Cut, name: str, label: str, *, is_number: bool = True) -> Heading:
    sorted_by = cut.sort or ("name" if cut.by[0] in {"day", "hour"} else cut.measure)
    is_sorted = sorted_by == name
    turned = not cut.is_descending if is_sorted else is_number
    query = replace(cut, sort=name, is_descending=turned, page=1).query()
    order = ("descending" if cut.is_descending else "ascending") if is_sorted else "none"
    return Heading(label, query, order, is_number)


def _periods(cut: Cut) -> list[Choice]:
    names = {
        "today": _("Today"),
        "7d": _("7 days"),
        "30d": _("30 days"),
        "90d": _("90 days"),
        "365d": _("365 days"),
        "month": _("This month"),
        "last-month": _("Last month"),
    }
    return [
        Choice(names[name], replace(cut, period=name, page=1).query(), cut.period == name)
        for name in (*PERIODS, *MONTHS)
    ]


def _chosen(cut: Cut) -> list[Choice]:
    """Return the filters in force, each with the address without it."""
    names = _grouping_names()
    found = []
    for name, value in cut.filters.items():
        rest = {other: kept for other, kept in cut.filters.items() if other != name}
        query = replace(cut, filters=rest, page=1).query()
        found.append(Choice(f"{names[name]}: {_shown(name, value)}", query, is_chosen=True))
    return found


def _shown(name: str, value: str) -> str:
    if name == "group":
        return Group.objects.filter(pk=value).values_list("name", flat=True).first() or value
    return _("(none)") if value == "-" else value


def _grouping_names() -> dict[str, str]:
    names = {
        "user": _("Person"),
        "group": _("Group"),
        "role": _("Role"),
        "model": _("Model"),
        "provider": _("Provider"),
        "agent": _("Agent"),
        "key": _("Access key"),
        "project": _("Project"),
        "context": _("Purpose"),
        "day": _("Day"),
        "hour": _("Hour"),
    }
    return {name: names[name] for name in GROUPINGS}


def _measure_names() -> dict[str, str]:
    names = {
        "money": _("Cost"),
        "tokens": _("Tokens"),
        "calls": _("Calls"),
        "estimated": _("Estimated"),
    }
    return {name: names[name] for name in MEASURES}
