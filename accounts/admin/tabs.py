"""What apps above add about people: tabs of their page, columns, filters and actions of the list.

They register it in ``AppConfig.ready()``; accounts itself knows none of them by name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from accounts.access.visitor import may
from accounts.admin.asking import Action, Words
from accounts.models import User
from librechat.kernel.registry import Registry

PAGE = 50
MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table; key: the id its buttons act on.

    acts: names of actions of the tab's model that make sense for it.
    """

    cells: Sequence[object]
    key: str = ""
    acts: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Lines below a heading; empty: what is said instead when there are none."""

    title: Words
    headings: Sequence[Words]
    rows: Sequence[Row]
    empty: Words
    note: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a tab shows: facts as (name, value), links as (words, address), tables.

    page, has_next: which page of the last table it is, and whether there is another.
    """

    facts: Sequence[tuple[Words, object]] = ()
    links: Sequence[tuple[Words, str]] = ()
    tables: Sequence[Table] = ()
    page: int = 1
    has_next: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A page about one person, open to who has the capability.

    model, of: the rows that its buttons act on, and those of a person among them; the actions
        are those of the model's own pages, with their rights and questions.
    person_acts: actions on the person that are offered here.
    """

    name: str
    title: Words
    capability: str
    show: Callable[[HttpRequest, User], Shown]
    model: type[Model] | None = None
    of: Callable[[User], "QuerySet[Any]"] | None = None
    acts: Sequence[str] = ()
    person_acts: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the list; values: ids of a page's people → what is shown, in one go."""

    name: str
    title: Words
    capability: str
    values: Callable[[Sequence[str]], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Offered:
    """Something on the list for who has the capability: a filter class or an action."""

    capability: str
    what: Any


TABS: Registry[Tab] = Registry("The tab of a person")
COLUMNS: Registry[Column] = Registry("The column of people")
FILTERS: Registry[Offered] = Registry("The filter of people")
ACTIONS: Registry[Offered] = Registry("The action on people")


def filter_register(name: str, capability: str, what: type[admin.SimpleListFilter]) -> None:
    """Offer a filter of the list of people."""
    FILTERS.register(name, Offered(capability, what))


def action_register(capability: str, what: Action) -> None:
    """Offer an action on people, under the name of its function."""
    ACTIONS.register(getattr(what, "__name__", ""), Offered(capability, what))


def open_to(request: HttpRequest, offered: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return name → entry of those that the administrator may have."""
    return {name: one for name, one in offered if may(request, one.capability)}


def page_of(request: HttpRequest) -> int:
    """Return the page that is asked for, from 1."""
    text = request.GET.get("page", "")
    is_number = text.isascii() and text.isdecimal()
    return min(max(1, int(text[:9])), MOST_PAGES) if is_number else 1


def page_rows(request: HttpRequest, rows: "QuerySet[Any]") -> tuple[list[Any], int, bool]:
    """Return a page's rows, its number and whether another follows; nothing is counted."""
    page = page_of(request)
    start = (page - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    return found[:PAGE], page, len(found) > PAGE


def listed(
    request: HttpRequest,
    found: "QuerySet[Any]",
    line: Callable[[Any], Row],
    *,
    title: Words,
    headings: Sequence[Words],
    empty: Words,
) -> Shown:
    """Show rows as one table, page by page; line: what it shows of a row."""
    rows, page, has_next = page_rows(request, found)
    table = Table(title=title, headings=headings, rows=[line(one) for one in rows], empty=empty)
    return Shown(tables=[table], page=page, has_next=has_next)


def link(address: str, words: object) -> SafeString:
    """Return a cell that leads somewhere."""
    return format_html('<a href="{}" class="underline">{}</a>', address, words)


def when(moment: datetime | None) -> str:
    """Return a moment as a cell shows it; blank for none."""
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""
