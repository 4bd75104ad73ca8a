"""Rows that are written once."""

from collections.abc import Collection, Iterable
from typing import TypeVar

from django.db import models
from django.db.models.base import ModelBase
from typing_extensions import override

from billing.errors import AppendOnlyError

M = TypeVar("M", bound=models.Model)

REFUSAL = "The ledger is append-only: book a correction instead."


class AppendOnlyQuerySet(models.QuerySet[M]):
    """Reads and inserts; nothing else.

    Deleting a person still works: the collector goes through the plain base manager.
    """

    @override
    def update(self, **kwargs: object) -> int:
        """Refuse.

        Raises:
            AppendOnlyError: always.
        """
        raise AppendOnlyError(REFUSAL, fields=sorted(kwargs))

    @override
    def bulk_create(
        self,
        objs: Iterable[M],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[M]:
        """Insert; an insert that would change a row is refused.

        Raises:
            AppendOnlyError: ``update_conflicts`` or ``ignore_conflicts`` was asked for.
        """
        if ignore_conflicts or update_conflicts or update_fields or unique_fields:
            raise AppendOnlyError(REFUSAL)
        return super().bulk_create(objs, batch_size=batch_size)

    @override
    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse.

        Raises:
            AppendOnlyError: always.
        """
        raise AppendOnlyError(REFUSAL)


class AppendOnlyModel(models.Model):
    """A row that cannot be saved twice or deleted."""

    class Meta:
        abstract = True

    @override
    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Insert.

        Raises:
            AppendOnlyError: the row exists.
        """
        if force_update or update_fields is not None or not self._state.adding:
            raise AppendOnlyError(REFUSAL)
        super().save(force_insert=True, using=using)

    @override
    def delete(
        self,
        using: str | None = None,
        keep_parents: bool = False,
    ) -> tuple[int, dict[str, int]]:
        """Refuse.

        Raises:
            AppendOnlyError: always.
        """
        del using, keep_parents  # nothing is deleted
        raise AppendOnlyError(REFUSAL)
