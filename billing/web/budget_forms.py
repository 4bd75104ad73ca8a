"""Forms about one's budgets."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models.budget import Behaviour, Measure, Period
from billing.services.budgets import LARGEST_LIMIT

PERIODS = [
    (Period.HOUR.value, _("an hour")),
    (Period.DAY.value, _("a day")),
    (Period.WEEK.value, _("a week")),
    (Period.MONTH.value, _("a month")),
    (Period.TOTAL.value, _("in all")),
]
MEASURES = [
    (Measure.MONEY.value, _("credits")),
    (Measure.TOKENS.value, _("tokens")),
    (Measure.MESSAGES.value, _("messages")),
]
BEHAVIOURS = [
    (Behaviour.BLOCK.value, _("stop me")),
    (Behaviour.WARN.value, _("warn me")),
]


class OwnBudgetForm(forms.Form):
    """A limit that a person sets for themselves."""

    limit = forms.IntegerField(
        label=_("At most"),
        min_value=0,
        max_value=LARGEST_LIMIT,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    measure = forms.ChoiceField(
        label=_("Of"),
        choices=MEASURES,
        widget=forms.Select(attrs={"class": "input"}),
    )
    period = forms.ChoiceField(
        label=_("In"),
        choices=PERIODS,
        initial=Period.MONTH,
        widget=forms.Select(attrs={"class": "input"}),
    )
    behaviour = forms.ChoiceField(
        label=_("Then"),
        choices=BEHAVIOURS,
        widget=forms.Select(attrs={"class": "input"}),
    )


class AskForm(forms.Form):
    """Asking for more; ``budget`` is empty where credits are asked for."""

    budget = forms.CharField(max_length=24, required=False)
    amount = forms.IntegerField(min_value=1, max_value=LARGEST_LIMIT, required=False)
    reason = forms.CharField(max_length=500, required=False)
