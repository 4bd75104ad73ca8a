"""Pages between two proofs: the second step of a sign-in, passkeys, confirming who one is."""

from collections.abc import Callable
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View
from typing_extensions import override

from accounts.auth import step_up
from accounts.auth.cookies import REFRESH, cookies_clear, cookies_set
from accounts.auth.login import Login, login_proved, logout, page_open
from accounts.auth.second_step import login_with_code, login_with_second_passkey, pending_user
from accounts.auth.webauthn import (
    authentication_begin,
    authentication_finish,
    passkeys_possible,
    registration_begin,
)
from accounts.errors import NotSignedInError, PasskeyRefusedError
from accounts.limits.caller import Caller
from accounts.limits.counters import limit_check
from accounts.models import User
from accounts.services.factor_overview import Factors
from accounts.web.answers import INVALID, next_url, page, refuse
from accounts.web.detours import PENDING, SECURITY
from accounts.web.proof_forms import CodeForm, ProofForm
from accounts.web.settings_pages import person
from librechat.kernel.errors import AppError, InvalidInputError

LOGIN = "login"
SECOND_FACTOR = "second-factor"
Options = Callable[[HttpRequest], dict[str, object]]
FRESH = method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")


def _pending(request: HttpRequest) -> dict[str, str]:
    """Return the token of the first step and where to go on to; empty without a first step."""
    kept = request.session.get(PENDING)
    return kept if isinstance(kept, dict) else {}


