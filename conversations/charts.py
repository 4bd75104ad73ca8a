"""Series about conversations for the admin dashboard."""

from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from conversations.models import Generation, State
from librechat.kernel.charts import Chart, Series, chart
from librechat.kernel.ids import object_id_at


@chart("answers", capability="read:usage")
def answers(start: datetime, end: datetime) -> Chart:
    """Return how the answers of each day ended."""
    rows = (
        Generation.objects.filter(pk__gte=object_id_at(start), pk__lt=object_id_at(end))
        .order_by()
        .values_list(TruncDate("created_at"), "state")
        .annotate(count=Count("pk"))
    )
    counts = {(day, state): count for day, state, count in rows}
    days = [(start + timedelta(days=at)).date() for at in range((end - start).days)]
    names = (
        (State.DONE, _("Done")),
        (State.STOPPED, _("Stopped")),
        (State.FAILED, _("Failed")),
        (State.INTERRUPTED, _("Interrupted")),
    )
    return Chart(
        _("Answers by how they ended"),
        tuple(
            Series(name, tuple((day.isoformat(), counts.get((day, state), 0)) for day in days))
            for state, name in names
        ),
    )
