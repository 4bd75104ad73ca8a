"""The list of chats beside every page."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.menus import menu_permissions
from accounts.access.permissions import Matrix
from accounts.models import User
from conversations.models import Conversation, Project
from conversations.queries.listing import PROJECT_ID, ListQuery, Page, conversation_page
from conversations.queries.rows import row_views
from conversations.queries.views import RowView
from conversations.services.changes import stamp_of
from conversations.web.moments import group_of, zone_of
from conversations.web.pages import person
from librechat.kernel import clock

PAGE_SIZE = 30
MAX_TAG = 128
PINNED = "pinned"
# On other pages the same names in the address mean something else, e.g. what is searched for.
NARROWED = frozenset({"chat", "chat_new", "chat_options", "rows_fragment"})


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows under one heading; a continued one goes on from the page before, without heading.

    ``more_url``, ``more_href``: where the pinned group goes on, as in ``Sidebar``.
    """

    key: str
    label: str
    rows: tuple[RowView, ...]
    is_continued: bool = False
    more_url: str = ""
    more_href: str = ""


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What the list is narrowed to: a bookmark or a project.

    ``query``: what links to its chats carry, so that it stays: "" or "?tag=…".
    """

    tag: str = ""
    project_id: str = ""
    label: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """Return it as an address has it."""
        asked = {"tag": self.tag, "project": self.project_id}
        return {name: value for name, value in asked.items() if value}

    @property
    def query(self) -> str:
        """Return it as the end of an address."""
        return f"?{urlencode(self.fields)}" if self.fields else ""


@dataclass(frozen=True, slots=True)
class Sidebar:
    """A page of the list; ``more_url`` is the next page's fragment, ``more_href`` its page.

    ``conversations``: all of them, the last touched first. ``allowed``: what the person's role
    may do, so that no page is offered that refuses; asked when a template wants to know.
    ``stamp``: what the list was at before it was read, see ``stamp_of``.
    """

    groups: tuple[RowGroup, ...]
    conversations: tuple[Conversation, ...]
    filter: ListFilter
    allowed: Callable[[], Matrix]
    more_url: str = ""
    more_href: str = ""
    stamp: str = ""

    @property
    def shares_links(self) -> bool:
        """Whether this person can make share links."""
        return settings.ALLOW_SHARED_LINKS and self.allowed()["SHARED_LINKS"]["CREATE"]


def sidebar(request: HttpRequest) -> Sidebar:
    """Return the page of the list that the address asks for.

    Three queries, however long it is; one more names the project it is narrowed to, and one is
    made by the template that shows it.
    """
    user, asked = person(request), request.GET
    stamp, chosen = stamp_of(user.pk), _filter(request, user)
    query = ListQuery(
        cursor=asked.get("cursor", ""),
        limit=PAGE_SIZE,
        tags=(chosen.tag,) if chosen.tag else (),
        project_id=chosen.project_id,
    )
    if asked.get(PINNED):
        return _pinned_page(user, query, chosen)
    is_first = not query.cursor
    pinned = conversation_page(user, replace(query, pinned=True)) if is_first else Page([], None)
    page = conversation_page(user, replace(query, pinned=False))
    rows = row_views(user, [*pinned.conversations, *page.conversations])
    count = len(pinned.conversations)
    groups = _groups(request, rows[count:])
    if count:
        groups = (_pinned(rows[:count], pinned.next_cursor, chosen), *groups)
    found = [*pinned.conversations, *page.conversations]
    found.sort(key=lambda one: one.updated_at, reverse=True)
    shown = Sidebar(groups, tuple(found), chosen, _allowed(user), stamp=stamp)
    if page.next_cursor is None:
        return shown
    go_on = {"cursor": page.next_cursor, **chosen.fields}
    fragment = urlencode({**go_on, "group": shown.groups[-1].key})
    return replace(
        shown,
        more_url=f"{reverse('rows_fragment')}?{fragment}",
        more_href=f"?{urlencode(go_on)}",
    )


def _filter(request: HttpRequest, user: User) -> ListFilter:
    """Return what the address narrows the list to; what nobody can have is passed over."""
    match = request.resolver_match
    if match is None or match.url_name not in NARROWED:
        return ListFilter()
    project_id, tag = request.GET.get("project", ""), request.GET.get("tag", "")
    if PROJECT_ID.fullmatch(project_id):
        mine = Project.objects.visible_to(user).filter(pk=project_id.lower())
        name = mine.values_list("name", flat=True).first()
        if name is not None:
            return ListFilter(project_id=project_id.lower(), label=name)
    if tag and len(tag) <= MAX_TAG and "\x00" not in tag:
        return ListFilter(tag=tag, label=tag)
    return ListFilter()


def _pinned_page(user: User, query: ListQuery, chosen: ListFilter) -> Sidebar:
    page = conversation_page(user, replace(query, pinned=True))
    group = _pinned(row_views(user, page.conversations), page.next_cursor, chosen)
    is_continued = bool(query.cursor)
    return Sidebar((replace(group, is_continued=is_continued),), (), chosen, _allowed(user))


def _allowed(user: User) -> Callable[[], Matrix]:
    """Return what asks once, and only if it is called, what the person's role may do."""
    return cache(partial(menu_permissions, user.role))


def _pinned(rows: list[RowView], cursor: str | None, chosen: ListFilter) -> RowGroup:
    group = RowGroup(PINNED, _("Pinned"), tuple(rows))
    if cursor is None:
        return group
    go_on = urlencode({PINNED: "1", "cursor": cursor, **chosen.fields})
    return replace(
        group,
        more_url=f"{reverse('rows_fragment')}?{go_on}",
        more_href=f"?{go_on}",
    )


def _groups(request: HttpRequest, rows: list[RowView]) -> tuple[RowGroup, ...]:
    zone, now = zone_of(request), clock.now()
    continued = request.GET.get("group", "")
    found: list[RowGroup] = []
    for row in rows:
        group = group_of(row.updated_at, now=now, zone=zone)
        if found and found[-1].key == group.key:
            found[-1] = replace(found[-1], rows=(*found[-1].rows, row))
        else:
            goes_on = not found and group.key == continued
            found.append(RowGroup(group.key, group.label, (row,), is_continued=goes_on))
    return tuple(found)
