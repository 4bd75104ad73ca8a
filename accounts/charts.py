"""Series about people for the admin dashboard."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

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
    accounts = Counter(f"{moment:%Y-%m-%d}" for moment in made.values_list("created_at", flat=True))
    entries = Counter(
        f"{moment:%Y-%m-%d}"
        for moment in signed_in.order_by().values_list("created_at", flat=True).iterator()
    )
    days = list(_days(start, end))
    return Chart(
        _("People"),
        (
            Series(_("Sign-ins"), tuple((day, entries[day]) for day in days)),
            Series(_("New accounts"), tuple((day, accounts[day]) for day in days)),
        ),
        kind="line",
    )


def _days(start: datetime, end: datetime) -> Iterator[str]:
    day = start
    while day < end:
        yield f"{day:%Y-%m-%d}"
        day += timedelta(days=1)
