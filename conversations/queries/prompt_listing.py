"""The prompt library: which groups, in which order, a page at a time."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from conversations.models import Prompt, PromptGroup
from conversations.queries.keyset import Column, KeysetOrder

MINE = "sys__my__prompts__sys"
SHARED = "sys__shared__prompts__sys"
WITHOUT = "sys__no__category__sys"
EVERYTHING = "sys__all__sys"
MAX_ALL = 1_000  # of the list that is not paged: the slash menu's
MAX_NAME = 256
MOST_USED_FIRST = KeysetOrder(
    (
        Column("number_of_generations", "number", key="uses"),
        Column("updated_at", key="updated"),
    ),
)


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
    rows = _filtered(user, query)
    return PromptPage(*MOST_USED_FIRST.page(rows, query.cursor, query.limit))


def prompt_groups_all(user: User, query: PromptQuery) -> list[PromptGroup]:
    """Return what a person can use, the most used first, at most ``MAX_ALL``; one query."""
    return list(MOST_USED_FIRST.sorted(_filtered(user, query))[:MAX_ALL])


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
