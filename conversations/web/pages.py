"""What every page of the chat shares: who asks, and how a refusal looks."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.errors import NotSignedInError
from accounts.models import User
from librechat.kernel.errors import AppError, NotFoundError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page(view: View[P]) -> View[P]:
    """Serve a view to signed-in people only, and turn a refusal into a page."""

    @never_cache
    @wraps(view)
    def serve(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return sign_in_first(request)
        try:
            return view(request, *args, **kwargs)
        except AppError as error:
            return refusal(request, error)

    return serve


def person(request: HttpRequest) -> User:
    """Return who asks; ``page`` has let them in.

    Raises:
        NotSignedInError: nobody is signed in.
    """
    if not isinstance(request.user, User):
        raise NotSignedInError(_("Sign in first."))
    return request.user


def wants_fragment(request: HttpRequest) -> bool:
    """Whether a script of ours asks, not the browser itself."""
    return request.headers.get("HX-Request") == "true"


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what a form was filled with, though it be empty; None when it was not sent."""
    return request.POST if request.method == "POST" else None


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and back; a script is told where to go."""
    if not wants_fragment(request):
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    response = JsonResponse({"message": _("Sign in first.")}, status=401)
    response["HX-Redirect"] = "/login"
    return response


def refusal(request: HttpRequest, error: AppError) -> HttpResponse:
    """Return the page, or the short answer, for an expected failure."""
    if wants_fragment(request):
        return JsonResponse({"message": error.message, "code": error.code}, status=error.status)
    template = "404.html" if error.status == NotFoundError.status else "problem.html"
    return render(request, template, {"problem": error.message}, status=error.status)
