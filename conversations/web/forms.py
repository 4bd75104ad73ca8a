"""What the pages accept."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from conversations.services.messages import MAX_FEEDBACK
from librechat.kernel.ids import NO_PARENT

MAX_TEXT = 1_000_000


class TextsField(forms.Field):
    """Texts that come under one name."""

    widget = forms.MultipleHiddenInput

    @override
    def clean(self, value: object) -> list[str]:
        """Return them; the service says which are too long or too many."""
        return [str(one) for one in value] if isinstance(value, list) else []


def choices_set(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    """Give a field what can be chosen; what depends on the person is known only now.

    choices: (value, label), or (label of a group, its pairs).

    Raises:
        TypeError: the field is not one of choices.
    """
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is not a field of choices.")
    field.choices = choices


class SendForm(forms.Form):
    """The composer."""

    text = forms.CharField(
        max_length=MAX_TEXT,
        error_messages={"required": _("Write a message first.")},
    )
    endpoint = forms.CharField(max_length=128, required=False)
    model = forms.CharField(max_length=256, required=False)
    spec = forms.CharField(max_length=256, required=False)
    parent_message_id = forms.CharField(max_length=64, required=False, empty_value=NO_PARENT)
    client_request_id = forms.CharField(max_length=64, required=False)
    is_temporary = forms.BooleanField(required=False)
    quotes = TextsField(required=False)
    project = forms.CharField(max_length=24, required=False)
    preset = forms.CharField(max_length=64, required=False)

    def clean_client_request_id(self) -> str:
        """Accept a UUID or nothing."""
        text = str(self.cleaned_data["client_request_id"])
        try:
            return str(UUID(text)) if text else ""
        except ValueError:
            raise ValidationError(_("This form is damaged: reload the page.")) from None


class EditForm(forms.Form):
    """A message's new text."""

    SAVE, RERUN = "save", "rerun"

    text = forms.CharField(
        max_length=MAX_TEXT,
        strip=False,
        error_messages={"required": _("A message cannot be empty.")},
    )
    mode = forms.ChoiceField(choices=[(SAVE, SAVE), (RERUN, RERUN)])


class RateForm(forms.Form):
    """A thumb, up or down, or none any more; perhaps with a reason and a note."""

    rating = forms.ChoiceField(
        choices=[("thumbsUp", "thumbsUp"), ("thumbsDown", "thumbsDown"), ("none", "none")],
    )
    tag = forms.CharField(max_length=64, required=False)
    text = forms.CharField(max_length=MAX_FEEDBACK, required=False)

    def feedback(self) -> dict[str, str] | None:
        """Return LibreChat's feedback object."""
        if self.cleaned_data["rating"] == "none":
            return None
        return {name: value for name, value in self.cleaned_data.items() if value}


class RenameForm(forms.Form):
    """A chat's title."""

    title = forms.CharField(
        max_length=512,
        label=_("Title"),
        widget=forms.TextInput(attrs={"class": "input"}),
    )


def first_error(form: forms.Form) -> str:
    """Return one sentence that says what is wrong."""
    for errors in form.errors.values():
        for error in errors:
            return str(error)
    return ""
