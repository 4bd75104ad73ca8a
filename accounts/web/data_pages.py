"""The signed-in person's data: take it along, or delete it with the account."""

from collections.abc import AsyncIterator
from typing import IO

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as django_logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.auth.cookies import cookies_clear
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import ADMIN
from accounts.services.closing import account_close
from accounts.services.export import export_build
from accounts.web.answers import INVALID, page, refuse
from accounts.web.profile_forms import CloseForm
from accounts.web.settings_pages import person
from librechat.kernel import clock
from librechat.kernel.errors import AppError

CHUNK = 256 * 1024


class DataPage(LoginRequiredMixin, View):
    """Export and deletion."""

    template = "accounts/settings_data.html"

    def get(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Show both."""
        return self.show(request, tab, CloseForm())

    def post(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Close the account of whoever typed its address, and sign them out."""
        user = person(request)
        form = CloseForm(request.POST)
        if form.is_valid() and form.cleaned_data["email"].strip().lower() != user.email:
            form.add_error("email", _("This is not the address of your account."))
        if not form.is_valid():
            return self.show(request, tab, form, status=INVALID)
        step_up_check(request)
        try:
            account_close(user=user, caller=Caller.of(request))
        except AppError as exc:
            return self.show(request, tab, form, status=refuse(form, "email", exc))
        django_logout(request)
        messages.success(request, _closed_text())
        response = redirect("login")
        cookies_clear(response)
        return response

    def show(
        self,
        request: HttpRequest,
        tab: str,
        form: CloseForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        """Show the page, also with what is wrong in the form."""
        is_allowed = settings.ALLOW_ACCOUNT_DELETION or person(request).role == ADMIN
        context: dict[str, object] = {
            "tab": tab,
            "form": form,
            "may_close": is_allowed,
            "grace_days": settings.ACCOUNT_DELETION_GRACE_DAYS,
        }
        return page(request, self.template, context, status=status)


class ExportPage(LoginRequiredMixin, View):
    """Everything as a zip."""

    def post(self, request: HttpRequest) -> StreamingHttpResponse:
        """Return the file."""
        step_up_check(request)
        file = export_build(user=person(request), caller=Caller.of(request))
        response = StreamingHttpResponse(_chunks(file), content_type="application/zip")
        name = f"librechat-{clock.now():%Y-%m-%d}.zip"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await sync_to_async(file.read, thread_sensitive=False)(CHUNK):
            yield chunk


def _closed_text() -> str:
    days = settings.ACCOUNT_DELETION_GRACE_DAYS
    if days <= 0:
        return _("Your account and everything in it is deleted.")
    return _(
        "Your account is closed. It will be deleted in %(days)s days;"
        " until then you can bring it back.",
    ) % {"days": days}
