"""Forms about providers and models."""

from collections.abc import Mapping

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.people_forms import role_choices
from accounts.admin.receivers import receiver_named
from accounts.models import Group, PrincipalType, User
from agents.services.visibility import Place
from agents.visibility import Principal

MOST_GROUPS = 100


class PlaceForm(forms.Form):
    """An endpoint, and maybe a model of it."""

    endpoint = forms.CharField(max_length=128, widget=forms.HiddenInput)
    model = forms.CharField(
        max_length=256,
        required=False,
        strip=False,
        widget=forms.HiddenInput,
    )

    def place(self) -> Place:
        """Return what a valid form names."""
        return Place(self.cleaned_data["endpoint"], self.cleaned_data["model"])


class VisibilityForm(PlaceForm):
    """Who may use it; ``allowed``: who may so far, ticked though they may be gone."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    another = forms.CharField(
        label=gettext_lazy("Another group, by its name"),
        max_length=128,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(
        self,
        given: QueryDict | None = None,
        *,
        initial: Mapping[str, str] | None = None,
        allowed: frozenset[Principal] = frozenset(),
    ) -> None:
        roles = {name for kind, name in allowed if kind == PrincipalType.ROLE.value}
        groups = {pk for kind, pk in allowed if kind == PrincipalType.GROUP.value}
        ticked = {"roles": sorted(roles), "groups": sorted(groups)}
        super().__init__(given, initial={**(initial or {}), **ticked})
        choices = {"roles": _role_choices(roles), "groups": _group_choices(groups)}
        for name, field in self.fields.items():
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = choices[name]

    def clean_another(self) -> str:
        """Return the id of the group that was typed; "" for none."""
        typed = str(self.cleaned_data["another"])
        if not typed.strip():
            return ""
        found = receiver_named(PrincipalType.GROUP, typed)
        if found is None:
            raise forms.ValidationError(_("There is no group by this name."))
        return found

    def groups_chosen(self) -> list[str]:
        """Return the ids of the groups, the typed one among them."""
        return [*self.cleaned_data["groups"], *filter(None, [self.cleaned_data["another"]])]


class WhyForm(PlaceForm):
    """Of whom one wants to know what they see."""

    person = forms.CharField(
        label=gettext_lazy("E-mail address of a person"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def clean_person(self) -> User:
        """Return the person."""
        found = receiver_named(PrincipalType.USER, str(self.cleaned_data["person"]))
        person = User.objects.filter(pk=found).first() if found else None
        if person is None:
            raise forms.ValidationError(_("There is nobody with this address."))
        return person


def _role_choices(kept: set[str]) -> list[tuple[str, str]]:
    known = role_choices()
    gone = sorted(kept - {name for name, _label in known})
    return [*known, *((name, _("%(name)s (gone)") % {"name": name}) for name in gone)]


def _group_choices(kept: set[str]) -> list[tuple[str, str]]:
    """Return the first groups by name, and those that are ticked whatever their place."""
    found = dict(Group.objects.values_list("pk", "name")[:MOST_GROUPS])
    found |= dict(Group.objects.filter(pk__in=kept - found.keys()).values_list("pk", "name"))
    named = sorted(found.items(), key=lambda one: one[1].lower())
    return [*named, *((pk, _("a group that is gone")) for pk in sorted(kept - found.keys()))]
