"""What the values of groupings are called."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import ApiKey, User
from accounts.models.group import Group
from librechat.kernel.registry import Registry

# What every database takes in one question.
MOST_IDS = 20_000

# Ids → what some of them are called.
Namer: TypeAlias = Callable[[Collection[str]], Mapping[str, str]]
# Grouping → who knows its names; for those whose tables belong to other apps.
NAMERS: Registry[Namer] = Registry("namer")


def names_of(
    grouping: str, values: set[str], emails: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return value → how it is called, for each of them; at most one query.

    emails: of people, where they are known.
    """
    known: Mapping[str, str] = {}
    match grouping:
        case "user":
            known = emails or by_id(User.objects.all(), values, "email")
        case "group":
            known = dict(Group.objects.values_list("pk", "name"))
        case "key":
            known = by_id(ApiKey.objects.all(), values, "name")
        case _:
            namer = NAMERS.get(grouping)
            known = namer(values - {""}) if namer else {}
    gone, missing = _("(deleted)"), _("(none)")
    if grouping == "user":
        return {value: known.get(value) or f"{gone} {value}".strip() for value in values}
    if grouping == "project":
        missed = {value: f"{gone} {value}" if value else missing for value in values}
        return {**missed, **known}
    return {value: known.get(value) or value or missing for value in values}


def by_id(rows: "QuerySet[Any]", ids: Collection[str], column: str) -> dict[str, str]:
    """Return id → column, in one query whatever the number of ids."""
    found = rows.filter(pk__in={*ids} - {""}) if len(ids) <= MOST_IDS else rows
    return dict(found.order_by().values_list("pk", column))
