"""Forms of the sign-in and settings pages."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.services.profile import THEMES
from accounts.services.registration import MAX_PASSWORD_LENGTH, name_problems, password_problems

Check = Callable[[object], list[str]]


def validator(check: Check) -> Callable[[Any], None]:
    """Return a validator of a form field from a function that lists problems."""

    def validate(value: object) -> None:
        problems = check(value)
        if problems:
            raise forms.ValidationError(problems)

    return validate


def _email() -> forms.EmailField:
    attrs = {"autocomplete": "username webauthn", "inputmode": "email", "autofocus": True}
    return forms.EmailField(label=_("Email"), max_length=254, widget=forms.EmailInput(attrs))


def _new_password(**kwargs: Any) -> forms.CharField:
    return forms.CharField(
        strip=False,
        max_length=MAX_PASSWORD_LENGTH,
        validators=[validator(password_problems)],
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        **kwargs,
    )


def _current_password(**kwargs: Any) -> forms.CharField:
    return forms.CharField(
        strip=False,
        max_length=MAX_PASSWORD_LENGTH,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        **kwargs,
    )


def focus(form: forms.Form, name: str) -> None:
    """Let the cursor start in this field."""
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)
    form.fields[name].widget.attrs["autofocus"] = True


class LoginForm(forms.Form):
    """E-mail, or the user name of a directory, and password."""

    email = _email()
    password = _current_password(label=_("Password"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.LDAP and settings.LDAP.uses_username:
            attrs = {"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
            widget = forms.TextInput(attrs)
            self.fields["email"] = forms.CharField(
                label=_("User name"),
                max_length=254,
                widget=widget,
            )


class SignUpForm(forms.Form):
    """What a newcomer gives."""

    name = forms.CharField(
        label=_("Name"),
        validators=[validator(name_problems)],
        widget=forms.TextInput({"autocomplete": "name", "autofocus": True}),
    )
    email = _email()
    password = _new_password(label=_("Password"))
    invite = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        focus(self, "name")


class ForgotForm(forms.Form):
    """Whose password was forgotten."""

    email = _email()


class RestoreForm(forms.Form):
    """Whose account comes back."""

    email = _email()
    password = _current_password(label=_("Password"))


class ResetForm(forms.Form):
    """A new password."""

    password = _new_password(label=_("New password"))


class PasswordForm(forms.Form):
    """A change of password by somebody who knows the current one."""

    current_password = _current_password(label=_("Current password"))
    new_password = _new_password(label=_("New password"))


class LanguageForm(forms.Form):
    """A choice of language; empty leaves it to the browser."""

    language = forms.ChoiceField(
        label=_("Language of the pages"),
        required=False,
        choices=[("", _("As the browser asks for")), *settings.LANGUAGES],
    )


class ThemeForm(forms.Form):
    """A choice of theme."""

    theme = forms.ChoiceField(choices=[(name, name) for name in THEMES])
