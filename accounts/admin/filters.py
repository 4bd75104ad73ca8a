"""Filters of lists for tables that are too large to be looked through for every page."""

from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.db.models import Field, Model, QuerySet

from librechat.kernel.ids import ObjectIdField

KEPT_SECONDS = 300
MOST = 100
# Of how many of the newest rows the values are looked up: a table may have a million.
NEWEST = 50_000


def _newest(model: type[Model]) -> QuerySet[Any]:
    """Return the newest rows, where ids are in order of time; else all."""
    rows: QuerySet[Any] = QuerySet(model)
    if not isinstance(model._meta.pk, ObjectIdField):  # noqa: SLF001 - public but for its name
        return rows
    oldest = rows.order_by("-pk").values_list("pk", flat=True)[NEWEST : NEWEST + 1].first()
    return rows if oldest is None else rows.filter(pk__gt=oldest)


class KeptValuesFilter(admin.AllValuesFieldListFilter):
    """The values of a column in the newest rows, looked up every five minutes.

    Used as ``("endpoint", KeptValuesFilter)``; other values work from the address.
    """

    def __init__(self, field: Field[Any, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        key = f"admin-values:{field}"  # app, model and column
        values = cache.get(key)
        if values is None:
            found = _newest(field.model).order_by(field.name)
            values = list(found.values_list(field.name, flat=True).distinct()[:MOST])
            cache.set(key, values, KEPT_SECONDS)
        self.lookup_choices = values
