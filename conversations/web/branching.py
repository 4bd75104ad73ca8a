"""A new chat from a message of this one."""

from typing import get_args

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from conversations.access import message_get
from conversations.services.forks import ForkOption, conversation_fork
from conversations.web.forms import first_error
from conversations.web.pages import page, person, sent
from conversations.web.sidebar import sidebar
from librechat.kernel.errors import InvalidInputError

DIRECT: ForkOption = "directPath"
WAYS: dict[str, ForkOption] = {name: name for name in get_args(ForkOption)}


class ForkForm(forms.Form):
    """How much comes along."""

    option = forms.ChoiceField(
        label=gettext_lazy("What the new chat holds"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            (DIRECT, gettext_lazy("Only the messages that lead here")),
            ("includeBranches", gettext_lazy("These, and the other versions beside them")),
            ("targetLevel", gettext_lazy("Everything down to this message's level")),
        ],
    )
    starts_here = forms.BooleanField(
        label=gettext_lazy("Start here: leave out what came before this message"),
        required=False,
    )


@require_http_methods(["GET", "POST"])
@page
def fork(request: HttpRequest, conversation_id: str, message_id: str) -> HttpResponse:
    """Offer the ways to branch, and branch; without a choice the visible path comes along."""
    user = person(request)
    message = message_get(user, conversation_id, message_id)
    form = ForkForm(sent(request), initial={"option": DIRECT})
    if request.method == "POST":
        if not form.is_valid():
            raise InvalidInputError(first_error(form))
        made = conversation_fork(
            user=user,
            conversation=message.conversation,
            message_id=message_id,
            option=WAYS[form.cleaned_data["option"] or DIRECT],
            splits_at_target=form.cleaned_data["starts_here"],
        )
        text = _("Branched into a chat of its own. The first one is unchanged.")
        messages.success(request, text)
        return redirect("chat", made.conversation_id)
    chat_url = reverse("chat", args=[conversation_id])
    context = {
        "sidebar": sidebar(request),
        "conversation": message.conversation,
        "current_conversation_id": conversation_id,
        "back_url": f"{chat_url}?m={message_id}#m-{message_id}",
        "form": form,
    }
    return render(request, "conversations/organise/fork.html", context)
