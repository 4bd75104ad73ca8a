"""The pages on which an administrator says why, and reads."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.access.visitor import may
from accounts.admin.asking import actor_of
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from conversations.queries.thread import thread_view
from conversations.services.reading import (
    CAPABILITY,
    LASTS,
    LONGEST_REASON,
    SHORTEST_REASON,
    permit_of,
    permits_alive,
    readable_get,
    reading_check,
    reading_open,
)
from librechat.kernel.errors import ForbiddenError

KEPT = "reading_permits"  # in the page session: it ends with the sign-in
ASK, TEXT = "conversations_conversation_read", "conversations_conversation_text"
MINUTES = int(LASTS.total_seconds()) // 60


class WhyForm(forms.Form):
    """Why somebody's conversation is read."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=gettext_lazy("Its owner reads it, with your name."),
    )


def ask(desk: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask why; with a reason the conversation opens and its owner is told."""
    _require(desk, request)
    actor = actor_of(request)
    conversation = readable_get(actor, object_id)
    step_up_check(request)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        until = reading_open(
            actor=actor,
            conversation=conversation,
            reason=form.cleaned_data["reason"],
            caller=Caller.of(request),
        )
        kept = permits_alive(_permits(request))
        request.session[KEPT] = {**kept, conversation.pk: permit_of(actor, until)}
        return redirect(f"admin:{TEXT}", conversation.pk)
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Read a conversation"),
        "conversation": conversation,
        "form": form,
        "minutes": MINUTES,
        "back": reverse("admin:conversations_conversation_change", args=[conversation.pk]),
    }
    return TemplateResponse(request, "admin/conversations/read.html", context)


def text(desk: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show the messages of what was opened; ``?leaf=`` chooses a branch, ``?before=`` goes up."""
    _require(desk, request)
    actor = actor_of(request)
    conversation = readable_get(actor, object_id)
    try:
        until = reading_check(actor=actor, conversation=conversation, permits=_permits(request))
    except ForbiddenError as exc:
        desk.message_user(request, exc.message)
        return redirect(f"admin:{ASK}", conversation.pk)
    leaf, before = request.GET.get("leaf", "")[:64], request.GET.get("before", "")[:64]
    thread = thread_view(conversation, leaf_id=leaf, before=before)
    context = {
        "conversation": conversation,
        "thread": thread,
        "until": until,
        "is_first_page": not before,
    }
    response = TemplateResponse(request, "admin/conversations/text.html", context)
    add_never_cache_headers(response)
    return response


def _require(desk: ModelAdmin, request: HttpRequest) -> None:
    if not (desk.has_view_permission(request) and may(request, CAPABILITY)):
        raise PermissionDenied


def _permits(request: HttpRequest) -> dict[str, tuple[str, str]]:
    kept: dict[str, Any] = request.session.get(KEPT, {})
    return {pk: (whose, until) for pk, (whose, until) in kept.items()}
