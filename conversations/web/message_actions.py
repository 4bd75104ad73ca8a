"""What can be done with a message: edit, regenerate, continue, rate, show another version."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.limits.counters import client_address, limit_check
from conversations.access import message_get
from conversations.generation.requests import request_for_chat
from conversations.generation.start import StartRequest, continuation_of, generation_start
from conversations.models import Message
from conversations.queries.ratings import REASONS
from conversations.queries.thread import message_in_thread, thread_view
from conversations.services.comparisons import comparison_end
from conversations.services.conversations import conversation_leaf_set
from conversations.services.messages import message_edit, message_feedback
from conversations.web.chat import NEAR
from conversations.web.forms import EditForm, RateForm, first_error
from conversations.web.pages import page, person, wants_fragment
from conversations.web.sidebar import sidebar
from librechat.kernel.errors import InvalidInputError


@require_POST
@page
def edit(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Save a message's new text; a person's own can be answered anew beside the old one."""
    message = message_get(person(request), conversation_id, message_id)
    form = EditForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(first_error(form))
    text = form.cleaned_data["text"]
    if form.cleaned_data["mode"] == EditForm.RERUN and message.is_created_by_user:
        body = replace(_turn(request, message), text=text, quotes=tuple(message.quotes))
        return _start(request, body)
    message_edit(message=message, text=text)
    return _article_or_chat(request, message, "conversations/_message.html")


@require_POST
@page
def regenerate(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Answer the same turn again, beside the old answer."""
    message = message_get(person(request), conversation_id, message_id)
    return _regenerate(request, message)


@require_POST
@page
def resume(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Go on with an answer that was stopped or cut off."""
    message = message_get(person(request), conversation_id, message_id)
    kept = continuation_of(message)
    if kept is None:
        return _regenerate(request, message)
    return _start(
        request, replace(_again(request, message, message.message_id), edited_content=kept)
    )


@require_POST
@page
def rate(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Keep a thumb up or down."""
    message = message_get(person(request), conversation_id, message_id)
    form = RateForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(first_error(form))
    message_feedback(message=message, feedback=form.feedback())
    if not wants_fragment(request):
        return _to_message(message)
    sent = form.cleaned_data
    context = {
        "message": message_in_thread(message),
        # A bare thumb is asked for its reason; "none" and a reason are not.
        "asks_why": sent["rating"] != "none" and "tag" not in request.POST,
        "reasons": REASONS.get(sent["rating"], {}),
    }
    return render(request, "conversations/_reply_footer.html", context)


@require_GET
@page
def feedback(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Ask for the reason of a rating: a page, or the piece a script puts below the answer."""
    message = message_get(person(request), conversation_id, message_id)
    shown = message_in_thread(message)
    context = {
        "message": shown,
        "reasons": REASONS.get(shown.feedback, REASONS["thumbsDown"]),
        "rating": shown.feedback or "thumbsDown",
    }
    if wants_fragment(request):
        return render(request, "conversations/_feedback.html", context)
    context |= {
        "sidebar": sidebar(request),
        "current_conversation_id": conversation_id,
        "back_url": f"{reverse('chat', args=[conversation_id])}#m-{message_id}",
    }
    return render(request, "conversations/organise/feedback.html", context)


@require_POST
@page
def select(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Show the branch through this message, now and after a reload."""
    message = message_get(person(request), conversation_id, message_id)
    thread = thread_view(message.conversation, leaf_id=message_id)
    conversation_leaf_set(conversation=message.conversation, message_id=thread.leaf_id)
    if wants_fragment(request):
        context = {"thread": thread, "near_count": NEAR}
        return render(request, "conversations/_thread.html", context)
    return _to_message(message)


@require_POST
@page
def keep(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Go on with one of the answers that stand side by side."""
    message = message_get(person(request), conversation_id, message_id)
    comparison_end(message=message)
    if wants_fragment(request):
        thread = thread_view(message.conversation, leaf_id=message_id)
        context = {"thread": thread, "near_count": NEAR}
        return render(request, "conversations/_thread.html", context)
    return _to_message(message)


def _regenerate(request: HttpRequest, message: Message) -> HttpResponse:
    if message.is_created_by_user:
        raise InvalidInputError(_("Only an answer can be regenerated."))
    # A new answer beside the old one; without the underscore the old one is replaced.
    return _start(request, _again(request, message, f"{message.message_id}_"))


def _again(request: HttpRequest, message: Message, response_message_id: str) -> StartRequest:
    return replace(
        _turn(request, message),
        is_regenerate=True,
        override_parent_message_id=message.parent_message_id,
        response_message_id=response_message_id,
    )


def _turn(request: HttpRequest, message: Message) -> StartRequest:
    """Return a start beside ``message``, by the model chosen on the page or the chat's own."""
    sent = request.POST
    endpoint, model, spec = sent.get("endpoint", ""), sent.get("model", ""), sent.get("spec", "")
    own = request_for_chat(message.conversation)
    if model and (endpoint, model) != (own.endpoint, own.model):
        own = replace(own, endpoint=endpoint, model=model, endpoint_type="")
    if model and spec != own.spec:
        own = replace(own, spec=spec, parameters={})  # the old ones came with the preset
    return replace(own, parent_message_id=message.parent_message_id)


def _start(request: HttpRequest, body: StartRequest) -> HttpResponse:
    user = person(request)
    limit_check("message_ip", user=user, address=client_address(request))
    limit_check("message_user", user=user, address=client_address(request))
    generation = generation_start(user, body=body).generation
    url = reverse("chat", args=[body.conversation_id])
    if not wants_fragment(request):
        return redirect(url)
    return JsonResponse(
        {
            "conversationId": body.conversation_id,
            "generationId": generation.id,
            "responseMessageId": generation.response_message_id,
            "url": url,
        },
    )


def _article_or_chat(request: HttpRequest, message: Message, template: str) -> HttpResponse:
    if not wants_fragment(request):
        return _to_message(message)
    return render(request, template, {"message": message_in_thread(message), "is_near": True})


def _to_message(message: Message) -> HttpResponse:
    url = reverse("chat", args=[message.conversation.conversation_id])
    return redirect(f"{url}#m-{message.message_id}")
