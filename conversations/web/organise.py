"""Keeping one chat in order: pin, project, bookmarks, a copy, what it adds up to."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.permissions import role_require
from conversations.access import conversation_get
from conversations.models import Conversation
from conversations.queries.rows import row_views
from conversations.queries.statistics import conversation_statistics
from conversations.services.conversations import conversation_pin
from conversations.services.forks import conversation_duplicate
from conversations.services.projects import conversation_move, project_create, project_get
from conversations.services.tags import conversation_tags_set
from conversations.web.organise_forms import BookmarksForm, MoveForm
from conversations.web.pages import page, person, sent, wants_fragment
from conversations.web.sidebar import sidebar

DOLLAR = 1_000_000  # credits


@require_POST
@page
def pin(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Keep a chat at the top of the list."""
    return _pinned(request, conversation_id, is_pinned=True)


@require_POST
@page
def unpin(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Put a chat back to its place in time."""
    return _pinned(request, conversation_id, is_pinned=False)


@require_http_methods(["GET", "POST"])
@page
def move(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Ask for the project of a chat, and put it there."""
    user = person(request)
    conversation = conversation_get(user, conversation_id)
    initial = {"project": conversation.project_id or ""}
    form = MoveForm(user, sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        name, project_id = form.cleaned_data["name"].strip(), form.cleaned_data["project"]
        project = None
        if name:
            project = project_create(user=user, name=name)
        elif project_id:
            project = project_get(user=user, project_id=project_id)
        conversation_move(conversation=conversation, project=project)
        if project is None:
            messages.success(request, _("The chat is in no project."))
        else:
            text = _("The chat is in the project %(name)s.") % {"name": project.name}
            messages.success(request, text)
        return redirect(_way_back(request, conversation_id))
    return _asked(request, conversation, "conversations/organise/_move.html", form)


@require_http_methods(["GET", "POST"])
@page
def bookmarks(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Ask for the bookmarks of a chat, and put them on it."""
    user = person(request)
    role_require(user, "BOOKMARKS", "USE")
    conversation = conversation_get(user, conversation_id)
    carried = list(conversation.tags.values_list("tag", flat=True))
    form = BookmarksForm(user, sent(request), initial={"tags": carried})
    if request.method == "POST" and form.is_valid():
        conversation_tags_set(conversation=conversation, names=form.names())
        messages.success(request, _("Bookmarks saved"))
        return redirect(_way_back(request, conversation_id))
    return _asked(request, conversation, "conversations/organise/_bookmarks.html", form)


@require_POST
@page
def duplicate(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Copy a chat and open the copy."""
    conversation = conversation_get(person(request), conversation_id)
    title = _("%(title)s (copy)") % {"title": conversation.title[:900]}
    copy = conversation_duplicate(conversation=conversation, title=title)
    messages.success(request, _("This is the copy."))
    url = reverse("chat", args=[copy.conversation_id])
    return JsonResponse({"url": url}) if wants_fragment(request) else redirect(url)


@require_GET
@page
def stats(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Show what a chat adds up to."""
    conversation = conversation_get(person(request), conversation_id)
    counted = conversation_statistics(conversation)
    context = {
        "stats": counted,
        "cost": f"${counted.cost / DOLLAR:.4f}",
        "models": ", ".join(counted.models),
    }
    return _asked(request, conversation, "conversations/organise/_stats.html", None, **context)


def _pinned(request: HttpRequest, conversation_id: str, *, is_pinned: bool) -> HttpResponse:
    user = person(request)
    conversation = conversation_get(user, conversation_id)
    conversation_pin(conversation=conversation, is_pinned=is_pinned)
    if not wants_fragment(request):
        messages.success(request, _("Chat pinned") if is_pinned else _("Chat unpinned"))
        return redirect("chat", conversation_id)
    [row] = row_views(user, [conversation])
    return render(request, "conversations/_row.html", {"row": row})


def _asked(
    request: HttpRequest,
    conversation: Conversation,
    template: str,
    form: object,
    **more: Any,
) -> HttpResponse:
    """Return a form about a chat: the piece a script puts into a dialog, or a page around it."""
    is_refused = request.method == "POST"
    context = {
        "conversation": conversation,
        "current_conversation_id": conversation.conversation_id,
        "chat_url": reverse("chat", args=[conversation.conversation_id]),
        "form": form,
        "next": request.GET.get("next", request.POST.get("next", "")),
        "body": template,
        **more,
    }
    if wants_fragment(request):
        return render(request, template, context)
    context["sidebar"] = sidebar(request)
    status = 400 if is_refused else 200
    return render(request, "conversations/organise/chat.html", context, status=status)


def _way_back(request: HttpRequest, conversation_id: str) -> str:
    """Return the page somebody came from, else the chat."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("chat", args=[conversation_id])
