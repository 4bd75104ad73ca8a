"""A row in every table there is, made from what the columns allow."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Model

from librechat.kernel.ids import ObjectIdField, new_object_id
from librechat.maintenance import tables

NOW = datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)
# What the checks of a table want, where neither plain values nor defaults do.
WANTED: dict[str, dict[str, Any]] = {
    # Of a person and a group only one owns an account or a balance.
    "billing.Account": {"kind": "group", "user_id": None},
    "billing.Balance": {"user_id": None},
    "billing.Hold": {"payer": "group"},
    "billing.Budget": {"scope_id": "", "cheaper_model": "", "rolling_hours": None},
}
FULL, SPARSE, DEFAULT = range(3)  # all columns filled; nothing where that is allowed; defaults


def fill_every_table() -> None:
    """Write a row into every table that has none; references point at those rows."""
    pending = dict(tables.models_of())
    with transaction.atomic():
        keys = {label: _first_key(model) for label, model in pending.items()}
        for label, model in pending.items():
            if keys[label] is None:
                keys[label] = _key(model)
        for label, model in pending.items():
            if not model._default_manager.exists():
                _write(label, model, keys)
        connection.check_constraints()


def _write(label: str, model: type[Model], keys: dict[str, Any]) -> None:
    for kind in (FULL, SPARSE, DEFAULT):
        row = list(_values(label, model, keys, kind))
        try:
            with transaction.atomic():
                tables.rows_write(model, "default", [row])
        except IntegrityError:
            if kind == DEFAULT:
                raise
        else:
            return


def _first_key(model: type[Model]) -> Any:
    return model._default_manager.values_list("pk", flat=True).first()


def _key(model: type[Model]) -> Any:
    key = model._meta.pk
    if isinstance(key, models.IntegerField):
        return 1
    if isinstance(key, models.UUIDField):
        return "12345678-1234-4234-8234-123456789012"
    if isinstance(key, ObjectIdField):
        return new_object_id()
    return WANTED.get(tables.label_of(model), {}).get(key.attname, "key-1")


def _values(label: str, model: type[Model], keys: dict[str, Any], kind: int) -> Iterator[Any]:
    for column in tables._columns(model):
        if column.primary_key and not column.is_relation:
            yield keys[label]
        elif column.attname in WANTED.get(label, {}):
            yield tables._portable(WANTED[label][column.attname])
        elif column.is_relation and column.null and kind != FULL:
            yield None
        elif column.is_relation and column.related_model is not None:
            yield keys[tables.label_of(column.related_model)]
        elif kind != FULL and column.null:
            yield None
        elif kind == DEFAULT and column.has_default():
            yield tables._portable(column.get_default())
        else:
            yield tables._portable(_plain(column))


# Kind of column → what is written there; the first that fits.
PLAIN: tuple[tuple[type["models.Field[Any, Any]"], object], ...] = (
    (models.JSONField, {"b": 1.5, "a": {"z": [1, 2.0, "ä€😀"]}}),
    (models.DateTimeField, NOW),
    (models.DateField, date(2026, 11, 20)),
    (models.BooleanField, True),
    (models.DecimalField, Decimal("1.250000")),
    (models.FloatField, 0.1),
    (models.IntegerField, 1),
    (models.UUIDField, UUID("12345678-1234-4234-8234-123456789012")),
    (models.GenericIPAddressField, "192.0.2.7"),
    (models.EmailField, "everything@example.org"),
)


def _plain(column: "models.Field[Any, Any]") -> object:
    if column.flatchoices:
        return column.flatchoices[0][0]
    for kind, value in PLAIN:
        if isinstance(column, kind):
            return value
    return f"{column.name} ä€😀"[: column.max_length]
