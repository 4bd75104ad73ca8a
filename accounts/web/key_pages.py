"""Access keys of the signed-in person."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts.access.permissions import role_allows
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.services.api_keys import api_key_create, api_key_get, api_key_revoke, api_keys_of
from accounts.web.answers import INVALID, page, refuse
from accounts.web.profile_forms import KeyForm
from accounts.web.settings_pages import person
from librechat.kernel import clock
from librechat.kernel.errors import AppError


@method_decorator(never_cache, name="dispatch")
class AccessKeysPage(LoginRequiredMixin, View):
    """The list, and a form for a new one."""

    template = "accounts/settings_keys.html"

    def get(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Show the keys."""
        return self.show(request, tab, KeyForm())

    def post(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Make a key and show its text, this once."""
        form = KeyForm(request.POST)
        if not form.is_valid():
            return self.show(request, tab, form, status=INVALID)
        step_up_check(request)
        days = form.cleaned_data["days"]
        try:
            _key, text = api_key_create(
                user=person(request),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=clock.now() + timedelta(days=days) if days else None,
                caller=Caller.of(request),
            )
        except AppError as exc:
            return self.show(request, tab, form, status=refuse(form, "name", exc))
        return self.show(request, tab, KeyForm(), text=text)

    def show(
        self,
        request: HttpRequest,
        tab: str,
        form: KeyForm,
        *,
        status: int = 200,
        text: str = "",
    ) -> HttpResponse:
        """Show the page, also with what is wrong in the form or with a new key's text."""
        user = person(request)
        context: dict[str, object] = {
            "tab": tab,
            "form": form,
            "keys": api_keys_of(user),
            "text": text,
            "may_have_keys": role_allows(user, "REMOTE_AGENTS", "USE"),
        }
        return page(request, self.template, context, status=status)


class KeyEndPage(LoginRequiredMixin, View):
    """The end of a key."""

    def post(self, request: HttpRequest, key_id: str) -> HttpResponse:
        """End one of my keys."""
        user = person(request)
        try:
            key = api_key_get(user=user, key_id=key_id)
        except AppError as exc:
            messages.error(request, exc.message)
        else:
            api_key_revoke(key=key, actor=user, caller=Caller.of(request))
            messages.success(request, _("The key opens nothing any more."))
        return redirect("settings", tab="keys")
