"""The banner over every page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from accounts.models import Banner, User
from accounts.services.banners import (
    CLOSED_COOKIE,
    banner_close,
    banner_current,
    banner_is_closed,
    banner_mark,
)
from accounts.web.answers import next_url
from librechat.kernel.markup.sanitize import sanitized

A_YEAR = 365 * 24 * 60 * 60


class ShownBanner:
    """What the template shows."""

    def __init__(self, banner: Banner) -> None:
        self.id = banner.pk
        self.can_close = not banner.is_persistent
        self.html: SafeString = mark_safe(sanitized(banner.message))  # noqa: S308 - sanitized


def banner_for(request: HttpRequest) -> ShownBanner | None:
    """Return the banner of this page; None when there is none or it was closed."""
    user = _user(request)
    banner = banner_current(user)
    cookie = request.COOKIES.get(CLOSED_COOKIE, "")
    if banner is None or banner_is_closed(banner, user=user, cookie=cookie):
        return None
    return ShownBanner(banner)


@require_POST
def close(request: HttpRequest, banner_id: str) -> HttpResponse:
    """Close the banner: for a person on every device, for a visitor in this browser.

    One that has ended meanwhile is closed already.
    """
    user = _user(request)
    banner = banner_current(user)
    is_fragment = request.headers.get("HX-Request") == "true"
    response = HttpResponse() if is_fragment else redirect(next_url(request, "/"))
    if banner is None or banner.pk != banner_id:
        return response
    if user:
        banner_close(banner=banner, user=user)
    else:
        mark = banner_mark(banner)
        response.set_cookie(CLOSED_COOKIE, mark, max_age=A_YEAR, httponly=True, samesite="Lax")
    return response


def _user(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None
