"""The search: a page whose address repeats it, and what the palette shows while somebody types."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from accounts.models import User
from conversations.models import Conversation
from conversations.queries.listing import ListQuery, conversation_page
from conversations.search.backend import Hit, Page, SearchQuery
from conversations.search.excerpts import Part
from conversations.search.search import search
from conversations.web import moments
from conversations.web.pages import page, person
from conversations.web.search_form import SearchForm
from conversations.web.sidebar import sidebar
from librechat.kernel import clock

PAGE_SIZE = 20
TITLES, HITS, RECENT = 5, 12, 6
INVALID = 422


@dataclass(frozen=True, slots=True)
class Row:
    """A hit as it is shown; ``excerpt`` is empty for a title."""

    url: str
    title: SafeString
    excerpt: SafeString
    when: str
    role: str
    model: str
    project: str
    is_archived: bool


@require_GET
@page
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what matches, a page at a time."""
    user = person(request)
    form = SearchForm(request.GET, user=user)
    found = search(user, _query(request, form.cleaned_data)) if form.is_valid() else Page()
    asked = {name: value for name, value in request.GET.items() if value and name != "start"}
    more = urlencode({**asked, "start": found.next_offset}) if found.next_offset else ""
    context = {
        "sidebar": sidebar(request),
        "current_page": "search",
        "form": form,
        "models": _models(user),
        "rows": _rows(request, found),
        "notice": found.notice,
        "is_asked": bool(request.GET.get("q", "").strip()),
        "is_filtered": len(asked) > 1,
        "plain_url": f"?{urlencode({'q': asked.get('q', '')})}",
        "more_url": f"?{more}" if more else "",
        "first_url": f"?{urlencode(asked)}" if request.GET.get("start") else "",
    }
    status = 200 if form.is_valid() else INVALID
    return render(request, "conversations/search.html", context, status=status)


@require_GET
@page
def palette(request: HttpRequest) -> HttpResponse:
    """Return a dozen hits, titles first; before anything is typed the chats touched last."""
    user, text = person(request), request.GET.get("q", "")
    context: dict[str, Any] = {"q": text.strip(), "all_url": _all_url(text)}
    if text.strip():
        query = SearchQuery(text, archived="no", kind="title", limit=TITLES)
        titles = search(user, query)
        limit = HITS - len(titles.hits)
        messages = search(user, replace(query, kind="message", limit=limit))
        context["rows"] = [*_rows(request, titles), *_rows(request, messages)]
        context["notice"] = messages.notice or titles.notice
    else:
        recent = conversation_page(user, ListQuery(limit=RECENT)).conversations
        context["rows"] = [_recent(request, conversation) for conversation in recent]
    return render(request, "conversations/_palette_hits.html", context)


def hit_url(hit: Hit) -> str:
    """Return where a hit is read: the chat, at the message."""
    chat = reverse("chat", args=[hit.conversation_id])
    if hit.message_id is None:
        return chat
    return f"{chat}?{urlencode({'m': hit.message_id})}#m-{hit.message_id}"


def _all_url(text: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': text.strip()})}"


def _query(request: HttpRequest, asked: dict[str, Any]) -> SearchQuery:
    """Return the query of a valid form; days are days where the person is."""
    zone = moments.zone_of(request)
    first, last = asked["from"], asked["to"]
    start = request.GET.get("start", "")
    return SearchQuery(
        asked["q"],
        project_id=asked["project"],
        model=asked["model"],
        since=datetime.combine(first, time.min, zone) if first else None,
        until=datetime.combine(last + timedelta(days=1), time.min, zone) if last else None,
        tags=(asked["tag"],) if asked["tag"] else (),
        has_files=asked["files"],
        role=asked["role"],
        archived=asked["archived"] or "both",
        sort=asked["sort"] or "relevance",
        offset=int(start) if start.isascii() and start.isdecimal() else 0,
        limit=PAGE_SIZE,
    )


def _rows(request: HttpRequest, found: Page) -> list[Row]:
    zone, now = moments.zone_of(request), clock.now()
    return [
        Row(
            url=hit_url(hit),
            title=_html(hit.title),
            excerpt=_html(hit.excerpt),
            when=moments.last_touched(hit.created_at, now=now, zone=zone),
            role=hit.role,
            model=hit.model,
            project=hit.project,
            is_archived=hit.is_archived,
        )
        for hit in found.hits
    ]


def _recent(request: HttpRequest, conversation: Conversation) -> Row:
    zone, now = moments.zone_of(request), clock.now()
    return Row(
        url=reverse("chat", args=[conversation.conversation_id]),
        title=_html([Part(conversation.title, is_match=False)]),
        excerpt=_html([]),
        when=moments.last_touched(conversation.updated_at, now=now, zone=zone),
        role="",
        model=conversation.model,
        project="",
        is_archived=False,
    )


def _html(parts: Sequence[Part]) -> SafeString:
    """Return text with its matches marked; in a template blanks would come between the parts."""
    marked = ("<mark>{}</mark>" if part.is_match else "{}" for part in parts)
    return format_html("".join(marked), *(part.text for part in parts)) if parts else SafeString("")


def _models(user: User) -> list[str]:
    """Return the models a person's chats use, to choose from."""
    mine = Conversation.objects.visible_to(user).listed().exclude(model="")
    return list(mine.order_by("model").values_list("model", flat=True).distinct()[:100])
