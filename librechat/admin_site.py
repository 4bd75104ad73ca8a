"""The Django admin: open by capability, under a content security policy of its own."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from typing_extensions import override
from unfold.sites import UnfoldAdminSite

from accounts.access.capabilities import ACCESS_ADMIN
from accounts.access.visitor import may
from accounts.auth.admin_session import admin_session_check, is_unasked
from accounts.errors import FreshProofNeededError
from librechat.kernel.errors import AppError

SHORTCUT = "view_on_site"  # Django's name of it
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class GovernedSite(UnfoldAdminSite):
    """The admin for whoever has ``access:admin``; what they see there their capabilities decide."""

    @override
    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and may(request, ACCESS_ADMIN)

    @override
    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Let nobody in whose session has ended, and show refusals as a page.

        Errors that ask for another proof pass: a middleware leads on to the page that takes it.
        """

        @wraps(view)
        def governed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                admin_session_check(request, is_use=not is_unasked(view))
                return view(request, *args, **kwargs)
            except FreshProofNeededError:
                raise
            except AppError as exc:
                context = {"problem": exc.message}
                return render(request, "problem.html", context, status=exc.status)

        guarded = super().admin_view(governed, cacheable)
        return cast("View", guarded)  # it takes what the view takes; types cannot say so

    @override
    def get_urls(self) -> list[Any]:  # unfold's types and Django's differ
        """Add the pages that belong to no model."""
        # Imported late: the pages need every app, and the site is made before they are ready.
        pages = import_module("librechat.dashboard.urls").pages
        own = [path(route, self.admin_view(view), name=name) for route, view, name in pages]
        there = [one for one in super().get_urls() if getattr(one, "name", "") != SHORTCUT]
        route = "r/<path:content_type_id>/<path:object_id>/"
        return [*own, path(route, self.admin_view(object_page), name=SHORTCUT), *there]

    @override
    def index(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        """Show the overview."""
        page: TemplateResponse = import_module("librechat.dashboard.overview").overview(request)
        return page


def object_page(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponseBase:
    """Lead to an object's own page.

    Raises:
        Http404: there is none, or the id cannot be one.
    """
    shortcut = import_module("django.contrib.contenttypes.views").shortcut  # once apps are ready
    try:
        answer: HttpResponseBase = shortcut(request, content_type_id, object_id)
    except ValidationError as exc:
        raise Http404 from exc
    return answer


def sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the product's own sign-in page; who is signed in already may not come in."""
    if request.user.is_authenticated:
        problem = _("The administration is open to administrators only. Nothing was changed.")
        return render(request, "problem.html", {"problem": problem}, status=403)
    return redirect_to_login(request.GET.get("next", "/admin/"))


class AdminPolicyMiddleware(MiddlewareMixin):
    """Sets the admin's policy: its theme evaluates expressions, the rest of the product never."""

    get_response: Callable[[HttpRequest], HttpResponseBase]

    def process_response(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
    ) -> HttpResponseBase:
        """Add the header to answers under ``/admin/``."""
        if request.path.startswith("/admin/"):
            policy = settings.ADMIN_CONTENT_SECURITY_POLICY
            text = "; ".join(f"{name} {' '.join(map(str, to))}" for name, to in policy.items())
            response["Content-Security-Policy"] = text
        return response
