"""The chat pages: a new chat, a chat, sending without JavaScript, stopping."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.limits.counters import client_address, limit_check
from accounts.models import User
from agents.engine.offload import offload
from conversations.access import conversation_get, generation_for_stream
from conversations.errors import ParentNotReadyError
from conversations.generation.cancel import generation_group_stop
from conversations.generation.followups import followup_add
from conversations.generation.requests import request_for_chat
from conversations.generation.start import StartRequest, generation_start
from conversations.models import Generation
from conversations.parameters import parameters_from
from conversations.queries.followups import queue_view
from conversations.queries.thread import PAGE, thread_view
from conversations.services.conversations import conversation_seen
from conversations.services.presets import preset_get
from conversations.web.composer import composer_for_chat
from conversations.web.expiry import ExpiryForm, expires
from conversations.web.forms import RenameForm, SendForm, first_error
from conversations.web.landing import landing
from conversations.web.pages import page, person, refusal, sign_in_first
from conversations.web.sidebar import sidebar
from librechat.kernel.errors import AppError
from librechat.kernel.ids import NO_PARENT

NEAR = 10  # messages at the end that are laid out at once
# Messages a chat opens with: two screens; those above come before they are reached.
FIRST_PAGE = 20


@require_GET
@page
def home(_request: HttpRequest) -> HttpResponse:
    """Go to a new chat."""
    return redirect("chat_new")


@require_http_methods(["GET", "POST"])
@page
def new(request: HttpRequest) -> HttpResponse:
    """Show the landing page, or send the first message."""
    return _send(request) if request.method == "POST" else landing(request)


@require_http_methods(["GET", "POST"])
@page
def chat(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Show a chat, or send its next message."""
    if request.method == "POST":
        return _send(request, conversation_id)
    return _chat(request, conversation_id)


def _chat(
    request: HttpRequest,
    conversation_id: str,
    *,
    text: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    conversation = conversation_get(person(request), conversation_id)
    if conversation.is_unread:
        conversation_seen(conversation=conversation)
    asked = request.GET.get("m") or request.GET.get("at", "")
    before = request.GET.get("before", "")
    thread = thread_view(
        conversation,
        leaf_id=request.GET.get("leaf") or asked,
        before=before,
        around=asked,
        limit=PAGE if before else FIRST_PAGE,
    )
    context = {
        "sidebar": sidebar(request),
        "conversation": conversation,
        "current_conversation_id": conversation.conversation_id,
        "thread": thread,
        "near_count": NEAR,
        "queue": queue_view(conversation),
        "queue_editing_id": request.GET.get("queued", ""),
        "editing_id": request.GET.get("edit", ""),
        "composer": composer_for_chat(request, thread, text=text, problem=problem),
        "expires": expires(request, conversation),
    }
    return render(request, "conversations/chat.html", context, status=status)


@require_GET
@page
def options(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Show what can be done with a chat: the menu, for those without JavaScript."""
    conversation = conversation_get(person(request), conversation_id)
    context = {
        "sidebar": sidebar(request),
        "conversation": conversation,
        "current_conversation_id": conversation.conversation_id,
        "chat_url": f"/c/{conversation.conversation_id}",
        "form": RenameForm(initial={"title": conversation.title}),
        "expires": expires(request, conversation),
        "expiry_form": ExpiryForm(conversation),
    }
    return render(request, "conversations/options.html", context)


@never_cache
@require_POST
async def stop(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Stop the running answer; what is written is kept."""
    user = await request.auser()
    if not isinstance(user, User):
        return sign_in_first(request)
    try:
        generation = await offload(_generation, user, conversation_id)
        await generation_group_stop(user, generation=generation)
    except AppError as error:
        return await offload(refusal, request, error)
    return redirect("chat", conversation_id)


def _generation(user: User, conversation_id: str) -> Generation:
    return generation_for_stream(user, conversation_id)


def _send(request: HttpRequest, conversation_id: str = "") -> HttpResponse:
    form = SendForm(request.POST)
    if not form.is_valid():
        return _refused(request, conversation_id, first_error(form), 400)
    user = person(request)
    try:
        limit_check("message_ip", user=user, address=client_address(request))
        limit_check("message_user", user=user, address=client_address(request))
        body = _start_request(user, form, conversation_id)
        return _started(user, request, body)
    except AppError as error:  # shown above the box, so that the text is not lost
        return _refused(request, conversation_id, error.message, error.status)


def _started(user: User, request: HttpRequest, body: StartRequest) -> HttpResponse:
    """Start an answer; while the one before it is written, let the message wait."""
    try:
        started = generation_start(user, body=body)
    except ParentNotReadyError:
        conversation = conversation_get(user, body.conversation_id)
        followup_add(conversation=conversation, body=body)
        messages.info(request, _("Your message waits until the answer is there."))
        return redirect("chat", body.conversation_id)
    if started.status == "resumed":
        messages.info(request, _("This message was sent already."))
    return redirect("chat", started.generation.conversation.conversation_id)


def _start_request(user: User, form: SendForm, conversation_id: str) -> StartRequest:
    sent = form.cleaned_data
    if conversation_id:
        kept = request_for_chat(conversation_get(user, conversation_id))
    else:
        kept = _new_start(user, sent)
    if (kept.endpoint, kept.model) != (sent["endpoint"], sent["model"]):
        kept = replace(kept, endpoint_type="")
    if kept.spec != sent["spec"]:
        kept = replace(kept, parameters={})  # they came with the preset
    return replace(
        kept,
        text=sent["text"],
        endpoint=sent["endpoint"],
        model=sent["model"],
        spec=sent["spec"],
        parent_message_id=sent["parent_message_id"] or NO_PARENT,
        client_request_id=sent["client_request_id"],
        quotes=tuple(sent["quotes"]),
    )


def _new_start(user: User, sent: Mapping[str, Any]) -> StartRequest:
    """Return the start of a chat in a project or with a preset's settings."""
    kept = StartRequest(
        endpoint="",
        spec=sent["spec"],
        is_temporary=sent["is_temporary"],
        project_id=sent["project"],
    )
    if not sent["preset"]:
        return kept
    preset = preset_get(user=user, preset_id=sent["preset"])
    return replace(
        kept,
        endpoint=preset.endpoint,
        model=preset.model,
        endpoint_type=preset.endpoint_type,
        agent_id=str(preset.parameters.get("agent_id", "")),
        parameters=parameters_from(preset.parameters),
    )


def _refused(
    request: HttpRequest,
    conversation_id: str,
    problem: str,
    status: int,
) -> HttpResponse:
    text = request.POST.get("text", "")
    if conversation_id:
        return _chat(request, conversation_id, text=text, problem=problem, status=status)
    return landing(request, text=text, problem=problem, status=status)
