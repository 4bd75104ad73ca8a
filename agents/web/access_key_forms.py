"""Forms of access keys."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import ApiKey, Group
from accounts.services.api_key_ceilings import ceilings_told
from accounts.services.api_key_terms import (
    LARGEST_LIMIT,
    MAX_NAME,
    MAX_NOTE,
    MOST_CONTENT_DAYS,
    READ,
    RELAY,
    RELAY_ROUTES,
    WRITE,
    KeyTerms,
)
from agents.models import CallStatus
from agents.services.relay_keys import KEY_PERIODS, Spending
from agents.services.relay_reports import CallFilter
from billing.models.budget import Period
from librechat.kernel import clock

CREDITS = 1_000_000  # in one USD
LIVES = ((30, _("30 days")), (90, _("90 days")), (365, _("One year")), (0, _("Until I end it")))
OVERLAPS = ((0, _("At once")), (1, _("After a day")), (7, _("After a week")))
SCOPE_LABELS = (
    (READ, _("Read chats and settings")),
    (WRITE, _("Write and change them")),
    (RELAY, _("Use models through /v1")),
)
ROUTE_LABELS = {
    "chat": _("Chat completions"),
    "messages": _("Messages (Anthropic)"),
    "responses": _("Responses"),
    "embeddings": _("Embeddings"),
    "images": _("Images"),
    "audio": _("Speech"),
    "models": _("List of models"),
}
LIMIT_LABELS = {
    "requests_per_minute": _("Requests per minute"),
    "tokens_per_minute": _("Tokens per minute"),
    "parallel_requests": _("Requests at a time"),
}
# What is folded away below "Limits".
FOLDED = (
    "routes",
    "allowed_models",
    *LIMIT_LABELS,
    "allowed_addresses",
    "content_days",
    "note",
    "budget",
    "period",
)
UNSET: tuple[object, ...] = (None, "", "0", 0, [])  # as fields of a form have it


def _limit(label: StrOrPromise) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=LARGEST_LIMIT,
        widget=forms.NumberInput({"class": "input", "placeholder": _("no limit")}),
    )


class KeyForm(forms.Form):
    """What a key is for, may do, and how much."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=MAX_NAME,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        help_text=_("Choose nothing for all of these. No key opens the account itself."),
        required=False,
        choices=SCOPE_LABELS,
        widget=forms.CheckboxSelectMultiple({"class": "choices"}),
    )
    routes = forms.MultipleChoiceField(
        label=_("Only these addresses below /v1"),
        help_text=_("Choose nothing for all of them."),
        required=False,
        choices=[(f"{RELAY}:{name}", ROUTE_LABELS[name]) for name in RELAY_ROUTES],
        widget=forms.CheckboxSelectMultiple({"class": "choices"}),
    )
    allowed_models = forms.CharField(
        label=_("Only these models"),
        help_text=_("One in a line; * stands for any signs. Empty for all."),
        required=False,
        widget=forms.Textarea({"rows": 3, "class": "input", "spellcheck": "false"}),
    )
    requests_per_minute = _limit(LIMIT_LABELS["requests_per_minute"])
    tokens_per_minute = _limit(LIMIT_LABELS["tokens_per_minute"])
    parallel_requests = _limit(LIMIT_LABELS["parallel_requests"])
    allowed_addresses = forms.CharField(
        label=_("Only from these networks"),
        help_text=_("One in a line, such as 192.0.2.0/24. Empty for everywhere."),
        required=False,
        widget=forms.Textarea({"rows": 2, "class": "input", "spellcheck": "false"}),
    )
    content_days = forms.IntegerField(
        label=_("Keep what is asked and answered for so many days"),
        help_text=_("0: not at all. What is kept is encrypted and removed by itself."),
        required=False,
        min_value=0,
        max_value=MOST_CONTENT_DAYS,
        initial=0,
        widget=forms.NumberInput({"class": "input"}),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=MAX_NOTE, widget=forms.TextInput()
    )

    def folded(self) -> list[forms.BoundField]:
        """Return the fields that lie below "Limits"."""
        return [self[name] for name in FOLDED if name in self.fields]

    @property
    def is_open(self) -> bool:
        """Return whether one of these fields was refused, or has a value to show."""
        return any(
            one.errors or (one.name != "period" and one.value() not in UNSET)
            for one in self.folded()
        )

    def terms(self, **more: Any) -> KeyTerms:
        """Return what was chosen."""
        given = self.cleaned_data
        routes = given["routes"]
        scopes = [name for name in given["scopes"] if not (routes and name == RELAY)] + routes
        return KeyTerms(
            name=given["name"],
            note=given["note"],
            scopes=scopes,
            allowed_models=_lines(given["allowed_models"]),
            allowed_addresses=_lines(given["allowed_addresses"]),
            content_days=given["content_days"] or 0,
            **{name: given[name] for name in LIMIT_LABELS},
            **more,
        )


