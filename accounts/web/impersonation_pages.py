"""Ending to act as somebody else."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.auth.impersonation import impersonation_stop
from accounts.models import User


class ImpersonationStopPage(View):
    """The button of the banner; it works whatever became of the person meanwhile."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Stop, and go back to the administration."""
        has_stopped = impersonation_stop(request)
        if not isinstance(request.user, User):
            return redirect("login")
        if not has_stopped:
            return redirect("chat_new")
        messages.success(request, _("You are yourself again."))
        return redirect("admin:accounts_user_changelist")
