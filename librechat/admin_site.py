"""The Django admin: for the ADMIN role, under a content security policy of its own."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _


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
