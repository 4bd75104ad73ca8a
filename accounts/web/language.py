"""In which language a page speaks: the person's choice, else this browser's."""

from django.http import HttpRequest
from django.utils import translation

from accounts.models import User
from accounts.services.profile import language_of


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