@FRESH
class SecondFactorPage(View):
    """The second step of a sign-in."""

    template = "accounts/second_factor.html"

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Send back whose first step is missing or too old."""
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        try:
            pending_user(_pending(request).get("token"))
        except NotSignedInError:
            if request.session.pop(PENDING, None):
                messages.error(request, _("That took too long. Please sign in again."))
            return redirect(settings.LOGIN_URL)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for a code or a passkey."""
        return self.show(request, CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check it and go on to where the person wanted to go."""
        form = CodeForm(request.POST)
        answer = request.POST.get("credential", "")
        if not form.is_valid() and not answer:
            return self.show(request, form, status=INVALID)
        try:
            limit_check("two_factor_ip", address=Caller.of(request).address)
            login = self.finish(request, form, answer)
        except AppError as exc:
            status = refuse(form, None if answer else "code", exc)
            return self.show(request, form, status=status, refused=exc)
        target = _pending(request).get("next") or settings.LOGIN_REDIRECT_URL
        request.session.pop(PENDING, None)
        page_open(request, login)
        response = redirect(target)
        # As after a provider's sign-in: LibreChat's own client goes on with the cookie.
        cookies_set(response, login.refresh_token, login.session.expires_at)
        return response

    def finish(self, request: HttpRequest, form: forms.Form, answer: str) -> Login:
        """Sign in with the passkey's answer, else with the code.

        Raises:
            AppError: it is not good, or a gate refuses.
        """
        token, caller = _pending(request).get("token"), Caller.of(request)
        if answer:

            def verify(user: User) -> object:
                return authentication_finish(request, SECOND_FACTOR, answer, user)

            return login_with_second_passkey(token=token, verify=verify, caller=caller)
        code = form.cleaned_data["code"]
        return login_with_code(token=token, code=code, backup_code=code, caller=caller)

    def show(
        self,
        request: HttpRequest,
        form: forms.Form,
        *,
        status: int = 200,
        refused: AppError | None = None,
    ) -> HttpResponse:
        """Show the ways this person has."""
        user = pending_user(_pending(request).get("token"))
        context: dict[str, object] = {"form": form, "factors": Factors.of(user)}
        return page(request, self.template, context, status=status, refused=refused)


@FRESH
class PasskeyLoginPage(View):
    """Sign-in with a passkey alone."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign in whom the passkey names; a device that checked its user is two proofs in one."""
        try:
            answer = request.POST.get("credential", "")
            passkey = authentication_finish(request, LOGIN, answer, None)
            caller = Caller.of(request)
            login = login_proved(user=passkey.user, caller=caller, method="passkey")
        except AppError as exc:
            messages.error(request, exc.message)
            return redirect(settings.LOGIN_URL)
        page_open(request, login)
        return redirect(next_url(request, settings.LOGIN_REDIRECT_URL))


@FRESH
class PasskeyOptions(View):
    """What a browser needs to make or use a passkey."""

    def post(self, request: HttpRequest) -> JsonResponse:
        """Return the options for a purpose; failures are ``{message}``."""
        try:
            prepare = PURPOSES.get(request.POST.get("purpose", ""))
            if prepare is None:
                raise InvalidInputError(_("There is no such use of passkeys."))
            return JsonResponse(prepare(request))
        except AppError as exc:
            return JsonResponse({"message": exc.message}, status=exc.status)


def _login_options(request: HttpRequest) -> dict[str, object]:
    limit_check("login", address=Caller.of(request).address)
    return authentication_begin(request, LOGIN, None)


def _second_options(request: HttpRequest) -> dict[str, object]:
    limit_check("two_factor_ip", address=Caller.of(request).address)
    user = pending_user(_pending(request).get("token"))
    return authentication_begin(request, SECOND_FACTOR, user)


def _confirm_options(request: HttpRequest) -> dict[str, object]:
    return authentication_begin(request, step_up.CONFIRM, person(request))


def _register_options(request: HttpRequest) -> dict[str, object]:
    user = person(request)
    step_up.step_up_check(request)
    if not passkeys_possible():
        raise PasskeyRefusedError(_("Passkeys need a site with a name and TLS."))
    return registration_begin(request, user)


PURPOSES: dict[str, Options] = {
    LOGIN: _login_options,
    SECOND_FACTOR: _second_options,
    step_up.CONFIRM: _confirm_options,
    "register": _register_options,
}


@FRESH
class ConfirmPage(LoginRequiredMixin, View):
    """Proving once more who one is, before a sensitive act."""

    template = "accounts/confirm.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for a code, a passkey or the password."""
        return self.show(request, ProofForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check it and go back."""
        form = ProofForm(request.POST)
        form.is_valid()
        if "again" in request.POST:
            return self.sign_in_again(request)
        field = next((name for name in ("code", "password") if request.POST.get(name)), None)
        try:
            self.prove(request, form)
        except AppError as exc:
            status = refuse(form, field, exc)
            return self.show(request, form, status=status, refused=exc)
        return redirect(next_url(request, SECURITY))

    def prove(self, request: HttpRequest, form: forms.Form) -> None:
        """Take the first proof that was given.

        Raises:
            AppError: it is not good.
        """
        user, given = person(request), form.cleaned_data
        if given.get("credential"):
            step_up.prove_with_passkey(request, user, answer=given["credential"])
        elif step_up.ways_of(user).password:
            step_up.prove_with_password(request, user, password=given.get("password", ""))
        else:
            code = given.get("code", "")
            step_up.prove_with_code(request, user, code=code, backup_code=code)

    def sign_in_again(self, request: HttpRequest) -> HttpResponse:
        """End this session and lead through sign-in; for people without a password."""
        target = next_url(request, SECURITY)
        logout(request, refresh_token=request.COOKIES.get(REFRESH, ""))
        response = redirect(f"{settings.LOGIN_URL}?{urlencode({'next': target})}")
        cookies_clear(response)
        return response

    def show(
        self,
        request: HttpRequest,
        form: forms.Form,
        *,
        status: int = 200,
        refused: AppError | None = None,
    ) -> HttpResponse:
        """Show the ways this person has."""
        context: dict[str, object] = {
            "form": form,
            "ways": step_up.ways_of(person(request)),
            "next": next_url(request, SECURITY),
        }
        return page(request, self.template, context, status=status, refused=refused)
