"""Presets of a person: saved from a chat, listed, chosen for new chats, deleted."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations.access import conversation_get
from conversations.models import Conversation
from conversations.queries.presets import preset_json, presets_of
from conversations.services.presets import preset_delete, preset_get, preset_save
from conversations.web.organise_forms import TitleForm
from conversations.web.pages import page, person, sent
from conversations.web.sidebar import sidebar
from librechat.kernel.errors import InvalidInputError

PAGE_SIZE = 30
INVALID = 422


@require_GET
@page
def presets(request: HttpRequest) -> HttpResponse:
    """List a person's presets."""
    found = presets_of(person(request))
    context = {
        "sidebar": sidebar(request),
        "current_page": "presets",
        "presets": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "conversations/organise/presets.html", context)


@require_http_methods(["GET", "POST"])
@page
def save(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Keep what a chat is set to under a name."""
    user = person(request)
    conversation = conversation_get(user, conversation_id)
    form = TitleForm(sent(request), initial={"title": conversation.model})
    if request.method == "POST" and form.is_valid():
        try:
            preset_save(user=user, body=_body(conversation, form.cleaned_data["title"]))
        except InvalidInputError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Preset saved"))
            return redirect("presets")
    context = {
        "sidebar": sidebar(request),
        "current_conversation_id": conversation_id,
        "conversation": conversation,
        "form": form,
    }
    status = INVALID if form.errors else 200
    return render(request, "conversations/organise/preset_new.html", context, status=status)


@require_POST
@page
def default(request: HttpRequest, preset_id: str) -> HttpResponse:
    """Make a preset what new chats start with, or none any more."""
    user = person(request)
    preset = preset_get(user=user, preset_id=preset_id)
    is_default = request.POST.get("default") == "1"
    preset_save(user=user, body={**preset_json(preset), "defaultPreset": is_default})
    if is_default:
        text = _("New chats start with %(name)s.") % {"name": preset.title}
    else:
        text = _("New chats start with the model you used last.")
    messages.success(request, text)
    return redirect("presets")


@require_POST
@page
def delete(request: HttpRequest, preset_id: str) -> HttpResponse:
    """Delete a preset; a toast offers the way back."""
    item = preset_delete(preset=preset_get(user=person(request), preset_id=preset_id))
    undo = reverse("bin_restore", args=[item.kind, item.pk])
    messages.info(request, _("Preset deleted"), f"undo:{undo}?to=presets")
    return redirect("presets")


def _body(conversation: Conversation, title: str) -> dict[str, Any]:
    """Return a chat's settings as LibreChat's client sends a preset."""
    named = {
        "title": title,
        "endpoint": conversation.endpoint,
        "endpointType": conversation.endpoint_type,
        "model": conversation.model,
        "agent_id": conversation.agent_id,
        "spec": conversation.spec,
    }
    return {**conversation.parameters, **{name: value for name, value in named.items() if value}}
