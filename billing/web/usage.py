"""One's own usage: balance, this month, receipts, all of it as a file."""

import csv
from collections.abc import Iterator

import orjson
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts.models import User
from accounts.queries.audit import cell
from accounts.web.settings_pages import person
from billing.queries.own_usage import OwnUsage, own_usage
from billing.queries.receipts import (
    COLUMNS,
    Receipt,
    receipt_json,
    receipts_all,
    receipts_page,
)
from billing.services.balances import balance_get
from billing.services.refills import refill_due_at
from billing.web.budget_context import budgets_context
from librechat.kernel import charts, clock

LONGEST_ID = 64


class Echo:
    """A file that gives back what is written to it, for the CSV writer."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


@method_decorator(never_cache, name="dispatch")
class UsagePage(LoginRequiredMixin, View):
    """What I have, used and paid."""

    template = "billing/usage.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show balance, month and receipts; ``?message=`` shows the calls of one answer."""
        user = person(request)
        message_id = request.GET.get("message", "")[:LONGEST_ID]
        cursor = request.GET.get("before", "")
        used = own_usage(user)
        context = {
            "tab": "usage",
            "used": used,
            "chart": charts.svg(month_chart(used)) if used.whole.calls else "",
            "page": receipts_page(user, cursor=cursor, message_id=message_id),
            "message_id": message_id,
            "is_first": not cursor,
            **_balance_context(user),
            **budgets_context(user),
        }
        return render(request, self.template, context)


class UsageExportPage(LoginRequiredMixin, View):
    """Every receipt of mine as a file."""

    def get(self, request: HttpRequest, kind: str) -> StreamingHttpResponse:
        """Return CSV or JSON.

        Raises:
            Http404: another kind.
        """
        if kind not in {"csv", "json"}:
            raise Http404
        receipts = receipts_all(person(request))
        body = _json_of(receipts) if kind == "json" else _csv_of(receipts)
        content_type = "application/json" if kind == "json" else "text/csv; charset=utf-8"
        response = StreamingHttpResponse(body, content_type=content_type)
        name = f"usage-{clock.now():%Y%m%d}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def month_chart(used: OwnUsage) -> charts.Chart:
    """Return the cost of each day so far."""
    title = _("Cost by day")
    points = tuple((day.name, day.credits) for day in used.days)
    return charts.Chart(title, (charts.Series(title, points),), "credits")


def _balance_context(user: User) -> dict[str, object]:
    balance = balance_get(user)
    return {"balance": balance, "refill_at": refill_due_at(balance) if balance else None}


def _csv_of(receipts: Iterator[Receipt]) -> Iterator[bytes]:
    table = csv.writer(Echo())
    yield str(table.writerow(COLUMNS)).encode()
    for receipt in receipts:
        row = receipt_json(receipt)
        yield str(table.writerow([cell(str(row[name])) for name in COLUMNS])).encode()


def _json_of(receipts: Iterator[Receipt]) -> Iterator[bytes]:
    yield b"["
    for number, receipt in enumerate(receipts):
        yield (b"," if number else b"") + orjson.dumps(receipt_json(receipt))
    yield b"]"
