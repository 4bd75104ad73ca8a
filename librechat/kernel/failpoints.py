"""Named places where a test may make the process fail; they do nothing in production."""

import os
import time

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class FailpointError(Exception):
    """Raised by a failpoint whose action is ``raise``."""


def _parse(text: str) -> dict[str, str]:
    pairs = (item.partition(":") for item in text.split(",") if item.strip())
    return {name.strip(): action.strip() for name, _colon, action in pairs}


def configured() -> dict[str, str]:
    """Return failpoint → action from LC_FAILPOINTS.

    Raises:
        ImproperlyConfigured: failpoints are set outside a test environment.
    """
    actions = _parse(settings.FAILPOINTS)
    if actions and not settings.IN_TESTS:
        raise ImproperlyConfigured("LC_FAILPOINTS works in a test environment only.")
    return actions


def hit(name: str) -> None:
    """Do what LC_FAILPOINTS asks for at this place: ``raise``, ``exit`` or ``sleep<seconds>``."""
    if not settings.FAILPOINTS:
        return
    action = configured().get(name, "")
    if action == "raise":
        raise FailpointError(name)
    if action == "exit":
        os._exit(9)
    if action.startswith("sleep"):
        time.sleep(float(action.removeprefix("sleep")))
