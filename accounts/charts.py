"""Series about people for the admin dashboard."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, TextField
from django.db.models.functions import Cast, Substr
from django.utils.translation import gettext as _

from accounts.models import AuthSession, User
from librechat.kernel.charts import Chart, Series, chart
from librechat.kernel.ids import object_id_at


@chart("people", capability="read:users")
def people(start: datetime, end: datetime) -> Chart:
    """Return the accounts made and the sign-ins of each day."""
    made = User.objects.filter(created_at__gte=start, created_at__lt=end)
    signed_in = AuthSession.objects.filter(
        pk__gte=object_id_at(start),
        pk__lt=object_id_at(end),
        impersonator=None,
    )
    accounts, entries = _by_day(made), _by_day(signed_in)
    days = list(_days(start, end))
    return Chart(
        _("People"),
        (
            Series(_("Sign-ins"), tuple((day, entries[day]) for day in days)),
            Series(_("New accounts"), tuple((day, accounts[day]) for day in days)),
        ),
        kind="line",
    )


def _by_day(rows: QuerySet[Any]) -> dict[str, int]:
    """Return how many were made on each day.

    The day is cut from the text of the moment: on SQLite ``TruncDate`` calls Python for every row.
    """
    day = Substr(Cast("created_at", TextField()), 1, len("2026-11-22"))
    counts = rows.order_by().annotate(day=day).values_list("day").annotate(Count("pk"))
    return defaultdict(int, counts)


def _days(start: datetime, end: datetime) -> Iterator[str]:
    day = start
    while day < end:
        yield f"{day:%Y-%m-%d}"
        day += timedelta(days=1)
