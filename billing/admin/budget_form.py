"""The forms of a budget and of answers to requests for more."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.admin.receivers import receiver_named
from accounts.models import PrincipalType
from billing.errors import BudgetRefusedError
from billing.models import Budget
from billing.models.budget import Scope
from billing.services.budgets import LARGEST_LIMIT, MOST_HOURS, Rule, Terms, rule_check

NAMED = {
    Scope.USER: PrincipalType.USER,
    Scope.GROUP: PrincipalType.GROUP,
    Scope.ROLE: PrincipalType.ROLE,
}
FIXED = ("scope", "scope_id", "is_each", "period", "rolling_hours", "measure")
# People set limits for themselves; administrators only see those.
OFFERED = [(each.value, each.label) for each in Scope if each != Scope.SELF]


class BudgetForm(forms.ModelForm[Budget]):
    """A rule; of one that counts already only the last fields can be changed."""

    scope = forms.ChoiceField(label=_("For"), choices=Scope.choices, widget=UnfoldAdminSelectWidget)
    scope_id = forms.CharField(
        label=_("Who or what"),
        required=False,
        max_length=254,
        help_text=_(
            "E-mail address of a person, name of a group or role, id of an agent or access key;"
            " empty for everybody.",
        ),
        widget=UnfoldAdminTextInputWidget,
    )
    is_each = forms.BooleanField(
        label=_("Each for themselves"),
        required=False,
        help_text=_("Every person has the limit for themselves; else all share it."),
        widget=UnfoldBooleanSwitchWidget,
    )
    rolling_hours = forms.IntegerField(
        label=_("Hours"),
        required=False,
        min_value=1,
        max_value=MOST_HOURS,
        help_text=_("Of a rolling period."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    limit = forms.IntegerField(
        label=_("Limit"),
        min_value=0,
        max_value=LARGEST_LIMIT,
        help_text=_("Credits (1,000,000 are one US dollar), tokens or messages."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    cheaper_model = forms.CharField(
        label=_("Cheaper model"),
        required=False,
        max_length=256,
        help_text=_("Answers in place of others once the limit is reached, on the same endpoint."),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = Budget
        fields = ("name", *FIXED, "limit", "behaviour", "cheaper_model", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.fields.get("scope")
        if kwargs.get("instance") is not None:
            for name in self.fields.keys() & set(FIXED):
                self.fields[name].disabled = True
        elif isinstance(scope, forms.ChoiceField):
            scope.choices = OFFERED

    @override
    def clean(self) -> dict[str, Any]:
        """Find the receiver by what was typed, and let the service look at the whole."""
        given = super().clean() or self.cleaned_data
        scope, typed = given.get("scope"), given.get("scope_id", "")
        if scope == Scope.INSTANCE:
            given["scope_id"] = ""
        elif scope in NAMED:
            found = receiver_named(NAMED[Scope(scope)], typed)
            if found is None:
                self.add_error("scope_id", _("There is nobody by this name."))
            given["scope_id"] = found or ""
        elif scope and not typed.strip():
            self.add_error("scope_id", _("Name the agent or the key by its id."))
        self.cleaned_data = given
        if not self.errors:
            self._check()
        return given

    def rule(self) -> Rule:
        """Return what a new rule says."""
        names = ("name", *FIXED, "limit", "behaviour", "cheaper_model")
        return Rule(**{name: self.cleaned_data[name] for name in names})

    def terms(self) -> Terms:
        """Return what is changed of a rule."""
        names = ("name", "limit", "behaviour", "cheaper_model", "is_active")
        return Terms(**{name: self.cleaned_data[name] for name in names})

    def _check(self) -> None:
        try:
            rule_check(self.rule())
        except BudgetRefusedError as exc:
            field = str(exc.data.get("field", ""))
            self.add_error(field if field in self.fields else None, exc.message)

    def _post_clean(self) -> None:
        """Leave the checks of the row to the service, which says them in words."""


class GrantForm(forms.Form):
    """How much more, and a word to the person."""

    amount = forms.IntegerField(
        label=_("How much more"),
        min_value=1,
        max_value=LARGEST_LIMIT,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    answer = forms.CharField(
        label=_("Answer"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
    )


class DeclineForm(forms.Form):
    """A word to the person."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
    )
