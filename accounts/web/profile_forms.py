"""Forms of the account, its data and its keys."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.services.api_keys import MAX_NAME, READ, RELAY, WRITE
from accounts.services.registration import USERNAME_LENGTHS, name_problems
from accounts.web.forms import validator

LIVES = ((30, _("30 days")), (90, _("90 days")), (365, _("One year")), (0, _("Until I end it")))
SCOPE_LABELS = (
    (READ, _("Read chats and settings")),
    (WRITE, _("Write and change them")),
    (RELAY, _("Use models through /v1")),
)


class ProfileForm(forms.Form):
    """What somebody is called."""

    name = forms.CharField(
        label=_("Name"),
        validators=[validator(name_problems)],
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    username = forms.CharField(
        label=_("User name"),
        required=False,
        max_length=USERNAME_LENGTHS[1],
        widget=forms.TextInput({"autocomplete": "nickname", "autocapitalize": "none"}),
    )


class EmailForm(forms.Form):
    """A new address."""

    email = forms.EmailField(
        label=_("New address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class CloseForm(forms.Form):
    """The address, typed by whoever wants their account deleted."""

    email = forms.CharField(
        label=_("Type your e-mail address"),
        max_length=254,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )


class KeyForm(forms.Form):
    """A new access key."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=MAX_NAME,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(label=_("Ends after"), choices=LIVES, coerce=int, initial=90)
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        help_text=_("Choose nothing for all of these. No key opens the account itself."),
        required=False,
        choices=SCOPE_LABELS,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].widget.attrs["class"] = "choices"
