"""Ending to act as somebody else."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.auth.impersonation import impersonation_stop
from accounts.models import User


class ImpersonationStopPage(LoginRequiredMixin, View):
    """The button of the banner."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Stop, and go back to the administration."""
        if not impersonation_stop(request):
            return redirect("chat_new")
        if not isinstance(request.user, User):
            return redirect("login")
        messages.success(request, _("You are yourself again."))
        return redirect("admin:accounts_user_changelist")
