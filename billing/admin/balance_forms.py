"""What is asked when a balance is changed: how much, why, and for the first time whose."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from accounts.admin.people_forms import ReasonForm
from accounts.models import Group
from accounts.services.bans import MAX_REASON
from billing.models import Balance
from billing.queries.groups import group_named
from billing.services.balances import LARGEST_AMOUNT
from billing.services.rules import is_checked_for
from librechat.kernel.errors import InvalidInputError
from librechat.kernel.ids import new_object_id


class SubmissionForm(ReasonForm):
    """Why; ``submission`` names the page, so that it counts once."""

    submission = forms.CharField(
        max_length=24,
        initial=new_object_id,
        widget=forms.HiddenInput,
    )


class AmountForm(SubmissionForm):
    """How many credits and why."""

    field_order = ("amount", "reason")

    amount = forms.IntegerField(
        label=_("Credits"),
        max_value=LARGEST_AMOUNT,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("1,000,000 credits are one US dollar."),
    )


class AddForm(AmountForm):
    """Credits to add."""

    def clean_amount(self) -> int:
        """Refuse what adds nothing."""
        amount = int(self.cleaned_data["amount"])
        if amount < 1:
            raise forms.ValidationError(_("Type a whole number above zero."))
        return amount


class SetForm(AmountForm):
    """What a balance becomes."""

    def clean_amount(self) -> int:
        """Refuse what no balance can be."""
        amount = int(self.cleaned_data["amount"])
        if amount < 0:
            raise forms.ValidationError(_("Type a whole number, zero or more."))
        return amount


class GroupBalanceForm(forms.ModelForm[Balance]):
    """The first credits of a group."""

    group = forms.CharField(
        label=_("Group"),
        max_length=128,
        help_text=_("Its name or id. The calls of its access keys are paid from its credits then."),
        widget=UnfoldAdminTextInputWidget,
    )
    amount = forms.IntegerField(
        label=_("Credits"),
        min_value=0,
        max_value=LARGEST_AMOUNT,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("1,000,000 credits are one US dollar."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=MAX_REASON, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Balance
        fields = ("group",)

    def clean_group(self) -> Group:
        """Return the group that is meant, if it can have a balance and has none."""
        try:
            group = group_named(self.cleaned_data["group"])
        except InvalidInputError as exc:
            raise forms.ValidationError(exc.message) from exc
        if Balance.objects.filter(group=group).exists():
            raise forms.ValidationError(_("This group has a balance: add to it in the list."))
        if not is_checked_for(group.pk):
            raise forms.ValidationError(_("Balances are off: switch on balance.enabled first."))
        return group

    def given(self) -> tuple[int, str]:
        """Return how much and why."""
        cleaned: dict[str, Any] = self.cleaned_data
        return cleaned["amount"], cleaned["reason"]
