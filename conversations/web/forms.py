"""What the pages accept."""

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from librechat.kernel.ids import NO_PARENT

MAX_TEXT = 1_000_000


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
    """A thumb, up or down, or none any more."""

    rating = forms.ChoiceField(
        choices=[("thumbsUp", "thumbsUp"), ("thumbsDown", "thumbsDown"), ("none", "none")],
    )

    def feedback(self) -> dict[str, str] | None:
        """Return LibreChat's feedback object."""
        rating = self.cleaned_data["rating"]
        return None if rating == "none" else {"rating": rating}


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
