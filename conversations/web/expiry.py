"""When a chat goes away, said and changed on its pages."""

from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from conversations.access import conversation_get
from conversations.models import Conversation
from conversations.services.expiry import (
    conversation_expiry_remove,
    conversation_expiry_set,
    latest_expiry,
    may_be_kept,
)
from conversations.web import moments
from conversations.web.forms import first_error
from conversations.web.pages import page, person
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

KEEP = "keep"
SPANS = (
    ("1", gettext_lazy("In an hour")),
    ("24", gettext_lazy("In a day")),
    ("168", gettext_lazy("In a week")),
    ("720", gettext_lazy("In 30 days")),
    ("2160", gettext_lazy("In 90 days")),
    ("8760", gettext_lazy("In a year")),
)


class ExpiryForm(forms.Form):
    """How long a chat stays from this moment on."""

    def __init__(self, conversation: Conversation, data: QueryDict | None = None) -> None:
        super().__init__(data)
        latest = latest_expiry(conversation)
        self._now = clock.now()
        choices = [one for one in SPANS if latest is None or self._moment(one[0]) <= latest]
        if may_be_kept(conversation):
            choices.append((KEEP, gettext_lazy("Never")))
        self.has_choices = bool(choices)
        self.fields["until"] = forms.ChoiceField(
            label=gettext_lazy("Delete this chat"),
            choices=choices,
            widget=forms.Select(attrs={"class": "input"}),
        )

    def moment(self) -> datetime | None:
        """Return the moment that was chosen; None for never."""
        chosen = self.cleaned_data["until"]
        return None if chosen == KEEP else self._moment(chosen)

    def _moment(self, hours: str) -> datetime:
        return self._now + timedelta(hours=int(hours))


@require_POST
@page
def expiry(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Let a chat go away earlier, or keep it."""
    conversation = conversation_get(person(request), conversation_id)
    form = ExpiryForm(conversation, request.POST)
    if not form.is_valid():
        raise InvalidInputError(first_error(form))
    moment = form.moment()
    if moment is None:
        conversation_expiry_remove(conversation=conversation)
        messages.success(request, _("The chat is kept."))
    else:
        conversation_expiry_set(conversation=conversation, expired_at=moment)
        text = _("The chat is deleted: %(date)s.") % {"date": until(request, moment)}
        messages.success(request, text)
    return redirect("chat", conversation_id)


def expires(request: HttpRequest, conversation: Conversation) -> str:
    """Return when a chat goes away, in the person's zone; "" when it stays."""
    return until(request, conversation.expired_at) if conversation.expired_at else ""


def until(request: HttpRequest, moment: datetime) -> str:
    """Return a moment to come, as a person in the browser's zone would say it."""
    return moments.to_come(moment, now=clock.now(), zone=moments.zone_of(request))
