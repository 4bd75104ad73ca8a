"""The security page: password, second factors, passkeys, devices."""

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.auth.login import login_proved, page_open, page_session
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.limits.counters import client_address, limit_check
from accounts.models import AuthSession
from accounts.services.factor_overview import Factors
from accounts.services.password_reset import password_change_own
from accounts.services.second_factors import second_factor_on
from accounts.services.sessions import password_check
from accounts.web.answers import INVALID, page, refuse
from accounts.web.forms import PasswordForm, focus
from accounts.web.settings_pages import SessionRow, device_name, person
from librechat.kernel.errors import AppError


class SecurityPage(LoginRequiredMixin, View):
    """Password, second factors, devices."""

    template = "accounts/settings_security.html"

    def get(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Show everything."""
        return self.show(request, tab, form=PasswordForm())

    def post(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Change the password; other devices are signed out, this one stays."""
        form = PasswordForm(request.POST)
        if not form.is_valid():
            return self.show(request, tab, form=form, status=INVALID)
        user = person(request)
        try:
            if second_factor_on(user):
                step_up_check(request)  # the current password alone does not suffice then
            limit_check("login", address=client_address(request))
            password_check(user=user, password=form.cleaned_data["current_password"])
        except AppError as exc:
            status = refuse(form, "current_password", exc)
            focus(form, "current_password")
            return self.show(request, tab, form=form, status=status, refused=exc)
        password_change_own(
            user=user,
            password=form.cleaned_data["new_password"],
            caller=Caller.of(request),
        )
        page_open(request, login_proved(user=user, caller=Caller.of(request)))
        messages.success(request, _("Password changed. Other devices are signed out."))
        return redirect("settings", tab=tab)

    def show(
        self,
        request: HttpRequest,
        tab: str,
        *,
        form: forms.Form,
        status: int = 200,
        refused: AppError | None = None,
    ) -> HttpResponse:
        """Show the page, also with what is wrong in the form."""
        user = person(request)
        current = page_session(request)
        rows = [
            SessionRow(session, device_name(session.user_agent), session == current)
            for session in AuthSession.objects.owned_by(user).alive()
        ]
        rows.sort(key=lambda row: not row.is_current)
        context: dict[str, object] = {
            "tab": tab,
            "form": form,
            "sessions": rows,
            "factors": Factors.of(user),
            "has_password": user.has_usable_password(),
        }
        return page(request, self.template, context, status=status, refused=refused)
