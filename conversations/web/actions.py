"""What can be done with a chat: rename, archive, delete and take both back."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations.access import conversation_get
from conversations.models import Conversation
from conversations.queries.rows import row_views
from conversations.services.conversations import (
    conversation_archive,
    conversation_delete,
    conversation_rename,
    conversation_restore,
    conversation_seen,
)
from conversations.web.forms import RenameForm, first_error
from conversations.web.pages import page, person, wants_fragment
from librechat.kernel.errors import InvalidInputError


@require_POST
@page
def rename(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Give a chat another title."""
    conversation = conversation_get(person(request), conversation_id)
    form = RenameForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(first_error(form))
    conversation_rename(conversation=conversation, title=form.cleaned_data["title"])
    return _row_or_chat(request, conversation)


@require_POST
@page
def archive(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Put a chat out of the way; a toast offers the way back."""
    conversation = conversation_get(person(request), conversation_id)
    conversation_archive(conversation=conversation, is_archived=True)
    undo = reverse("chat_unarchive", args=[conversation_id])
    return _gone(request, _("Chat archived"), undo)


@require_POST
@page
def unarchive(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Bring a chat back into the list."""
    conversation = conversation_get(person(request), conversation_id)
    conversation_archive(conversation=conversation, is_archived=False)
    return _row_or_chat(request, conversation)


@require_POST
@page
def delete(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Delete a chat; a toast offers the way back."""
    conversation = conversation_get(person(request), conversation_id)
    conversation_delete(conversation=conversation)
    return _gone(request, _("Chat deleted"), reverse("chat_restore", args=[conversation_id]))


@require_POST
@page
def restore(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Take a deletion back."""
    conversation = conversation_restore(user=person(request), conversation_id=conversation_id)
    return _row_or_chat(request, conversation)


@require_POST
@page
def seen(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Take the unread dot away: the answer ended while it was looked at."""
    conversation_seen(conversation=conversation_get(person(request), conversation_id))
    return HttpResponse(status=204)


def _row_or_chat(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    if not wants_fragment(request):
        return redirect("chat", conversation.conversation_id)
    [row] = row_views(person(request), [conversation])
    return render(request, "conversations/_row.html", {"row": row})


def _gone(request: HttpRequest, text: str, undo: str) -> HttpResponse:
    if not wants_fragment(request):
        messages.info(request, text, extra_tags=f"undo:{undo}")
        return redirect("chat_new")
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"lc:toast": {"text": text, "undo": undo}})
    return response
