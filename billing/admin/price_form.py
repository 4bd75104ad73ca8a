"""The forms of prices in the admin."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from typing_extensions import override
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from billing.admin.price_words import LABELS
from billing.errors import PriceRefusedError
from billing.pricing.columns import COLUMNS, columns_checked, pattern_checked
from billing.pricing.lists import LARGEST_FILE
from billing.services.prices import Offer

UNITS = {
    "prompt": gettext_lazy("USD per million tokens, which is credits per token."),
    "completion": gettext_lazy("USD per million tokens."),
    "cache_write": gettext_lazy("Blank: as input."),
    "cache_write_long": gettext_lazy("An hour or more. Blank: as cache write."),
    "cache_read": gettext_lazy("Blank: as input."),
    "reasoning": gettext_lazy("Blank: as output."),
    "image": gettext_lazy("Blank: as input."),
    "audio": gettext_lazy("Blank: as input."),
    "audio_output": gettext_lazy("Blank: as output."),
    "embedding": gettext_lazy("Blank: as input."),
    "per_call": gettext_lazy("On top of every call; 1,000,000 credits are one US dollar."),
    "premium_above": gettext_lazy(
        "Tokens of the prompt. With more, the whole call costs the rates for long context."
    ),
}


def _moment(label: StrOrPromise, words: StrOrPromise) -> forms.SplitDateTimeField:
    return forms.SplitDateTimeField(
        label=label, help_text=words, required=False, widget=UnfoldAdminSplitDateTimeWidget
    )


class PriceForm(forms.Form):
    """What a model shall cost, from when and until when."""

    pattern = forms.CharField(
        label=gettext_lazy("Model or a part of its name"),
        max_length=256,
        help_text=gettext_lazy(
            "The longest pattern in a model's name counts. A pattern with a slash is looked for in"
            " the whole name, another one after its last slash."
        ),
        widget=UnfoldAdminTextInputWidget,
    )
    valid_from = _moment(gettext_lazy("Holds from"), gettext_lazy("UTC. Blank: from now on."))
    valid_to = _moment(gettext_lazy("Until"), gettext_lazy("UTC. Blank: without end."))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in COLUMNS:
            self.fields[name] = forms.CharField(
                label=capfirst(LABELS[name]),
                max_length=40,
                required=name in {"prompt", "completion"},
                help_text=UNITS.get(name, ""),
                widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
            )
        self.order_fields(["pattern", *COLUMNS, "valid_from", "valid_to", "note"])

    @override
    def clean(self) -> dict[str, Any]:
        """Check the rates as the service does."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            pattern_checked(given.get("pattern", ""))
            columns_checked(self.rates(given))
        except PriceRefusedError as exc:
            self.refuse(exc)
        return given

    def rates(self, given: Mapping[str, Any]) -> dict[str, object]:
        """Return column → text of what was filled in."""
        return {name: given[name].strip() for name in COLUMNS if given.get(name, "").strip()}

    def offer(self) -> Offer:
        """Return what was filled in."""
        given = self.cleaned_data
        return Offer(
            pattern=given["pattern"],
            rates=self.rates(given),
            valid_from=given["valid_from"],
            valid_to=given["valid_to"],
            note=given["note"],
        )

    def refuse(self, exc: PriceRefusedError) -> None:
        """Show a refusal at its field."""
        field = str(exc.data.get("field", ""))
        if field not in self.errors:  # a field says first what it minds itself
            self.add_error(field if field in self.fields else None, exc.message)


class LookupForm(forms.Form):
    """The name of a model."""

    model = forms.CharField(
        label=gettext_lazy("Name of the model"),
        max_length=256,
        widget=UnfoldAdminTextInputWidget,
    )


class UploadForm(forms.Form):
    """A list of prices."""

    name = forms.CharField(
        label=gettext_lazy("Name of the list"),
        max_length=64,
        initial="litellm",
        help_text=gettext_lazy("What its prices will name as their source."),
        widget=UnfoldAdminTextInputWidget,
    )
    file = forms.FileField(
        label=gettext_lazy("JSON file"),
        help_text=gettext_lazy(
            "LiteLLM's model_prices_and_context_window.json, or OpenRouter's answer to /models."
        ),
        widget=UnfoldAdminFileFieldWidget,
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse what is too large before it is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return file
