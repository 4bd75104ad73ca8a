"""Forms of the account and its data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.services.registration import USERNAME_LENGTHS, name_problems
from accounts.web.forms import validator


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
