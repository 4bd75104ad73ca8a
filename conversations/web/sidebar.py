"""The list of chats beside every page."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from conversations.models import Conversation
from conversations.queries.listing import ListQuery, conversation_page
from conversations.queries.rows import row_views
from conversations.queries.views import RowView
from conversations.web.moments import group_of, zone_of
from conversations.web.pages import person
from librechat.kernel import clock

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows under one heading; a continued one goes on from the page before, without heading."""

    key: str
    label: str
    rows: tuple[RowView, ...]
    is_continued: bool = False


@dataclass(frozen=True, slots=True)
class Sidebar:
    """A page of the list; ``more_url`` is the next page's fragment, ``more_href`` its page."""

    groups: tuple[RowGroup, ...]
    conversations: tuple[Conversation, ...]
    more_url: str = ""
    more_href: str = ""


def sidebar(request: HttpRequest) -> Sidebar:
    """Return the page of the list that the address asks for: two queries, however long it is."""
    user = person(request)
    query = ListQuery(cursor=request.GET.get("cursor", ""), limit=PAGE_SIZE)
    page = conversation_page(user, query)
    groups = _groups(request, row_views(user, page.conversations))
    return _with_next(
        Sidebar(groups=groups, conversations=tuple(page.conversations)),
        page.next_cursor,
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


def _with_next(shown: Sidebar, cursor: str | None) -> Sidebar:
    if cursor is None:
        return shown
    fragment = urlencode({"cursor": cursor, "group": shown.groups[-1].key})
    return replace(
        shown,
        more_url=f"{reverse('rows_fragment')}?{fragment}",
        more_href="?" + urlencode({"cursor": cursor}),
    )
