"""Pages for signing in, signing up and a forgotten password; they work without scripts."""

from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View
from typing_extensions import override

from accounts.auth.cookies import REFRESH, cookies_clear
from accounts.auth.login import login_with_password, logout, page_open
from accounts.auth.saml_logout import sign_out_url
from accounts.auth.social import buttons
from accounts.errors import LoginRefusedError, RegistrationClosedError
from accounts.life_errors import InvalidInviteError
from accounts.limits.caller import Caller
from accounts.limits.counters import client_address, limit_check
from accounts.services.invites import invite_find
from accounts.services.mail import mail_is_configured
from accounts.services.password_reset import (
    password_reset,
    password_reset_request,
    password_reset_valid,
)
from accounts.services.people import user_register
from accounts.services.registration import Registration, registration_open
from accounts.web.answers import INVALID, next_url, page, refuse
from accounts.web.forms import ForgotForm, LoginForm, ResetForm, SignUpForm, focus
from accounts.web.oauth_pages import leads_away, refusal
from librechat.kernel.errors import AppError

SENSITIVE = method_decorator(sensitive_post_parameters(), name="dispatch")
FRESH = method_decorator(never_cache, name="dispatch")


@SENSITIVE
@FRESH
class AuthPage(View):
    """A form for somebody who is not signed in."""

    template = ""
    form_class: type[forms.Form]

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Send those who are signed in on."""
        if request.user.is_authenticated:
            return redirect(next_url(request, settings.LOGIN_REDIRECT_URL))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty form."""
        return self.show(request, self.form_class())

    def show(
        self,
        request: HttpRequest,
        form: forms.Form,
        *,
        status: int = 200,
        refused: AppError | None = None,
    ) -> HttpResponse:
        """Show the form, also with what is wrong in it."""
        context = {
            "form": form,
            "next": next_url(request, ""),
            "code": refused.code if refused else "",
            **self.more(request),
        }
        return page(request, self.template, context, status=status, refused=refused)

    def more(self, _request: HttpRequest) -> dict[str, object]:
        """Return what else the page shows."""
        return {}


class LoginPage(AuthPage):
    """Sign-in."""

    template = "accounts/login.html"
    form_class = LoginForm

    @override
    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or hand people straight to the one provider they come from."""
        if leads_away(request):
            query = urlencode({"next": next_url(request, "")})
            return redirect(f"{reverse('oauth-depart', args=['openid'])}?{query}")
        return self.show(request, LoginForm())

    @override
    def more(self, _request: HttpRequest) -> dict[str, object]:
        """Return the other ways to sign in, and why the last of them failed."""
        return {
            "methods": buttons(),
            "refusal": refusal(_request),
            "email_login_open": settings.ALLOW_EMAIL_LOGIN,
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign in and go on; after a refusal the address stays and the password is asked again."""
        form = LoginForm(request.POST)
        if form.is_valid():
            try:
                limit_check("login", address=client_address(request))
                login = login_with_password(**form.cleaned_data, caller=Caller.of(request))
            except AppError as exc:
                status = refuse(form, "password", exc)
                focus(form, "password")
                return self.show(request, form, status=status, refused=exc)
            page_open(request, login)
            return redirect(next_url(request, settings.LOGIN_REDIRECT_URL))
        if "email" not in form.errors:
            focus(form, "password")
        return self.show(request, form, status=INVALID)


class SignUpPage(AuthPage):
    """Registration."""

    template = "accounts/signup.html"
    form_class = SignUpForm

    @override
    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or that newcomers are not accepted."""
        form = SignUpForm(initial={"invite": request.GET.get("token", "")})
        try:
            invite = invite_find(token=form["invite"].value()) if form["invite"].value() else None
        except InvalidInviteError as exc:
            messages.error(request, exc.message)
            return self.show(request, SignUpForm(), status=exc.status)
        if invite is None and not registration_open():
            return self.show(request, form, status=RegistrationClosedError.status)
        form.initial["email"] = invite.email if invite else ""
        return self.show(request, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Register, sign in and go on."""
        form = SignUpForm(request.POST)
        if not form.is_valid():
            return self.show(request, form, status=INVALID)
        try:
            return self._register(request, form)
        except AppError as exc:
            status = refuse(form, None, exc)
            return self.show(request, form, status=status, refused=exc)

    def _register(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        given = form.cleaned_data
        limit_check("register", address=client_address(request))
        user_register(Registration(**given), caller=Caller.of(request))
        is_checked = mail_is_configured() and not settings.ALLOW_UNVERIFIED_EMAIL_LOGIN
        if is_checked and not given["invite"]:
            return redirect("verify")
        try:
            login = login_with_password(
                email=given["email"],
                password=given["password"],
                caller=Caller.of(request),
            )
        except LoginRefusedError:
            # The address has an account with another password; do not say so.
            messages.info(request, _("If the address is new, its account is ready. Sign in."))
            return redirect(settings.LOGIN_URL)
        page_open(request, login)
        return redirect(next_url(request, settings.LOGIN_REDIRECT_URL))


class ForgotPage(AuthPage):
    """The first step of a forgotten password."""

    template = "accounts/forgot.html"
    form_class = ForgotForm

    def post(self, request: HttpRequest) -> HttpResponse:
        """Mail the link that sets a new password, or show it while no mail is set up."""
        form = ForgotForm(request.POST)
        if not form.is_valid():
            return self.show(request, form, status=INVALID)
        try:
            limit_check("reset_request", address=client_address(request))
            link = password_reset_request(
                email=form.cleaned_data["email"],
                caller=Caller.of(request),
            )
        except AppError as exc:
            status = refuse(form, "email", exc)
            return self.show(request, form, status=status, refused=exc)
        return page(request, self.template, {"link": link, "is_sent": link is None})


@SENSITIVE
@FRESH
class ResetPage(View):
    """The second step of a forgotten password."""

    template = "accounts/reset.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the form, or that the link is too old."""
        is_valid = settings.ALLOW_PASSWORD_RESET and password_reset_valid(token=token)
        context: dict[str, object] = {"form": ResetForm() if is_valid else None}
        return page(request, self.template, context, status=200 if is_valid else 410)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Set the new password and go on to sign in with it."""
        form = ResetForm(request.POST)
        if not form.is_valid():
            return page(request, self.template, {"form": form}, status=INVALID)
        try:
            limit_check("reset_submit", address=client_address(request))
            password_reset(
                token=token,
                password=form.cleaned_data["password"],
                caller=Caller.of(request),
            )
        except AppError as exc:
            status = refuse(form, "password", exc)
            return page(request, self.template, {"form": form}, status=status, refused=exc)
        messages.success(request, _("Your password is changed. Sign in with the new one."))
        return redirect(settings.LOGIN_URL)


class ResetLink(View):
    """The address that a reset link names, as LibreChat writes it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Go on to the page of the link's token."""
        token = request.GET.get("token", "")
        return redirect("reset", token=token) if token else redirect("forgot")


class LogoutPage(View):
    """Sign-out."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """End the session in this browser."""
        leave_url = sign_out_url(request)
        logout(request, refresh_token=request.COOKIES.get(REFRESH, ""))
        # A page, not a redirect: the policy of forms keeps those on this site.
        response = (
            page(request, "accounts/signed_out.html", {"leave_url": leave_url})
            if leave_url
            else redirect(f"{settings.LOGOUT_REDIRECT_URL}?redirect=false")
            if leads_away(request)
            else redirect(settings.LOGOUT_REDIRECT_URL)
        )
        cookies_clear(response)
        return response
