"""The page on which an administrator invites several people at once."""

import re

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.admin.asking import actor_of
from accounts.admin.people_forms import role_choices
from accounts.admin.rights import may
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import USER, Group
from accounts.models.group import LOCAL
from accounts.services.invites import LIFETIME, MOST_AT_ONCE, Invited, invites_make
from accounts.services.mail import mail_is_configured
from librechat.kernel.errors import AppError

INVITE_PAGE = "accounts_onetimetoken_invite"
INVALID = 422
BETWEEN = re.compile(r"[\s,;]+")
LONGEST = 256 * MOST_AT_ONCE


class InviteForm(forms.Form):
    """Whom to invite, and what they get."""

    emails = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget({"rows": 6}),
        help_text=gettext_lazy("One per line, or with commas between them."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=role_choices,
        initial=USER,
        widget=UnfoldAdminSelectWidget,
    )
    groups = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Groups"),
        queryset=Group.objects.filter(source=LOCAL),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_emails(self) -> list[str]:
        """Take the addresses apart."""
        found = [one for one in BETWEEN.split(self.cleaned_data["emails"]) if one]
        if len(found) > MOST_AT_ONCE:
            raise forms.ValidationError(
                _("These are more than %(n)s addresses.") % {"n": MOST_AT_ONCE},
            )
        return found


def invite_page(desk: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show the form; a POST invites and shows what became of each address."""
    if not may(request, "manage:users"):
        raise PermissionDenied
    step_up_check(request)
    form = InviteForm(request.POST if request.method == "POST" else None)
    invited: Invited | None = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            invited = invites_make(
                emails=given["emails"],
                role=given["role"],
                groups=list(given["groups"]),
                actor=actor_of(request),
                caller=Caller.of(request),
            )
        except AppError as exc:
            form.add_error(None, exc.message)
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Invite people"),
        "form": form,
        "invited": invited,
        "is_mailed": mail_is_configured(),
        "days": LIFETIME.days,
    }
    status = INVALID if form.errors else 200
    return TemplateResponse(request, "admin/accounts/user_invite.html", context, status=status)


def link_tell(request: HttpRequest, email: str, link: str) -> None:
    """Show the link of an invitation while no mail is set up: somebody must hand it over."""
    if not mail_is_configured():
        messages.warning(request, f"{email}: {link}")
