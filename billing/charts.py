"""Series about money for the admin dashboard."""

import heapq
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from billing.models.usage import SUMS
from billing.queries.usage import DAY, Question, Span, day_of, span_summed, usage_sums
from billing.queries.usage_days import day_sums, regrouped
from librechat.kernel.charts import Chart, Series, chart

MOST_MODELS, MOST_PEOPLE = 6, 10
CREDITS = SUMS.index("credits")
CLASSES = ("input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens")
MOMENT = timedelta(microseconds=1)


@chart("spend")
def spend(start: datetime, end: datetime) -> Chart:
    """Return what the calls of each day cost, the dearest models apart."""
    sums = day_sums(_days(start, end))
    whole: dict[str, int] = {}
    for (_day, model, _context), numbers in sums.items():
        whole[model] = whole.get(model, 0) + numbers[CREDITS]
    named = sorted(whole, key=lambda model: (-whole[model], model))[:MOST_MODELS]
    names = [*named, *([_("Others")] if len(whole) > len(named) else [])]
    points: dict[tuple[str, str], int] = {}
    for (day, model, _context), numbers in sums.items():
        spot = day.date().isoformat(), model if model in named else _("Others")
        points[spot] = points.get(spot, 0) + numbers[CREDITS]
    return _by_day(_("Cost by day"), start, end, names, points, unit="credits")


@chart("tokens")
def tokens(start: datetime, end: datetime) -> Chart:
    """Return the tokens of each day by class."""
    sums = regrouped(day_sums(_days(start, end)), lambda key: key[0].date().isoformat())
    names = {
        "input_tokens": _("Input"),
        "output_tokens": _("Output"),
        "cache_write_tokens": _("Written to the cache"),
        "cache_read_tokens": _("Read from the cache"),
    }
    points = {
        (day, names[name]): numbers[SUMS.index(name)]
        for day, numbers in sums.items()
        for name in CLASSES
    }
    return _by_day(_("Tokens by day"), start, end, list(names.values()), points)


@chart("top-models")
def top_models(start: datetime, end: datetime) -> Chart:
    """Return the models that cost most."""
    sums = regrouped(day_sums(_days(start, end)), lambda key: key[1])
    spent = {model: numbers[CREDITS] for model, numbers in sums.items()}
    return _top(_("Models by cost"), spent, lambda model: model or _("(none)"))


@chart("top-people", capability="read:users")
def top_people(start: datetime, end: datetime) -> Chart:
    """Return the people whose calls cost most."""
    sums = usage_sums(Question(_days(start, end), ("user_id",), sums=("credits",)))
    found = heapq.nlargest(MOST_PEOPLE, sums, key=lambda key: sums[key])
    spent = {key[0]: sums[key][0] for key in found}
    emails = dict(User.objects.filter(pk__in=spent).values_list("pk", "email"))
    return _top(_("People by cost"), spent, lambda pk: emails.get(pk, _("(deleted)")))


def _top(title: str, spent: Mapping[str, int], name: Callable[[str], str]) -> Chart:
    largest = sorted(spent.items(), key=lambda item: (-item[1], item[0]))[:MOST_PEOPLE]
    points: dict[str, int] = {}
    for value, number in largest:
        label = name(value)
        points[label] = points.get(label, 0) + number
    return Chart(title, (Series(title, tuple(points.items())),), "credits")


def _days(start: datetime, end: datetime) -> Span:
    """Return whole days around a stretch of time, which is what is summed up fastest."""
    return span_summed(Span(day_of(start), day_of(end - MOMENT) + DAY))


def _by_day(
    title: str,
    start: datetime,
    end: datetime,
    names: list[str],
    points: Mapping[tuple[str, str], int],
    *,
    unit: str = "",
) -> Chart:
    first = start.astimezone(UTC).date()
    count = (day_of(end - MOMENT).date() - first).days + 1
    days = [(first + timedelta(days=number)).isoformat() for number in range(count)]
    series = [Series(n, tuple((day, points.get((day, n), 0)) for day in days)) for n in names]
    return Chart(title, tuple(series or [Series(title, tuple((day, 0) for day in days))]), unit)
