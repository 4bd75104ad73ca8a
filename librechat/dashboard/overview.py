"""The first page of the administration: tiles, charts, what is unusual."""

import csv
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.admin.asking import actor_of
from accounts.admin.rights import may
from accounts.limits.caller import Caller
from accounts.queries.audit import cell
from accounts.services.audit import Act, Target, audit_record
from billing.queries.usage import sums_end
from librechat.dashboard.anomalies import anomalies
from librechat.dashboard.kept import kept
from librechat.dashboard.periods import Period, period_named, presets
from librechat.dashboard.tiles import tiles
from librechat.kernel.charts import Chart, Plot, charts, svg, table


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as the page shows it; rows: its table, the header first."""

    name: str
    title: str
    picture: SafeString
    head: list[str]
    rows: list[list[str]]


def overview(request: HttpRequest) -> TemplateResponse:
    """Show what the administrator's capabilities let them see."""
    period = _period(request)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Overview"),
        "period": period,
        "presets": presets(period),
        "tiles": tiles(request, period),
        "anomalies": anomalies(request),
        "watches_anomalies": may(request, "read:billing") or may(request, "read:system"),
        "charts": _charts(request, period),
        "summed_until": sums_end() if may(request, "read:usage") else None,
    }
    return TemplateResponse(request, "admin/dashboard/overview.html", context)


@require_safe
def chart_export(request: HttpRequest, name: str) -> HttpResponse:
    """Return a chart's table as CSV; it is on record, but holds sums only and asks no proof."""
    plot = charts().get(name)
    if plot is None or not may(request, plot.capability):
        raise Http404
    period = _period(request)
    act = Act(
        category="system",
        action="chart.exported",
        actor=actor_of(request),
        target=Target("chart", name, name),
        metadata={"from": f"{period.start:%Y-%m-%d}", "to": f"{period.last_day:%Y-%m-%d}"},
        caller=Caller.of(request),
    )
    audit_record(act)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    filename = "".join(letter if letter.isalnum() else "-" for letter in name)
    response["Content-Disposition"] = (
        f'attachment; filename="{filename}-{period.start:%Y%m%d}-{period.last_day:%Y%m%d}.csv"'
    )
    writer = csv.writer(response)
    head, *rows = table(_chart(name, plot, period))
    writer.writerow([cell(text) for text in head])
    writer.writerows([cell(label), *numbers] for label, *numbers in rows)
    return response


def _period(request: HttpRequest) -> Period:
    return period_named(request.GET.get("from", ""), request.GET.get("to", ""))


def _charts(request: HttpRequest, period: Period) -> list[Drawn]:
    found = []
    for name, plot in charts().items():
        if may(request, plot.capability):
            chart = _chart(name, plot, period)
            head, *rows = table(chart)
            found.append(Drawn(name, chart.title, svg(chart), head, rows))
    return found


def _chart(name: str, plot: Plot, period: Period) -> Chart:
    """Return a chart as it was a minute ago at most, in the language of the page."""
    key = f"chart:{name}:{get_language()}:{period}"
    return kept(key, lambda: plot(period.start, period.end))
