"""Series about conversations for the admin dashboard."""

from datetime import datetime, timedelta

from django.db.models import Count, TextField
from django.db.models.functions import Cast, Substr
from django.utils.translation import gettext as _

from conversations.models import Generation, State
from librechat.kernel.charts import Chart, Series, chart
from librechat.kernel.ids import object_id_at


@chart("answers", capability="read:usage")
def answers(start: datetime, end: datetime) -> Chart:
    """Return how the answers of each day ended.

    The day is cut from the text of the moment: on SQLite ``TruncDate`` calls Python for every row.
    """
    text = Substr(Cast("created_at", TextField()), 1, len("2026-11-22"))
    rows = (
        Generation.objects.filter(pk__gte=object_id_at(start), pk__lt=object_id_at(end))
        .order_by()
        .annotate(day=text)
        .values_list("day", "state")
        .annotate(count=Count("state"))
    )
    counts = {(day, state): count for day, state, count in rows}
    days = [f"{start + timedelta(days=at):%Y-%m-%d}" for at in range((end - start).days)]
    names = (
        (State.DONE, _("Done")),
        (State.STOPPED, _("Stopped")),
        (State.FAILED, _("Failed")),
        (State.INTERRUPTED, _("Interrupted")),
    )
    return Chart(
        _("Answers by how they ended"),
        tuple(
            Series(name, tuple((day, counts.get((day, state), 0)) for day in days))
            for state, name in names
        ),
    )
