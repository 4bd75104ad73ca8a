"""Filters of lists for tables that are too large to be looked through for every page."""

from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.db.models import Field, QuerySet

KEPT_SECONDS = 300
MOST = 100


class KeptValuesFilter(admin.AllValuesFieldListFilter):
    """The values of a column, looked up every five minutes: ``("endpoint", KeptValuesFilter)``."""

    def __init__(self, field: Field[Any, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        key = f"admin-values:{field}"  # app, model and column
        values = cache.get(key)
        if values is None:
            found: QuerySet[Any] = QuerySet(field.model).order_by(field.name)
            values = list(found.values_list(field.name, flat=True).distinct()[:MOST])
            cache.set(key, values, KEPT_SECONDS)
        self.lookup_choices = values
