"""The archive: chats that were put away, and putting all of them away."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations.access import conversation_get
from conversations.queries.listing import ListQuery, conversation_page
from conversations.search.search import conversations_found
from conversations.services.conversations import (
    conversation_archive,
    conversation_delete,
    conversations_archive_all,
)
from conversations.web.finding import asked
from conversations.web.pages import page, person
from conversations.web.sidebar import sidebar

PAGE_SIZE = 30
MAX_SEARCH = 256
# What the form calls an order → column and direction.
SORTS = {
    "": ("archivedAt", "desc"),
    "old": ("archivedAt", "asc"),
    "title": ("title", "asc"),
    "updated": ("updatedAt", "desc"),
}


class ArchiveForm(forms.Form):
    """Search and order."""

    q = forms.CharField(
        label=gettext_lazy("Search the archive"),
        required=False,
        max_length=MAX_SEARCH,
        widget=forms.TextInput({"type": "search"}),
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[
            ("", gettext_lazy("Archived last")),
            ("old", gettext_lazy("Archived first")),
            ("title", gettext_lazy("By title")),
            ("updated", gettext_lazy("Changed last")),
        ],
    )


@require_GET
@page
def archive(request: HttpRequest) -> HttpResponse:
    """List the chats that were put away, a page at a time."""
    user = person(request)
    wanted = asked(request, ArchiveForm)
    sort_by, direction = SORTS[wanted.order]
    query = ListQuery(
        cursor=wanted.cursor,
        limit=PAGE_SIZE,
        is_archived=True,
        search=wanted.text,
        found=tuple(conversations_found(user, wanted.text)),
        sort_by=sort_by,
        sort_direction=direction,
    )
    shown = conversation_page(user, query)
    context = {
        **wanted.context(shown.next_cursor),
        "sidebar": sidebar(request),
        "current_page": "archive",
        "rows": shown.conversations,
    }
    return render(request, "conversations/organise/archive.html", context)


@require_POST
@page
def unarchive(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Take a chat out of the archive and stay there."""
    conversation = conversation_get(person(request), conversation_id)
    conversation_archive(conversation=conversation, is_archived=False)
    undo = reverse("chat_archive", args=[conversation_id])
    messages.info(request, _("The chat is back in the list."), f"undo:{undo}")
    return redirect("archive")


@require_POST
@page
def delete(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Delete an archived chat and stay there; a toast offers the way back."""
    conversation = conversation_get(person(request), conversation_id)
    conversation_delete(conversation=conversation)
    undo = reverse("chat_restore", args=[conversation_id])
    messages.info(request, _("Chat deleted"), f"undo:{undo}")
    return redirect("archive")


@require_http_methods(["GET", "POST"])
@page
def archive_all(request: HttpRequest) -> HttpResponse:
    """Ask whether every chat is to be put away, and do it."""
    if request.method == "POST":
        count = conversations_archive_all(user=person(request))
        text = ngettext("%(n)s chat archived", "%(n)s chats archived", count) % {"n": count}
        messages.success(request, text)
        return redirect("archive")
    context = {
        "sidebar": sidebar(request),
        "current_page": "archive",
        "title": _("Archive every chat?"),
        "text": _("Your list will be empty. Nothing is deleted: all of them will be here."),
        "button": _("Archive every chat"),
        "back_url": reverse("archive"),
    }
    return render(request, "conversations/organise/confirm.html", context)
