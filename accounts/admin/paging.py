"""A page of a list of a large table: its rows are chosen by their keys, then read."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from typing_extensions import override
from unfold.views import ChangeList


class KeyedChangeList(ChangeList):
    """Reads the columns, and what they refer to, of the rows of the page alone.

    A database that has to sort what a filter left sorts keys then, not whole rows joined to others.
    """

    @override
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        found = self.result_list
        if not isinstance(found, QuerySet):
            return
        keys = list(found.values_list("pk", flat=True))
        rows: QuerySet[Any] = self.root_queryset.filter(pk__in=keys).order_by()
        if not rows.query.select_related:
            rows = self.apply_select_related(rows)
        by_key = {row.pk: row for row in rows}
        # A row that has just been taken away is missing.
        self.result_list = [by_key[key] for key in keys if key in by_key]
