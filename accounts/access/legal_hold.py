"""What may be destroyed: whatever removes rows for good asks here, and nowhere else.

``purgeable`` goes around the rows that are over their time, right before they are counted or
deleted; so what a legal hold keeps is not gone through, and the first purge after the hold takes
it.
"""

from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import LegalHold, User

Rows = TypeVar("Rows", bound="QuerySet[Any]")


def purgeable(rows: Rows, owner: str = "user_id") -> Rows:
    """Return the rows that nothing keeps.

    owner: the way from a row to the id of its person; rows of nobody are never kept.
    """
    return rows.filter(~_held(owner))


def held_back(rows: Rows, owner: str = "user_id") -> Rows:
    """Return the rows that a legal hold keeps."""
    return rows.filter(_held(owner))


def is_held(user: User) -> bool:
    """Return whether everything of a person is kept; one query."""
    return LegalHold.objects.in_force().filter(user=user).exists()


def _held(owner: str) -> Exists:
    return Exists(LegalHold.objects.in_force().order_by().filter(user_id=OuterRef(owner)))
