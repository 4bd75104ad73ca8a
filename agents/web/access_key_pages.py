"""Access keys of the signed-in person: made, changed, replaced and ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts.access.permissions import role_allows
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import ApiKey, User
from accounts.services.api_key_teams import teams_for_keys
from accounts.services.api_key_terms import terms_of
from accounts.services.api_keys import (
    api_key_change,
    api_key_get,
    api_key_revoke,
    api_key_rotate,
    api_keys_of,
)
from accounts.web.answers import INVALID, page, refuse
from accounts.web.settings_pages import person
from agents.services.relay_keys import key_budgets, relay_key_make
from agents.services.relay_reports import KeySum, key_sums
from agents.web.access_key_forms import KeyForm, NewKeyForm, RotateForm, held_form
from billing.models import Budget
from librechat.kernel.errors import AppError, NotFoundError


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as the list shows it."""

    key: ApiKey
    sum: KeySum
    budgets: list[Budget]


@method_decorator(never_cache, name="dispatch")
class AccessKeysPage(LoginRequiredMixin, View):
    """The list, and a form for a new one."""

    template = "agents/access_keys.html"

    def get(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Show the keys."""
        return self.show(request, tab, self.form(request))

    def post(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Make a key and show its text, this once."""
        form = self.form(request, sent=True)
        if not form.is_valid():
            return self.show(request, tab, form, status=INVALID)
        step_up_check(request)
        user = person(request)
        try:
            _key, text = relay_key_make(
                user=user,
                terms=form.lasting_terms(),
                group=form.cleaned_data.get("team"),
                spending=form.spending(),
                actor=user,
                caller=Caller.of(request),
            )
        except AppError as exc:
            status = refuse(form, field_of(form, exc), exc)
            return self.show(request, tab, form, status=status)
        return self.show(request, tab, self.form(request), text=text)

    def form(self, request: HttpRequest, *, sent: bool = False) -> NewKeyForm:
        """Return the form of a new key."""
        data = request.POST if sent else None
        return NewKeyForm(data, teams=teams_for_keys(person(request)))

    def show(
        self,
        request: HttpRequest,
        tab: str,
        form: NewKeyForm,
        *,
        status: int = 200,
        text: str = "",
    ) -> HttpResponse:
        """Show the page, also with what is wrong in the form or with a new key's text."""
        user = person(request)
        context: dict[str, object] = {
            "tab": tab,
            "form": form,
            "rows": key_rows(api_keys_of(user)),
            "text": text,
            "may_have_keys": role_allows(user, "REMOTE_AGENTS", "USE"),
        }
        return page(request, self.template, context, status=status)


@method_decorator(never_cache, name="dispatch")
class AccessKeyPage(LoginRequiredMixin, View):
    """One key: its terms, and another in its place."""

    template = "agents/access_key.html"

    def get(self, request: HttpRequest, key_id: str) -> HttpResponse:
        """Show the key."""
        key = own_key(person(request), key_id)
        return self.show(request, key, held_form(key))

    def post(self, request: HttpRequest, key_id: str) -> HttpResponse:
        """Change the key's terms."""
        user = person(request)
        key = own_key(user, key_id)
        form = held_form(key, request.POST)
        if not form.is_valid():
            return self.show(request, key, form, status=INVALID)
        step_up_check(request)
        terms = form.terms(expires_at=terms_of(key).expires_at)
        try:
            api_key_change(key=key, terms=terms, actor=user, caller=Caller.of(request))
        except AppError as exc:
            status = refuse(form, field_of(form, exc), exc)
            return self.show(request, key, form, status=status)
        messages.success(request, _("The key is changed; it holds from the next call on."))
        return redirect("settings", tab="keys")

    def show(
        self, request: HttpRequest, key: ApiKey, form: KeyForm, *, status: int = 200
    ) -> HttpResponse:
        """Show the page, also with what is wrong in the form."""
        [row] = key_rows([key])
        context = {"tab": "keys", "row": row, "form": form, "rotate_form": RotateForm()}
        return page(request, self.template, context, status=status)


class KeyRotatePage(LoginRequiredMixin, View):
    """Another key in the place of one."""

    def post(self, request: HttpRequest, key_id: str) -> HttpResponse:
        """Make a key with the same terms and show its text, this once."""
        user = person(request)
        key = own_key(user, key_id)
        form = RotateForm(request.POST)
        if not form.is_valid():
            return redirect("access-key", key_id=key.pk)
        step_up_check(request)
        overlap = timedelta(days=form.cleaned_data["overlap"])
        try:
            _made, text = api_key_rotate(
                key=key, overlap=overlap, actor=user, caller=Caller.of(request)
            )
        except AppError as exc:
            refuse(form, None, exc)
            messages.error(request, exc.message)
            return redirect("access-key", key_id=key.pk)
        keys = AccessKeysPage()
        return keys.show(request, "keys", keys.form(request), text=text)


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


def own_key(user: User, key_id: str) -> ApiKey:
    """Return one of a person's keys.

    Raises:
        Http404: there is none.
    """
    try:
        return api_key_get(user=user, key_id=key_id)
    except NotFoundError as exc:
        raise Http404 from exc


def key_rows(keys: Iterable[ApiKey]) -> list[KeyRow]:
    """Return keys with what they did and may spend."""
    found = list(keys)
    sums, budgets = key_sums(key.pk for key in found), key_budgets(found)
    return [KeyRow(key, sums.get(key.pk, KeySum()), budgets[key.pk]) for key in found]


def field_of(form: forms.Form, exc: AppError) -> str:
    """Return the field a refusal is about; its first where it names none."""
    name = exc.data.get("field")
    return name if isinstance(name, str) and name in form.fields else "name"
