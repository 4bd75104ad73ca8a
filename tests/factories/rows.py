"""A row of any model, with a text of the test's choice wherever it takes one."""

import itertools
from typing import Any

from django.db import models

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

_numbers = itertools.count(1)

# What a model's constraints want beside.
WANTED: dict[str, dict[str, Any]] = {
    "accounts.User": {"password": "!", "role": "USER"},
    "accounts.ConfigOverride": {"principal_type": "role"},
    "accounts.DataAccess": {"action": "conversation.read_by_admin"},
    "billing.UsageView": {"is_shared": True},
    "billing.Budget": {"scope": "instance", "scope_id": "", "cheaper_model": ""},
}


# Of which columns that may be empty one is wanted nevertheless.
OWNED: dict[str, tuple[str, type[models.Model]]] = {"billing.Balance": ("user", User)}


def row_make(model: type[models.Model], text: str, **given: Any) -> Any:
    """Return a new row, unlike all others; rows that it needs are made along."""
    wanted = {**WANTED.get(model._meta.label, {}), **given}
    column, owner = OWNED.get(model._meta.label, ("", User))
    if column and column not in wanted:
        wanted[column] = row_make(owner, text)
    number = next(_numbers)
    fields = {
        field.name: _value(field, number, text)
        for field in model._meta.concrete_fields
        if field.name not in wanted and _is_asked(field)
    }
    return model._default_manager.create(**fields, **wanted)


def _is_asked(field: Any) -> bool:
    """Return whether a field gets a value of ours; texts always do."""
    if isinstance(field, ObjectIdField) or field.primary_key:
        return False
    if isinstance(field, models.CharField | models.TextField) and not field.choices:
        return True
    return not field.has_default() and not field.null


def _value(field: Any, number: int, text: str) -> Any:  # noqa: PLR0911 - one per type
    match field:
        case models.ForeignKey():
            return row_make(field.related_model, text)
        case _ if field.choices:
            return field.choices[0][0]
        case models.EmailField():
            return f"somebody-{number}@example.org"
        case models.CharField() | models.TextField():
            return f"{number}{text}"[: field.max_length]
        case models.DateTimeField():
            return clock.now()
        case models.JSONField():
            return {}
        case models.BooleanField():
            return False
        case _:
            return number
