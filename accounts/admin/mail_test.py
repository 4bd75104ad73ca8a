"""The page that tries whether mail works."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.asking import actor_of
from accounts.admin.rights import may
from accounts.limits.caller import Caller
from accounts.services.mail import mail_is_configured
from accounts.services.mail_test import Outcome, mail_facts, mail_test_send
from librechat.kernel.errors import AppError

CAPABILITY = "manage:system"
INVALID = 422


class MailTestForm(forms.Form):
    """Where to."""

    to = forms.EmailField(
        label=gettext_lazy("Send it to"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mail_test(request: HttpRequest) -> HttpResponse:
    """Show how mail is set up; send one and say how it went."""
    if not may(request, CAPABILITY):
        raise PermissionDenied
    actor = actor_of(request)
    form = MailTestForm(request.POST or None, initial={"to": actor.email})
    outcome: Outcome | None = None
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                to, caller = form.cleaned_data["to"], Caller.of(request)
                outcome = mail_test_send(to=to, actor=actor, caller=caller)
                status = 200
            except AppError as exc:
                form.add_error("to", exc.message)
                status = exc.status
    context = {
        **admin.site.each_context(request),
        "title": _("E-mail test"),
        "facts": list(mail_facts()),
        "is_configured": mail_is_configured(),
        "form": form,
        "outcome": outcome,
    }
    return TemplateResponse(request, "admin/accounts/mail_test.html", context, status=status)
