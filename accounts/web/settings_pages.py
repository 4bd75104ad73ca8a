"""Settings of the signed-in person: account, security, appearance."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.auth.login import page_session
from accounts.errors import NotSignedInError
from accounts.models import AuthSession, User
from accounts.services.profile import LANGUAGE, THEMES, language_of, preference_set
from accounts.services.sessions import (
    session_close,
    sessions_close,
)
from accounts.web.answers import INVALID, next_url, page
from accounts.web.context import THEME_COOKIE
from accounts.web.forms import LanguageForm, ThemeForm

A_YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One sign-in as the list shows it."""

    session: AuthSession
    device: str
    is_current: bool


def person(request: HttpRequest) -> User:
    """Return who is signed in on a page that requires somebody.

    Raises:
        NotSignedInError: nobody.
    """
    if not isinstance(request.user, User):
        raise NotSignedInError(_("Nobody is signed in."))
    return request.user


def device_name(user_agent: str) -> str:
    """Return browser and system in words, e.g. ``Firefox on Linux``."""
    from user_agents import parse  # noqa: PLC0415 - half a second of tables, for this page only

    agent = parse(user_agent)
    if agent.browser.family == "Other":
        return _("Unknown device")
    browser, system = agent.browser.family, agent.os.family
    return (
        browser
        if system == "Other"
        else _("%(browser)s on %(system)s")
        % {
            "browser": browser,
            "system": system,
        }
    )


def _themes() -> list[dict[str, str]]:
    labels = {"system": _("System"), "light": _("Light"), "dark": _("Dark")}
    return [{"name": name, "label": labels[name]} for name in THEMES]


class SessionEndPage(LoginRequiredMixin, View):
    """Signing another device out."""

    def post(self, request: HttpRequest, session_id: str) -> HttpResponse:
        """End one of my sessions.

        Raises:
            Http404: it is not mine, or has ended.
        """
        mine = AuthSession.objects.owned_by(person(request)).alive()
        session = mine.filter(pk=session_id).first()
        if session is None:
            raise Http404
        session_close(session=session)
        messages.success(request, _("Signed out."))
        return redirect("settings", tab="security")


class SessionsEndPage(LoginRequiredMixin, View):
    """Signing every other device out."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """End all my sessions but this one."""
        sessions_close(user=person(request), keep=page_session(request))
        messages.success(request, _("All other devices are signed out."))
        return redirect("settings", tab="security")


class LanguagePage(View):
    """The language of the pages; a guest's choice stays in the browser."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store the language; the next page speaks it."""
        form = LanguageForm(request.POST)
        if not form.is_valid():
            return HttpResponse(_("There is no such language here."), status=INVALID)
        language = form.cleaned_data["language"]
        is_person = isinstance(request.user, User)
        if is_person:
            preference_set(user=person(request), name=LANGUAGE, value=language)
        home = (
            reverse("settings", kwargs={"tab": "appearance"}) if is_person else settings.LOGIN_URL
        )
        response = redirect(next_url(request, home))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=A_YEAR if language else 0,
            secure=settings.SECURE_COOKIES,
            samesite="Lax",
        )
        return response


class AppearancePage(View):
    """The theme; a guest's choice stays in the browser."""

    template = "accounts/settings_appearance.html"

    def get(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Show the themes."""
        if not request.user.is_authenticated:
            return redirect(f"{settings.LOGIN_URL}?next={request.path}")
        chosen = language_of(person(request))
        form = LanguageForm(initial={"language": chosen})
        context = {"tab": tab, "themes": _themes(), "language_form": form}
        return page(request, self.template, context)

    def post(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Store the theme."""
        form = ThemeForm(request.POST)
        if not form.is_valid():
            return HttpResponse(_("There is no such theme."), status=INVALID)
        theme = form.cleaned_data["theme"]
        is_person = isinstance(request.user, User)
        if is_person:
            preference_set(user=person(request), name="theme", value=theme)
        home = reverse("settings", kwargs={"tab": tab}) if is_person else settings.LOGIN_URL
        is_script = "HX-Request" in request.headers
        response = HttpResponse(status=204) if is_script else redirect(next_url(request, home))
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=A_YEAR,
            secure=settings.SECURE_COOKIES,
            samesite="Lax",
        )
        return response
