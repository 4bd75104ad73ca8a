"""Pages that set up and remove second factors; each asks for a fresh proof."""

from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View
from typing_extensions import override

from accounts.auth.step_up import step_up_check
from accounts.auth.webauthn import registration_finish
from accounts.errors import SecondFactorStateError
from accounts.limits.caller import Caller
from accounts.services import totp
from accounts.services.passkeys import passkey_add, passkey_rename, passkeys_of
from accounts.services.second_factors import (
    backup_codes_renew,
    passkey_remove,
    second_factor_missing,
    setup_codes_renew,
    setup_finish,
    setup_prove,
    setup_secret,
    setup_start,
    totp_remove,
)
from accounts.web.answers import INVALID, page, refuse
from accounts.web.proof_forms import CodeForm, KeptForm, PasskeyForm
from accounts.web.qr_code import qr_picture
from accounts.web.settings_pages import person
from librechat.kernel.errors import AppError

GROUP = 4  # letters of a secret between two spaces
TAB: dict[str, object] = {"tab": "security"}


def _back(request: HttpRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("settings", tab="security")


def _codes(codes: list[str]) -> dict[str, object]:
    """Return what the page of codes shows; nobody sees them a second time."""
    text = "\n".join([settings.APP_TITLE, "", *codes, ""])
    return {"codes": codes, "codes_file": f"data:text/plain;charset=utf-8,{quote(text)}"}


@method_decorator(never_cache, name="dispatch")
class ProvenPage(LoginRequiredMixin, View):
    """A page for somebody who proved who they are within five minutes."""

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Check before anything else is looked at.

        Raises:
            FreshProofNeededError: the proof is too old.
        """
        if request.user.is_authenticated:
            step_up_check(request)
        return super().dispatch(request, *args, **kwargs)


class SetupPage(ProvenPage):
    """Setting up an authenticator app, in three steps."""

    template = "accounts/two_factor.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the first step, or the second when it was begun."""
        return self.scan(request, CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check a code of the app and show the backup codes."""
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self.scan(request, form, status=INVALID)
        user = person(request)
        try:
            setup_prove(user=user, code=form.cleaned_data["code"])
            codes = setup_codes_renew(user=user)
        except AppError as exc:
            return self.scan(request, form, status=refuse(form, "code", exc))
        context = {**TAB, **_codes(codes), "step": 3, "form": KeptForm()}
        return page(request, self.template, context)

    def scan(self, request: HttpRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
        """Show what the app must learn."""
        user = person(request)
        secret = setup_secret(user)
        context: dict[str, object] = {
            **TAB,
            "step": 2 if secret else 1,
            "form": form,
            "is_required": second_factor_missing(user),
        }
        if secret:
            parts = [secret[at : at + GROUP] for at in range(0, len(secret), GROUP)]
            picture = qr_picture(totp.setup_url(user, secret))
            context.update(secret=" ".join(parts), picture=picture)
        return page(request, self.template, context, status=status)


class SetupStartPage(ProvenPage):
    """The beginning of a setup."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a secret and go on to show it."""
        setup_start(user=person(request))
        return redirect("two-factor")


class SetupFinishPage(ProvenPage):
    """The end of a setup."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Switch two-factor sign-in on, once the backup codes are kept."""
        user = person(request)
        form = KeptForm(request.POST)
        try:
            if not form.is_valid():
                context = {**TAB, **_codes(setup_codes_renew(user=user)), "step": 3, "form": form}
                return page(request, SetupPage.template, context, status=INVALID)
            setup_finish(user=user, caller=Caller.of(request))
        except SecondFactorStateError as exc:
            messages.error(request, exc.message)
            return redirect("two-factor")
        return _back(request, _("Two-factor sign-in is on. Your next sign-in asks for a code."))


class AppRemovePage(ProvenPage):
    """Taking the authenticator app away."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remove it."""
        try:
            totp_remove(user=person(request), caller=Caller.of(request))
        except AppError as exc:
            messages.error(request, exc.message)
            return redirect("settings", tab="security")
        return _back(request, _("The authenticator app is removed."))


class CodesPage(ProvenPage):
    """New backup codes."""

    template = "accounts/backup_codes.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Replace the codes and show the new ones, this once."""
        try:
            codes = backup_codes_renew(user=person(request), caller=Caller.of(request))
        except SecondFactorStateError as exc:
            messages.error(request, exc.message)
            return redirect("settings", tab="security")
        return page(request, self.template, {**TAB, **_codes(codes)})


class PasskeyNewPage(ProvenPage):
    """A new passkey."""

    template = "accounts/passkey_new.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for its name."""
        return self.show(request, PasskeyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store what the browser made; with the first factor come backup codes."""
        form = PasskeyForm(request.POST)
        if not form.is_valid():
            return self.show(request, form, status=INVALID)
        try:
            made = registration_finish(request, form.cleaned_data["credential"])
            codes = passkey_add(
                user=person(request),
                name=form.cleaned_data["name"],
                credential=made.credential,
                sign_count=made.sign_count,
                caller=Caller.of(request),
            )
        except AppError as exc:
            return self.show(request, form, status=refuse(form, "name", exc))
        if codes:
            return page(request, CodesPage.template, {**TAB, **_codes(codes)})
        return _back(request, _("The passkey is ready."))

    def show(self, request: HttpRequest, form: PasskeyForm, *, status: int = 200) -> HttpResponse:
        """Show the form, or that passkeys cannot work here."""
        context = {**TAB, "form": form}
        return page(request, self.template, context, status=status)


class PasskeyRenamePage(ProvenPage):
    """Another name for a passkey."""

    def post(self, request: HttpRequest, passkey_id: str) -> HttpResponse:
        """Rename one of mine."""
        passkey_rename(passkey=_mine(request, passkey_id), name=request.POST.get("name", ""))
        return _back(request, _("Saved."))


class PasskeyRemovePage(ProvenPage):
    """The end of a passkey."""

    def post(self, request: HttpRequest, passkey_id: str) -> HttpResponse:
        """Remove one of mine."""
        passkey = _mine(request, passkey_id)
        try:
            passkey_remove(user=person(request), passkey=passkey, caller=Caller.of(request))
        except AppError as exc:
            messages.error(request, exc.message)
            return redirect("settings", tab="security")
        return _back(request, _("The passkey is removed."))


def _mine(request: HttpRequest, passkey_id: str) -> Authenticator:
    for passkey in passkeys_of(person(request)):
        if str(passkey.pk) == passkey_id:
            return passkey
    raise Http404
