"""Notifications and the terms: choices that are stored at once."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.models import User
from accounts.services.mail import mail_is_configured
from accounts.services.profile import notification_set, notifications_of
from accounts.services.terms import terms_accept, terms_are_due, terms_of
from accounts.web.answers import INVALID, next_url, page
from accounts.web.settings_pages import person
from librechat.kernel.errors import ConflictError, InvalidInputError
from librechat.kernel.markup import render

# What stays open to somebody who has not accepted the terms: reading them, and leaving with
# everything that is theirs.
OPEN_PATHS = ("/terms", "/logout", "/login", "/settings", "/api", "/avatars", "/admin", "/static")


MOST_DIGITS = 9  # of the number of a version


class NotificationsPage(LoginRequiredMixin, View):
    """What one is told by mail."""

    template = "accounts/settings_notifications.html"

    def get(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Show the switches."""
        labels = {
            "key_created": (
                _("A new access key"),
                _("A mail when a key is made that lets a program act for you."),
            ),
        }
        rows = [
            {"name": name, "title": labels[name][0], "text": labels[name][1], "is_on": is_on}
            for name, is_on in notifications_of(person(request)).items()
        ]
        context: dict[str, object] = {
            "tab": tab,
            "rows": rows,
            "mail_is_on": mail_is_configured(),
        }
        return page(request, self.template, context)

    def post(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Store one switch."""
        is_on = request.POST.get("value") == "on"
        try:
            notification_set(user=person(request), name=request.POST.get("name", ""), is_on=is_on)
        except InvalidInputError as exc:
            return HttpResponse(exc.message, status=INVALID, content_type="text/plain")
        return redirect("settings", tab=tab)


class TermsPage(LoginRequiredMixin, View):
    """The terms of service, and accepting them."""

    template = "accounts/terms.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the terms."""
        return self._shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Accept what was read and go on."""
        read = request.POST.get("version", "")
        number = int(read) if read.isdecimal() and len(read) <= MOST_DIGITS else None
        try:
            terms_accept(user=person(request), number=number)
        except ConflictError as exc:
            return self._shown(request, exc.message)
        return redirect(next_url(request, settings.LOGIN_REDIRECT_URL))

    def _shown(self, request: HttpRequest, problem: str = "") -> HttpResponse:
        user = person(request)
        terms = terms_of(user)
        context: dict[str, object] = {
            "terms": terms,
            "text": render(terms.text),
            "accepted_at": user.terms_accepted_at,
            "next": next_url(request, ""),
            "problem": problem,
        }
        return page(request, self.template, context, status=INVALID if problem else 200)


class TermsMiddleware(MiddlewareMixin):
    """Leads people who have not accepted the terms to them, where their settings want it."""

    get_response: Callable[[HttpRequest], HttpResponseBase]

    def process_view(
        self,
        request: HttpRequest,
        _view: object,
        _args: object,
        _kwargs: object,
    ) -> HttpResponseBase | None:
        """Lead on from whole pages only; fragments and forms belong to one that was opened."""
        is_page = request.method == "GET" and "HX-Request" not in request.headers
        if not is_page or request.path.startswith(OPEN_PATHS):
            return None
        user = request.user
        if not isinstance(user, User) or not terms_are_due(user):
            return None
        return redirect(f"{reverse('terms')}?{urlencode({'next': request.get_full_path()})}")
