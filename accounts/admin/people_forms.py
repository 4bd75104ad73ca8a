"""What actions on people ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import ADMIN, USER, Group, Role
from accounts.services.bans import MAX_REASON

A_CENTURY = 100 * 366 * 24 * 60


def role_choices() -> list[tuple[str, str]]:
    """Return the roles there are."""
    names = {ADMIN, USER, *Role.objects.values_list("name", flat=True)}
    return [(name, name) for name in sorted(names)]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON,
        widget=UnfoldAdminTextInputWidget,
    )


class BanForm(ReasonForm):
    """Why, and for how long."""

    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=1,
        max_value=A_CENTURY,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Leave it empty for a ban that lasts until it is lifted."),
    )


class RoleForm(forms.Form):
    """Which role."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=role_choices,
        widget=UnfoldAdminSelectWidget,
    )


class GroupForm(forms.Form):
    """Which group."""

    group = forms.ModelChoiceField(
        label=_("Group"),
        queryset=Group.objects.filter(source="local"),
        widget=UnfoldAdminSelectWidget,
    )
