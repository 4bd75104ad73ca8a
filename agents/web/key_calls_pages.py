"""The calls of one access key: a list with filters, and a file."""

import csv
from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts.queries.audit import cell
from accounts.web.settings_pages import person
from agents.services.relay_reports import call_rows, calls_of_key, models_of_key
from agents.web.access_key_forms import CallsForm
from agents.web.access_key_pages import own_key
from librechat.kernel import clock

PAGE = 50


class Echo:
    """A file that gives back what is written to it, for the CSV writer."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


@method_decorator(never_cache, name="dispatch")
class KeyCallsPage(LoginRequiredMixin, View):
    """What went through a key."""

    def get(self, request: HttpRequest, key_id: str) -> HttpResponse:
        """Show a page of the calls."""
        key = own_key(person(request), key_id)
        form = CallsForm(request.GET)
        calls = calls_of_key(key.pk, form.wanted())
        shown = Paginator(calls, PAGE).get_page(request.GET.get("page"))
        kept = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
        context = {
            "tab": "keys",
            "key": key,
            "form": form,
            "calls": shown,
            "models": models_of_key(key.pk),
            "query": urlencode(kept),
        }
        return render(request, "agents/access_key_calls.html", context)


class KeyCallsFile(LoginRequiredMixin, View):
    """The same as a file."""

    def get(self, request: HttpRequest, key_id: str) -> StreamingHttpResponse:
        """Return the calls that fit the filters as CSV."""
        key = own_key(person(request), key_id)
        rows = call_rows(calls_of_key(key.pk, CallsForm(request.GET).wanted()))
        response = StreamingHttpResponse(_csv_of(rows), content_type="text/csv; charset=utf-8")
        name = f"calls-{clock.now():%Y%m%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _csv_of(rows: Iterator[list[object]]) -> Iterator[bytes]:
    table = csv.writer(Echo())
    for row in rows:
        told = ["" if value is None else cell(str(value)) for value in row]
        yield str(table.writerow(told)).encode()
