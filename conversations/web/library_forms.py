"""What the pages of the library accept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.models import PromptGroup
from conversations.models.prompt import RESOURCE
from conversations.queries.prompt_listing import MINE, SHARED, WITHOUT
from conversations.services.prompt_groups import (
    CATEGORIES,
    MAX_CATEGORY,
    MAX_COMMAND,
    MAX_NAME,
    MAX_PROMPT,
    Described,
)
from conversations.web.forms import choices_set

# As the categories are called here.
LABELS = {
    "idea": _("Ideas"),
    "travel": _("Travel"),
    "teach_or_explain": _("Teach or explain"),
    "write": _("Writing"),
    "shop": _("Shopping"),
    "code": _("Code"),
    "misc": _("Other"),
    "roleplay": _("Role play"),
    "finance": _("Finance"),
}
CATEGORY_CHOICES = [(name, LABELS[name]) for name in CATEGORIES]
# Beside the access roles of a prompt, weakest first.
ROLE_LABELS = [_("Viewer: can use it"), _("Editor: can change it"), _("Owner: everything")]
ROLE_CHOICES = list(zip([role.id for role in RESOURCE.roles], ROLE_LABELS, strict=True))
TEXT_HELP = _(
    "Write {{name}} where something is filled in at each use, {{tone:formal|friendly}} for a"
    " choice. {{current_date}}, {{current_datetime}}, {{iso_datetime}} and {{current_user}} fill"
    " themselves in."
)


class FindForm(forms.Form):
    """Search and filters of the list."""

    q = forms.CharField(
        required=False,
        max_length=MAX_NAME,
        label=_("Search prompts"),
        widget=forms.TextInput({"type": "search", "placeholder": _("Search prompts")}),
    )
    show = forms.ChoiceField(
        required=False,
        label=_("Whose"),
        choices=[("", _("All")), (MINE, _("Mine")), (SHARED, _("Shared with me"))],
    )
    category = forms.ChoiceField(
        required=False,
        label=_("Category"),
        choices=[("", _("Every category")), (WITHOUT, _("No category")), *CATEGORY_CHOICES],
    )


class DetailsForm(forms.Form):
    """What a prompt is called and found by."""

    name = forms.CharField(max_length=MAX_NAME, label=_("Name"))
    oneliner = forms.CharField(max_length=MAX_NAME, required=False, label=_("Description"))
    category = forms.ChoiceField(required=False, label=_("Category"))
    command = forms.RegexField(
        r"^/?[a-z0-9-]*$",
        max_length=MAX_COMMAND,
        required=False,
        label=_("Command"),
        help_text=_("What you type after the slash in the message box: a to z, digits, hyphens."),
        error_messages={"invalid": _("Only the letters a to z, digits and hyphens.")},
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict(CATEGORY_CHOICES)
        other = str(self.initial.get("category", ""))[:MAX_CATEGORY]
        extra = [(other, other)] if other and other not in known else []
        choices_set(self, "category", [("", _("No category")), *CATEGORY_CHOICES, *extra])

    @classmethod
    def of(cls, group: PromptGroup) -> "DetailsForm":
        """Return the form with what a group holds."""
        return cls(initial=details_of(group))

    def described(self) -> Described:
        """Return what was entered."""
        fields = self.cleaned_data
        return Described(**{name: fields[name] for name in ("name", *OPTIONAL)})


class TextForm(forms.Form):
    """A version's text."""

    prompt = forms.CharField(
        max_length=MAX_PROMPT,
        strip=False,
        label=_("Text"),
        help_text=TEXT_HELP,
        widget=forms.Textarea(
            {"rows": 8, "class": "input-area library-area", "spellcheck": "true"}
        ),
    )


class NewForm(DetailsForm, TextForm):
    """A new prompt."""

    field_order = ("name", "prompt", "oneliner", "category", "command")


OPTIONAL = ("oneliner", "category", "command")


def details_of(group: PromptGroup) -> dict[str, str]:
    """Return what a group is called and found by."""
    return {
        "name": group.name,
        "oneliner": group.oneliner,
        "category": group.category,
        "command": group.command,
    }


def category_label(category: str) -> str:
    """Return what a category is called here; one from elsewhere keeps its name."""
    return str(LABELS.get(category, category))
