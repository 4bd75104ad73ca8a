"""The account of the signed-in person: profile, picture, address, linked accounts."""

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import View
from typing_extensions import override

from accounts.auth.step_up import step_up_check
from accounts.errors import InvalidRegistrationError
from accounts.limits.caller import Caller
from accounts.services.avatars import (
    CONTENT_TYPE,
    MAX_BYTES,
    avatar_read,
    avatar_remove,
    avatar_set,
)
from accounts.services.linked_accounts import linked_accounts, unlink
from accounts.services.mail import mail_is_configured
from accounts.services.profile import user_rename, username_change
from accounts.services.verification import email_change_request
from accounts.web.answers import INVALID, page, refuse
from accounts.web.profile_forms import EmailForm, ProfileForm
from accounts.web.settings_pages import person
from librechat.kernel.errors import AppError

A_YEAR = 365 * 24 * 60 * 60


class AccountPage(LoginRequiredMixin, View):
    """Name, user name, picture, address and linked accounts."""

    template = "accounts/settings_account.html"

    def get(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Show the account."""
        return self.show(request, tab)

    def post(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Store the names."""
        user = person(request)
        form = ProfileForm({"username": user.username, **request.POST.dict()})
        if form.is_valid():
            try:
                username_change(user=user, username=form.cleaned_data["username"])
            except InvalidRegistrationError as exc:
                refuse(form, "username", exc)
        if not form.is_valid():
            return self.show(request, tab, form=form, status=INVALID)
        user_rename(user=user, name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect("settings", tab=tab)

    def show(
        self,
        request: HttpRequest,
        tab: str,
        *,
        form: forms.Form | None = None,
        email_form: forms.Form | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the account, also with what is wrong in a form."""
        user = person(request)
        names = {"name": user.name, "username": user.username}
        context: dict[str, object] = {
            "tab": tab,
            "form": form or ProfileForm(initial=names),
            "email_form": email_form or EmailForm(),
            "mail_is_on": mail_is_configured(),
            "linked": linked_accounts(user),
        }
        return page(request, self.template, context, status=status)


class AvatarPage(LoginRequiredMixin, View):
    """The picture."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store a picture, or take it away without one."""
        upload = request.FILES.get("picture")
        try:
            if isinstance(upload, UploadedFile):
                avatar_set(user=person(request), upload=upload.read(MAX_BYTES + 1))
            elif "remove" in request.POST:
                avatar_remove(user=person(request))
            else:
                messages.error(request, _("Choose a picture first. Nothing was changed."))
                return redirect("settings", tab="account")
        except AppError as exc:
            messages.error(request, exc.message)
        else:
            messages.success(request, _("Saved."))
        return redirect("settings", tab="account")


@require_safe
def avatar_image(_request: HttpRequest, name: str) -> HttpResponse:
    """Return a stored picture, as nothing but a picture; its name is the right to see it.

    Raises:
        Http404: there is none of this name.
    """
    picture = avatar_read(name)
    if picture is None:
        raise Http404
    response = HttpResponse(picture, content_type=CONTENT_TYPE)
    response["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


class EmailPage(AccountPage):
    """A change of address."""

    @override
    def post(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Send a link to the new address; until it is followed the old one counts."""
        form = EmailForm(request.POST)
        if not form.is_valid():
            return self.show(request, tab, email_form=form, status=INVALID)
        step_up_check(request)
        try:
            email_change_request(
                user=person(request),
                email=form.cleaned_data["email"],
                caller=Caller.of(request),
            )
        except AppError as exc:
            status = refuse(form, "email", exc)
            return self.show(request, tab, email_form=form, status=status)
        messages.success(
            request,
            _("A mail is on its way to the new address. Follow its link to make the change."),
        )
        return redirect("settings", tab=tab)


class UnlinkPage(LoginRequiredMixin, View):
    """A linked account."""

    def post(self, request: HttpRequest, linked_id: str) -> HttpResponse:
        """Take it away, unless it is the only way in."""
        step_up_check(request)
        try:
            gone = unlink(user=person(request), linked_id=linked_id, caller=Caller.of(request))
        except AppError as exc:
            messages.error(request, exc.message)
        else:
            text = _("%(provider)s no longer signs you in.") % {"provider": gone.label}
            messages.success(request, text)
        return redirect("settings", tab="account")
