"""Where people keep their own keys of providers."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import NotSignedInError
from accounts.models import User
from agents.llm.available import EndpointInfo, endpoints_for
from agents.models import Credential
from agents.services.credentials import credential_delete, credential_set
from librechat.kernel import clock
from librechat.kernel.errors import AppError

INVALID = 422
NEVER = "never"
# Seconds a key is kept → what the choice is called.
EXPIRIES: list[tuple[str, Promise]] = [
    ("1800", gettext_lazy("in 30 minutes")),
    ("43200", gettext_lazy("in 12 hours")),
    ("86400", gettext_lazy("tomorrow")),
    ("604800", gettext_lazy("in a week")),
    ("2592000", gettext_lazy("in a month")),
    (NEVER, gettext_lazy("never")),
]


class KeyForm(forms.Form):
    """A key for one endpoint; blank where only an address is asked for."""

    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=12_000,
        widget=forms.PasswordInput(
            attrs={"class": "input", "autocomplete": "off", "spellcheck": "false"},
        ),
        error_messages={"required": gettext_lazy("Paste your key.")},
    )
    base_url = forms.URLField(
        label=gettext_lazy("Address (base URL)"),
        assume_scheme="https",
        max_length=2_000,
        widget=forms.URLInput(attrs={"class": "input", "placeholder": "https://"}),
        error_messages={"required": gettext_lazy("Name the address of the provider.")},
    )
    expires = forms.ChoiceField(
        label=gettext_lazy("Forget it"),
        choices=EXPIRIES,
        initial=NEVER,
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, endpoint: EndpointInfo, sent: QueryDict | None = None) -> None:
        super().__init__(sent, auto_id=f"%s-{endpoint.order}-{slugify(endpoint.name)}")
        if not endpoint.user_provide:
            del self.fields["key"]
        if not endpoint.user_provide_url:
            del self.fields["base_url"]

    def value(self) -> str:
        """Return what is stored: the key alone, or with its address as LibreChat's JSON."""
        key = str(self.cleaned_data.get("key", ""))
        if "base_url" not in self.fields:
            return key
        stored = {"apiKey": key, "baseURL": self.cleaned_data["base_url"]}
        return json.dumps({name: text for name, text in stored.items() if text})

    def expires_at(self) -> datetime | None:
        """Return when the key is forgotten."""
        choice = self.cleaned_data["expires"]
        return None if choice == NEVER else clock.now() + timedelta(seconds=int(choice))


@dataclass(frozen=True, slots=True)
class KeyCard:
    """An endpoint that asks for something of the person, and what it has."""

    endpoint: EndpointInfo
    form: KeyForm
    credential: Credential | None
    is_asked: bool


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Show the endpoints that want a key, or store one."""
    if request.method == "POST":
        return _store(request)
    return _page(request, asked=request.GET.get("endpoint", ""))


@never_cache
@login_required
@require_POST
def key_remove(request: HttpRequest) -> HttpResponse:
    """Forget a key."""
    credential_delete(_person(request), name=request.POST.get("endpoint", ""))
    messages.success(request, _("Key removed"))
    return redirect("keys")


def _store(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("endpoint", "")
    endpoint = _wanting(request).get(name)
    if endpoint is None:
        return render(request, "404.html", status=404)
    form = KeyForm(endpoint, request.POST)
    if form.is_valid():
        try:
            credential_set(
                _person(request),
                name=name,
                value=form.value(),
                expires_at=form.expires_at(),
            )
        except AppError as error:  # said beside the field it is about
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Key saved"))
            return redirect("keys")
    return _page(request, asked=name, refused=form)


def _page(request: HttpRequest, *, asked: str, refused: KeyForm | None = None) -> HttpResponse:
    own = {credential.name: credential for credential in _own(request)}
    cards = [
        KeyCard(
            endpoint=endpoint,
            form=refused if refused is not None and name == asked else KeyForm(endpoint),
            credential=own.get(name),
            is_asked=name == asked,
        )
        for name, endpoint in _wanting(request).items()
    ]
    context = {"tab": "api-keys", "cards": cards}
    status = 200 if refused is None else INVALID
    return render(request, "agents/keys.html", context, status=status)


def _wanting(request: HttpRequest) -> dict[str, EndpointInfo]:
    offered = endpoints_for(_person(request)).items()
    return {
        name: endpoint
        for name, endpoint in offered
        if endpoint.user_provide or endpoint.user_provide_url
    }


def _own(request: HttpRequest) -> list[Credential]:
    return list(Credential.objects.visible_to(_person(request)))


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise NotSignedInError(_("Sign in first."))
    return request.user
