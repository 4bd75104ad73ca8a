"""Pages that links of mails lead to.

A link shows a button and does nothing by itself: programs that look at mails follow links too.
"""

from django.contrib import messages
from django.contrib.auth import logout as django_logout
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.errors import LoginRefusedError
from accounts.limits.caller import Caller
from accounts.limits.counters import client_address, limit_check
from accounts.models import User
from accounts.services.closing import (
    account_is_over,
    account_restore,
    account_restore_with,
    restore_valid,
)
from accounts.services.mail import mail_is_configured
from accounts.services.verification import (
    email_change_finish,
    email_change_valid,
    verification_finish,
    verification_resend,
)
from accounts.web.answers import INVALID, page, refuse
from accounts.web.auth_pages import FRESH, SENSITIVE
from accounts.web.forms import ForgotForm, RestoreForm
from librechat.kernel.errors import AppError

GONE = 410


@FRESH
class VerifyPage(View):
    """Confirming the address of a new account."""

    template = "accounts/verify.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the button of a link, or how to get one."""
        return self._show(request, ForgotForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Confirm the address and go on to sign in; without a token send the mail again."""
        token = request.POST.get("token", "")
        if not token:
            return self._resend(request)
        try:
            limit_check("verify_submit", address=client_address(request))
            verification_finish(
                email=request.POST.get("email", ""),
                token=token,
                caller=Caller.of(request),
            )
        except AppError as exc:
            form = ForgotForm(data={"email": request.POST.get("email", "")})
            return self._show(request, form, status=refuse(form, "email", exc), refused=exc)
        messages.success(request, _("Your address is confirmed. Sign in."))
        return redirect("login")

    def _resend(self, request: HttpRequest) -> HttpResponse:
        form = ForgotForm(request.POST)
        if not form.is_valid():
            return self._show(request, form, status=INVALID)
        try:
            limit_check("verify_request", address=client_address(request))
        except AppError as exc:
            return self._show(request, form, status=refuse(form, "email", exc), refused=exc)
        verification_resend(email=form.cleaned_data["email"])
        messages.success(request, _("If the address waits for it, a mail is on its way."))
        return redirect("verify")

    def _show(
        self,
        request: HttpRequest,
        form: ForgotForm,
        *,
        status: int = 200,
        refused: AppError | None = None,
    ) -> HttpResponse:
        context: dict[str, object] = {
            "form": form,
            "token": "" if refused else request.GET.get("token", ""),
            "email": request.GET.get("email", ""),
            "mail_is_on": mail_is_configured(),
        }
        return page(request, self.template, context, status=status, refused=refused)


@FRESH
class ConfirmEmailPage(View):
    """Confirming a new address of an account."""

    template = "accounts/confirm_email.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the button, or that the link is too old."""
        is_valid = email_change_valid(token=token)
        context: dict[str, object] = {"is_valid": is_valid}
        return page(request, self.template, context, status=200 if is_valid else GONE)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Change the address and go on to sign in with it."""
        try:
            user = email_change_finish(token=token, caller=Caller.of(request))
        except AppError as exc:
            context: dict[str, object] = {"is_valid": False, "problem": exc.message}
            return page(request, self.template, context, status=exc.status)
        django_logout(request)
        text = _("Your address is now %(email)s. Sign in with it.") % {"email": user.email}
        messages.success(request, text)
        return redirect("login")


@SENSITIVE
@FRESH
class RestorePage(View):
    """Bringing a closed account back with its address and password."""

    template = "accounts/restore.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return page(request, self.template, {"form": RestoreForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Bring the account back; whoever gives a wrong password learns nothing."""
        form = RestoreForm(request.POST)
        if not form.is_valid():
            return page(request, self.template, {"form": form}, status=INVALID)
        try:
            limit_check("login", address=client_address(request))
            self._restore(form, Caller.of(request))
        except AppError as exc:
            status = refuse(form, "password", exc)
            return page(request, self.template, {"form": form}, status=status, refused=exc)
        messages.success(request, _("Your account is back, with everything in it. Sign in."))
        return redirect("login")

    def _restore(self, form: RestoreForm, caller: Caller) -> None:
        given = form.cleaned_data
        user = User.objects.filter(email=given["email"].strip().lower()).first()
        if user is None or not user.has_usable_password():
            make_password(given["password"])  # an unknown address takes as long as a wrong password
            is_right = False
        else:
            is_right = user.check_password(given["password"])
        if user is None or not is_right or user.delete_after is None or account_is_over(user):
            raise LoginRefusedError(
                _("The address or the password is not right, or the account is not closed."),
            )
        account_restore(user=user, actor=user, caller=caller)


@FRESH
class RestoreLinkPage(View):
    """Bringing a closed account back with the link of its mail."""

    template = "accounts/restore_link.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the button, or that the link is too old."""
        is_valid = restore_valid(token=token)
        context: dict[str, object] = {"is_valid": is_valid}
        return page(request, self.template, context, status=200 if is_valid else GONE)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Bring the account back and go on to sign in."""
        try:
            account_restore_with(token=token, caller=Caller.of(request))
        except AppError as exc:
            return page(request, self.template, {"is_valid": False}, status=exc.status)
        messages.success(request, _("Your account is back, with everything in it. Sign in."))
        return redirect("login")
