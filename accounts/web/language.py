"""In which language a page speaks: the person's choice, else this browser's."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from accounts.models import User
from accounts.services.profile import language_of


def speak_english(request: HttpRequest) -> None:
    """Let the rest of a request speak English: no page of ours asks, but a program.

    LibreChat's clients know its sentences and say them in the person's language themselves.
    """
    translation.activate(settings.LANGUAGE_CODE)
    request.LANGUAGE_CODE = settings.LANGUAGE_CODE


def speak(request: HttpRequest) -> None:
    """Let the rest of a request speak the language its person chose on whatever device.

    Who is signed out, or chose nothing, gets what the cookie or the browser said.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return
    chosen = language_of(user)
    if chosen and chosen != translation.get_language():
        translation.activate(chosen)
        request.LANGUAGE_CODE = chosen