class NewKeyForm(KeyForm):
    """A new key: also how long it lives, whose it is, and what it may spend."""

    days = forms.TypedChoiceField(label=_("Ends after"), choices=LIVES, coerce=int, initial=90)
    team = forms.ModelChoiceField(
        label=_("For a team"),
        help_text=_("Its calls count in the budgets of the team, and end with your membership."),
        queryset=Group.objects.none(),
        required=False,
        empty_label=_("No, for me"),
    )
    budget = forms.DecimalField(
        label=_("It may spend (USD)"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=LARGEST_LIMIT,
        decimal_places=2,
        widget=forms.NumberInput({"class": "input", "placeholder": _("no limit")}),
    )
    period = forms.ChoiceField(
        label=_("in each"),
        choices=[(name, Period(name).label) for name in KEY_PERIODS],
        initial=Period.MONTH,
        required=False,
    )

    def __init__(self, *args: Any, teams: list[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if teams:
            chosen = Group.objects.filter(pk__in=[team.pk for team in teams])
            self.fields["team"].queryset = chosen  # type: ignore[attr-defined]  # a choice of rows
        else:
            del self.fields["team"]

    def lasting_terms(self) -> KeyTerms:
        """Return what was chosen, with the key's end."""
        days = self.cleaned_data["days"]
        return self.terms(expires_at=clock.now() + timedelta(days=days) if days else None)

    def spending(self) -> Spending | None:
        """Return the budget that was asked for."""
        amount = self.cleaned_data["budget"]
        period = self.cleaned_data["period"] or Period.MONTH
        return Spending(int(amount * CREDITS), period) if amount else None


class RotateForm(forms.Form):
    """When the old key ends."""

    overlap = forms.TypedChoiceField(
        label=_("The old key ends"), choices=OVERLAPS, coerce=int, initial=1
    )


class CallsForm(forms.Form):
    """Which calls are wanted."""

    status = forms.ChoiceField(
        label=_("Result"), required=False, choices=[("", _("All")), *CallStatus.choices]
    )
    model = forms.CharField(label=_("Model"), required=False, max_length=256)
    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput({"type": "date", "class": "input"})
    )

    def wanted(self) -> CallFilter:
        """Return the filter; what makes no sense filters nothing."""
        self.is_valid()
        given = self.cleaned_data
        return CallFilter(
            status=given.get("status", ""),
            model=given.get("model", ""),
            day=given.get("day"),
        )


def held_form(key: ApiKey, sent: QueryDict | None = None) -> KeyForm:
    """Return the form of a key, which says beside its fields what an administrator set."""
    form = KeyForm(sent, initial=values_of(key))
    for name, told in ceilings_told(key).items():
        if name not in form.fields:
            continue
        field = form.fields[name]
        field.help_text = f"{field.help_text} {told}" if field.help_text else told
        most = key.ceilings[name]
        if isinstance(most, int):
            field.widget.attrs["max"] = most
    return form


def values_of(key: ApiKey) -> dict[str, object]:
    """Return a key's terms as the form's fields show them."""
    return {
        **{name: getattr(key, name) for name in ("name", "note", "content_days", *LIMIT_LABELS)},
        "scopes": key.scopes,
        "routes": [name for name in key.scopes if ":" in name],
        "allowed_models": "\n".join(key.allowed_models),
        "allowed_addresses": "\n".join(key.allowed_addresses),
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
