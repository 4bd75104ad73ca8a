"""Setting programs up with a key, and trying it."""

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import View

from accounts.models import User
from accounts.web.answers import INVALID
from accounts.web.settings_pages import person
from agents.engine.offload import offload
from agents.llm.relay_aliases import names_served
from agents.web.relay_self_test import Result, self_test
from agents.web.relay_setups import PLACEHOLDER, is_public, setups

DOOR = "librechat.relay"  # where the relay leaves itself in a request's scope
MOST_MODELS = 200


class ConnectForm(forms.Form):
    """The key to try or to fill in, and a model."""

    key = forms.CharField(
        label=gettext_lazy("Access key"),
        max_length=256,
        widget=forms.PasswordInput(
            {"class": "input", "autocomplete": "off", "placeholder": "sk-…"}, render_value=True
        ),
        error_messages={"required": gettext_lazy("Paste an access key.")},
    )
    model = forms.CharField(
        label=gettext_lazy("Model"),
        max_length=256,
        widget=forms.TextInput({"class": "input", "list": "relay-models", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Name a model.")},
    )

    def clean_key(self) -> str:
        """Return the key.

        Raises:
            ValidationError: it holds signs that no key has.
        """
        key = str(self.cleaned_data["key"])
        if not key.isascii() or not key.isprintable():
            raise forms.ValidationError(_("This is no access key."))
        return key


@method_decorator(never_cache, name="dispatch")
class ConnectPage(LoginRequiredMixin, View):
    """Addresses, models, and what to copy into each program."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page with a placeholder for the key."""
        return connect_page(request, None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show it with a key filled in; keys never are in an address."""
        return connect_page(request, None, key=request.POST.get("key", "")[:256])


@never_cache
@require_POST
async def connect_test(request: HttpRequest) -> HttpResponse:
    """Play every shape with the key, through the door that programs use."""
    user = await request.auser()
    if not isinstance(user, User):
        return redirect("login")
    form = ConnectForm(request.POST)
    scope = getattr(request, "scope", {})
    if not form.is_valid():
        return await offload(connect_page, request, form)
    if DOOR not in scope:
        form.add_error(None, _("The relay does not run in this process. Nothing was tried."))
        return await offload(connect_page, request, form)
    key, model = form.cleaned_data["key"], form.cleaned_data["model"]
    results = await self_test(scope[DOOR], scope, key=key, model=model)
    return await offload(connect_page, request, form, key=key, results=results)


def connect_page(
    request: HttpRequest,
    form: ConnectForm | None,
    *,
    key: str = "",
    results: list[Result] | None = None,
) -> HttpResponse:
    """Return the page. form: what was tried; None for a fresh one."""
    models = names_served(person(request))[:MOST_MODELS]
    first = models[0][0] if models else "model"
    shown = form or ConnectForm(initial={"key": key, "model": first})
    model = str(shown["model"].value() or first)
    origin = request.build_absolute_uri("/").rstrip("/")
    context = {
        "tab": "keys",
        "form": shown,
        "key": key,
        "models": models,
        "origin": origin,
        "base": f"{origin}/v1",
        "is_public": is_public(origin),
        "setups": setups(origin=origin, key=key or PLACEHOLDER, model=model),
        "results": results,
        "passed": bool(results) and not any(one.fault for one in results or ()),
    }
    status = INVALID if form is not None and form.errors else 200
    return render(request, "agents/connect.html", context, status=status)
