"""The queue below a chat: edit, move, send now, remove and take that back."""

import json

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from conversations.access import conversation_get, queued_turn_get
from conversations.generation.followups import followup_send_now
from conversations.models import Conversation, QueuedTurn
from conversations.queries.followups import queue_with_answers
from conversations.services.queued_turns import (
    queued_turn_edit,
    queued_turn_move,
    queued_turn_remove,
    queued_turn_restore,
)
from conversations.web.forms import MAX_TEXT, first_error
from conversations.web.pages import page, person, wants_fragment
from librechat.kernel.errors import InvalidInputError

MAX_PLACE = 10_000


class TextForm(forms.Form):
    """A waiting message's text."""

    text = forms.CharField(
        max_length=MAX_TEXT,
        strip=False,
        error_messages={"required": _("A message cannot be empty.")},
    )


class PlaceForm(forms.Form):
    """A waiting message's place, counted from 0."""

    position = forms.IntegerField(min_value=0, max_value=MAX_PLACE)


@require_GET
@page
def queue(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Return the list of what waits; with ``edit`` one of them as a form."""
    conversation = conversation_get(person(request), conversation_id)
    return _list(request, conversation, editing_id=request.GET.get("edit", ""))


@require_POST
@page
def edit(request: HttpRequest, conversation_id: str, turn_id: str) -> HttpResponse:
    """Give a waiting message other words."""
    turn = queued_turn_get(person(request), turn_id, conversation_id)
    form = TextForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(first_error(form))
    queued_turn_edit(turn=turn, text=form.cleaned_data["text"])
    return _list_or_chat(request, turn)


@require_POST
@page
def move(request: HttpRequest, conversation_id: str, turn_id: str) -> HttpResponse:
    """Give a waiting message another place."""
    turn = queued_turn_get(person(request), turn_id, conversation_id)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(first_error(form))
    queued_turn_move(turn=turn, position=form.cleaned_data["position"])
    return _list_or_chat(request, turn)


@require_POST
@page
def send(request: HttpRequest, conversation_id: str, turn_id: str) -> HttpResponse:
    """Stop the running answer and send a waiting message."""
    turn = queued_turn_get(person(request), turn_id, conversation_id)
    followup_send_now(turn=turn)
    return _list_or_chat(request, turn)


@require_POST
@page
def remove(request: HttpRequest, conversation_id: str, turn_id: str) -> HttpResponse:
    """Take a message out of the queue; a toast offers the way back."""
    turn = queued_turn_get(person(request), turn_id, conversation_id)
    queued_turn_remove(turn=turn)
    text, undo = _("Message removed"), reverse("queue_restore", args=[conversation_id, turn_id])
    if not wants_fragment(request):
        messages.info(request, text, extra_tags=f"undo:{undo}")
        return redirect("chat", conversation_id)
    response = _list(request, turn.conversation)
    response["HX-Trigger"] = json.dumps({"lc:toast": {"text": text, "undo": undo}})
    return response


@require_POST
@page
def restore(request: HttpRequest, conversation_id: str, turn_id: str) -> HttpResponse:
    """Put a removed message back."""
    turn = queued_turn_get(person(request), turn_id, conversation_id)
    queued_turn_restore(turn=turn)
    return _list_or_chat(request, turn)


def _list_or_chat(request: HttpRequest, turn: QueuedTurn) -> HttpResponse:
    if not wants_fragment(request):
        return redirect("chat", turn.conversation.conversation_id)
    return _list(request, turn.conversation)


def _list(
    request: HttpRequest,
    conversation: Conversation,
    *,
    editing_id: str = "",
) -> HttpResponse:
    context = {"queue": queue_with_answers(conversation), "queue_editing_id": editing_id}
    return render(request, "conversations/_queue.html", context)
