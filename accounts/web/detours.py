"""Where a page leads when somebody has to prove more before it goes on."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from accounts.auth.login import NEXT
from accounts.errors import (
    FreshProofNeededError,
    SecondFactorNeededError,
    SecondFactorRequiredError,
)
from accounts.limits.caller import serving
from accounts.models import User
from accounts.services.second_factors import second_factor_missing
from accounts.web.answers import next_url

PENDING = "second_factor"
SECURITY = "/settings/security"
Next = Callable[[HttpRequest], HttpResponseBase]
# What stays open to somebody who must set up a second factor: setting it up, and leaving.
OPEN_PAGES = frozenset(
    {
        "login",
        "logout",
        "confirm",
        "two-factor",
        "two-factor-start",
        "two-factor-finish",
        "passkey-new",
        "passkey-options",
    },
)


class DetourMiddleware(MiddlewareMixin):
    """Turns the errors that ask for another proof into the page that takes it."""

    get_response: Next

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponseBase | None:
        """Lead on; other errors, and those of the API, are not ours."""
        match exc:
            case SecondFactorNeededError():
                kept = request.session.pop(NEXT, "")
                target = next_url(request, kept or settings.LOGIN_REDIRECT_URL)
                request.session[PENDING] = {"token": exc.temp_token, "next": target}
                return _lead(request, reverse("second-factor"))
            case FreshProofNeededError():
                query = urlencode({"next": _page_of(request)})
                return _lead(request, f"{reverse('confirm')}?{query}")
            case SecondFactorRequiredError():
                return _lead(request, reverse("two-factor"))
            case _:
                return None


class RequiredFactorMiddleware(MiddlewareMixin):
    """Leads people whose role requires a second factor to setting it up, admin included."""

    get_response: Next

    def __init__(self, get_response: Next) -> None:
        if not settings.TWO_FACTOR_REQUIRED_ROLES:
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def process_view(
        self,
        request: HttpRequest,
        _view: object,
        _args: object,
        _kwargs: object,
    ) -> HttpResponseBase | None:
        """Lead on; the API refuses by itself."""
        match = request.resolver_match
        if request.path.startswith("/api/") or (match and match.url_name in OPEN_PAGES):
            return None
        if serving().impersonator:  # has proved who they are, as an administrator
            return None
        user = request.user
        if isinstance(user, User) and second_factor_missing(user):
            return _lead(request, reverse("two-factor"))
        return None


def _lead(request: HttpRequest, target: str) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(status=403, headers={"HX-Redirect": target})
    return redirect(target)


def _page_of(request: HttpRequest) -> str:
    """Return the page to come back to: this one, or the one whose form was sent."""
    if request.method == "GET":
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    is_ours = came_from.netloc == request.get_host()
    if not is_ours or not came_from.path:
        return SECURITY
    return urlunsplit(("", "", came_from.path, came_from.query, ""))
