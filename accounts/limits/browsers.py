"""Telling programs from browsers, where an operator wants browsers only."""

import re

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.limits.addresses import client_address
from accounts.limits.violations import violation_log
from accounts.models import User
from librechat.kernel.errors import ForbiddenError

GUARDED = ("/api/agents", "/api/files", "/api/permissions", "/api/assistants")
KEYED = "/api/agents/v1"  # for programs, by access key
BROWSERS = re.compile(
    r"\b(Chrome|Chromium|CriOS|Firefox|FxiOS|Safari|Edg|EdgA|EdgiOS|OPR|Opera|Vivaldi"
    r"|SamsungBrowser|MSIE|Trident)\b",
)


def is_browser(request: HttpRequest) -> bool:
    """Return whether a request says that it comes from a browser."""
    return BROWSERS.search(request.headers.get("User-Agent", "")) is not None


def browser_check(request: HttpRequest, user: User) -> None:
    """Pass for a browser; off unless the operator switches it on.

    Raises:
        ForbiddenError: the program does not say that it is one; a violation is counted.
    """
    is_guarded = request.path.startswith(GUARDED) and not request.path.startswith(KEYED)
    if not settings.NON_BROWSER_CHECK or not is_guarded:
        return
    if is_browser(request):
        return
    program = request.headers.get("User-Agent", "")
    violation_log(
        kind="non_browser",
        user=user,
        address=client_address(request),
        detail={"program": program[:300]},
    )
    raise ForbiddenError(_("Illegal request"), body={"message": "Illegal request"})
