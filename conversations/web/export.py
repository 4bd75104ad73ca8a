"""Taking one chat along as a file."""

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.models import User
from conversations.access import conversation_get
from conversations.models import Conversation
from conversations.transfer.exporter import Scope
from conversations.transfer.exporters import (
    LABELS,
    export_chunks,
    export_file,
    export_headers,
)
from conversations.web.pages import refusal, sign_in_first
from conversations.web.sidebar import sidebar
from librechat.kernel.errors import AppError


class ExportForm(forms.Form):
    """Which format, and how much of the chat."""

    format = forms.ChoiceField(label=_("Format"), choices=list(LABELS.items()))
    scope = forms.ChoiceField(
        label=_("What to take along"),
        choices=[
            ("branch", _("The branch you looked at last")),
            ("tree", _("Every message, with all versions")),
        ],
    )


@require_GET
def chat_export(request: HttpRequest, conversation_id: str) -> HttpResponseBase:
    """Ask for the format, or with one in the address send the file."""
    if not isinstance(request.user, User):
        return sign_in_first(request)
    try:
        conversation = conversation_get(request.user, conversation_id)
    except AppError as error:
        return refusal(request, error)
    form = ExportForm(request.GET or None)
    if form.is_valid():
        chosen = form.cleaned_data
        return _download(conversation, chosen["format"], chosen["scope"])
    return _form(request, conversation, form)


def _form(request: HttpRequest, conversation: Conversation, form: ExportForm) -> HttpResponse:
    context = {
        "sidebar": sidebar(request),
        "conversation": conversation,
        "current_conversation_id": conversation.conversation_id,
        "form": form,
    }
    status = 400 if form.errors else 200
    response = render(request, "conversations/chat_export.html", context, status=status)
    add_never_cache_headers(response)
    return response


def _download(conversation: Conversation, name: str, scope: Scope) -> StreamingHttpResponse:
    file = export_file(conversation, name, scope)
    headers = export_headers(conversation, name)
    response = StreamingHttpResponse(export_chunks(file), headers=headers)
    add_never_cache_headers(response)
    return response
