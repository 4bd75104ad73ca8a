"""Settings of the chat: what Enter does while an answer is written."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.services.profile import preference_set
from conversations.web.pages import page, person
from librechat.kernel.errors import InvalidInputError

# Among a person's preferences; the composer's template reads it.
ENTER = "enter_while_running"
QUEUE, STEER = "queue", "steer"


@require_http_methods(["GET", "POST"])
@page
def chat_settings(request: HttpRequest) -> HttpResponse:
    """Show the switches, and store one.

    Raises:
        InvalidInputError: there is no such choice; nothing was changed.
    """
    user = person(request)
    if request.method == "POST":
        chosen = request.POST.get(ENTER, "")
        if chosen not in {QUEUE, STEER}:
            raise InvalidInputError(_("There is no such choice."))
        preference_set(user=user, name=ENTER, value=chosen)
        return redirect("chat_settings")
    context = {"tab": "chat", "steers": user.preferences.get(ENTER) == STEER}
    return render(request, "conversations/settings_chat.html", context)
