"""Forms that take codes, passkeys and passwords as proofs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.services.passkeys import MAX_NAME_LENGTH
from accounts.services.registration import MAX_PASSWORD_LENGTH

MAX_CODE_LENGTH = 32  # with spaces


def _code(*, required: bool) -> forms.CharField:
    attrs = {
        "autocomplete": "one-time-code",
        "autocapitalize": "off",
        "spellcheck": "false",
        "autofocus": True,
    }
    return forms.CharField(
        label=_("Code"),
        max_length=MAX_CODE_LENGTH,
        required=required,
        widget=forms.TextInput(attrs),
    )


class CodeForm(forms.Form):
    """A code of the app, or a backup code."""

    code = _code(required=True)


class KeptForm(forms.Form):
    """That backup codes are kept."""

    kept = forms.BooleanField(
        label=_("I have kept these codes in a safe place"),
        error_messages={"required": _("Keep the codes first, then tick the box.")},
    )


class PasskeyForm(forms.Form):
    """A passkey that the browser made."""

    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME_LENGTH,
        required=False,
        help_text=_("So that you can tell it from others, such as “Phone” or “Blue key”."),
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True}),
    )
    credential = forms.CharField(
        error_messages={"required": _("The browser did not make a passkey. Please try again.")},
        widget=forms.HiddenInput,
    )


class ProofForm(forms.Form):
    """Whatever proves once more who somebody is; which one counts is decided elsewhere."""

    code = _code(required=False)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=MAX_PASSWORD_LENGTH,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "autofocus": True}),
    )
    credential = forms.CharField(required=False, widget=forms.HiddenInput)
