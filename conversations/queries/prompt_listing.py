"""The prompt library: which groups, in which order, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from accounts.models import User
from conversations.models import Prompt, PromptGroup
from librechat.kernel import pagination

MINE = "sys__my__prompts__sys"
SHARED = "sys__shared__prompts__sys"
WITHOUT = "sys__no__category__sys"
EVERYTHING = "sys__all__sys"
MAX_ALL = 1_000  # of the list that is not paged: the slash menu's
MAX_NUMBER = 9  # digits of a counter in a cursor
MAX_NAME = 256


@dataclass(frozen=True, slots=True)
class PromptQuery:
    """What to list; the defaults are the first page of everything.

    ``category``: one of the special values above counts as a filter of its own.
    ``show``: MINE, SHARED or "" beside a category.
    """

    name: str = ""
    category: str = ""
    show: str = ""
    cursor: str = ""
    limit: int = 10


@dataclass(frozen=True, slots=True)
class PromptPage:
    """Rows, each with its production version and ``is_public``; ``after`` is None at the end."""

    groups: list[PromptGroup]
    after: str | None


def prompt_page(user: User, query: PromptQuery) -> PromptPage:
    """Return one page of the prompts a person was given, the most used first; one query."""
    rows = _ordered(_filtered(user, query))
    position = _position(query.cursor)
    if position is not None:
        rows = rows.filter(position)
    found = list(rows[: query.limit + 1])
    page = found[: query.limit]
    return PromptPage(page, _cursor(page[-1]) if len(found) > query.limit else None)


def prompt_groups_all(user: User, query: PromptQuery) -> list[PromptGroup]:
    """Return what a person can use, the most used first, at most ``MAX_ALL``; one query."""
    return list(_ordered(_filtered(user, query))[:MAX_ALL])


def prompt_groups_random(user: User, *, skip: int, limit: int) -> list[PromptGroup]:
    """Return some of what a person can use, by chance."""
    rows = PromptGroup.objects.given_to(user).flagged().order_by("?")
    return list(rows[skip : skip + limit])


def prompt_versions_written(user: User, limit: int) -> list[Prompt]:
    """Return the newest versions a person wrote, in groups that they still see."""
    visible = PromptGroup.objects.given_to(user)
    return list(Prompt.objects.filter(author=user, group__in=visible)[:limit])


def _filtered(user: User, query: PromptQuery) -> QuerySet[PromptGroup]:
    rows = PromptGroup.objects.given_to(user).flagged()
    name = query.name.replace("\x00", "")[:MAX_NAME].strip()
    if name:
        found = Q(name__icontains=name) | Q(oneliner__icontains=name) | Q(command__icontains=name)
        rows = rows.filter(found)
    for wanted in (query.show, query.category):
        rows = rows.filter(_wanted(user, wanted))
    return rows


def _wanted(user: User, value: str) -> Q:
    special = {
        "": Q(),
        EVERYTHING: Q(),
        MINE: Q(author=user),
        SHARED: ~Q(author=user),
        WITHOUT: Q(category=""),
    }
    return special.get(value, Q(category=value.replace("\x00", "")))


def _ordered(rows: QuerySet[PromptGroup]) -> QuerySet[PromptGroup]:
    return rows.order_by("-number_of_generations", "-updated_at", "-id")


def _cursor(row: PromptGroup) -> str:
    return pagination.encode(
        {
            "uses": str(row.number_of_generations),
            "updated": row.updated_at.isoformat(),
            "id": row.pk,
        },
    )


def _position(cursor: str) -> Q | None:
    """Return the condition for what follows; a cursor nobody can read means the first page."""
    found = pagination.decode(cursor)
    number, moment = found.get("uses", ""), _moment(found.get("updated", ""))
    is_number = number.isascii() and number.isdigit() and len(number) <= MAX_NUMBER
    if moment is None or not is_number or "id" not in found or "\x00" in found["id"]:
        return None
    uses = int(number)
    later = Q(updated_at__lt=moment) | Q(updated_at=moment, id__lt=found["id"])
    return Q(number_of_generations__lt=uses) | (Q(number_of_generations=uses) & later)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
