"""The bin: what a person deleted, how long it stays, the way back and the end of it."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from conversations.models import DeletedItem
from conversations.queries.bin import (
    CONVERSATION,
    BinRow,
    bin_page,
    deleted_conversations,
    items_in_bin,
)
from conversations.services.bin import bin_remove, bin_restore
from conversations.services.conversations import conversation_restore
from conversations.services.purging import bin_empty, conversation_purge_now
from conversations.web.pages import page, person
from conversations.web.sidebar import sidebar
from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError

PAGE_SIZE = 30
KINDS = {
    CONVERSATION: gettext_lazy("Chat"),
    DeletedItem.Kind.MESSAGE: gettext_lazy("Message"),
    DeletedItem.Kind.TAG: gettext_lazy("Bookmark"),
    DeletedItem.Kind.PRESET: gettext_lazy("Preset"),
    DeletedItem.Kind.PROJECT: gettext_lazy("Project"),
    DeletedItem.Kind.PROMPT_GROUP: gettext_lazy("Prompt"),
    DeletedItem.Kind.PROMPT: gettext_lazy("Prompt version"),
    DeletedItem.Kind.SHARED_LINK: gettext_lazy("Shared link"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A deleted thing as the page shows it."""

    kind: str
    ref: str
    kind_label: str
    title: str
    note: str


@require_GET
@page
def bin_list(request: HttpRequest) -> HttpResponse:
    """List what was deleted, the last first."""
    shown = bin_page(person(request), cursor=request.GET.get("after", ""), limit=PAGE_SIZE)
    context = {
        "sidebar": sidebar(request),
        "current_page": "bin",
        "rows": [_row(row) for row in shown.rows],
        "next_cursor": shown.next_cursor,
        "days": settings.TRASH_DAYS,
    }
    return render(request, "conversations/organise/bin.html", context)


@require_POST
@page
def restore(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Bring one thing back."""
    user = person(request)
    if kind == CONVERSATION:
        title = conversation_restore(user=user, conversation_id=ref).title
    else:
        title = bin_restore(user=user, item_id=ref).title
    messages.success(request, _("%(title)s is back.") % {"title": title or _("It")})
    return redirect(_way_back(request))


@require_http_methods(["GET", "POST"])
@page
def remove(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Ask whether one thing is to go for good, and remove it."""
    user = person(request)
    title = _title(user, kind, ref)
    if request.method == "POST":
        if kind == CONVERSATION:
            conversation_purge_now(user=user, conversation_id=ref)
        else:
            bin_remove(user=user, item_id=ref)
        messages.success(request, _("Deleted for good"))
        return redirect("bin")
    return _confirm(
        request,
        title=_("Delete “%(title)s” for good?") % {"title": title},
        text=_("It cannot be brought back."),
        button=_("Delete for good"),
    )


@require_http_methods(["GET", "POST"])
@page
def empty(request: HttpRequest) -> HttpResponse:
    """Ask whether everything is to go for good, and remove it."""
    if request.method == "POST":
        count = bin_empty(user=person(request))
        text = ngettext(
            "%(n)s thing deleted for good",
            "%(n)s things deleted for good",
            count,
        )
        messages.success(request, text % {"n": count})
        return redirect("bin")
    return _confirm(
        request,
        title=_("Empty the bin?"),
        text=_("Everything in it is deleted for good and cannot be brought back."),
        button=_("Empty the bin"),
    )


def _confirm(request: HttpRequest, *, title: str, text: str, button: str) -> HttpResponse:
    context = {
        "sidebar": sidebar(request),
        "current_page": "bin",
        "title": title,
        "text": text,
        "button": button,
        "is_danger": True,
        "back_url": reverse("bin"),
    }
    return render(request, "conversations/organise/confirm.html", context)


def _title(user: User, kind: str, ref: str) -> str:
    """Return what a deleted thing is called.

    Raises:
        NotFoundError: it is not in their bin.
    """
    if kind == CONVERSATION:
        row = deleted_conversations(user).filter(conversation_id=ref).values("title").first()
    else:
        row = items_in_bin(user).filter(pk=ref).values("title").first()
    if row is None:
        raise NotFoundError(_("This is not in the bin any more."))
    return str(row["title"])


def _row(row: BinRow) -> Row:
    left = row.gone_at - clock.now()
    days = max(1, -(-left // timedelta(days=1)))
    note = ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
    title = row.title or _("Untitled")
    return Row(row.kind, row.ref, str(KINDS.get(row.kind, row.kind)), title, note)


def _way_back(request: HttpRequest) -> str:
    """Return the page whose toast offered the undo, else the bin."""
    pages = {name: reverse(name) for name in ("projects", "bookmarks", "presets")}
    return pages.get(request.GET.get("to", ""), reverse("bin"))
