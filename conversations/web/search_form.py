"""What the search page accepts."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from conversations.models import Project, Tag
from conversations.queries.listing import UNASSIGNED
from conversations.search.terms import MAX_QUERY_CHARACTERS

SHOWN = 200  # projects, bookmarks


class SearchForm(forms.Form):
    """Words and filters; the names are those of the address."""

    q = forms.CharField(
        required=False,
        strip=False,  # a space at the end says that the last word is whole
        max_length=MAX_QUERY_CHARACTERS,
        label=_("Search chats"),
        widget=forms.TextInput({"type": "search", "placeholder": _("Words, “a phrase”, -without")}),
    )
    project = forms.ChoiceField(required=False, label=_("Project"))
    tag = forms.ChoiceField(required=False, label=_("Bookmark"))
    model = forms.CharField(
        required=False,
        max_length=320,
        label=_("Model or agent"),
        widget=forms.TextInput({"list": "search-models", "placeholder": _("Any")}),
    )
    role = forms.ChoiceField(
        required=False,
        label=_("Written by"),
        choices=[("", _("Anybody")), ("user", _("Me")), ("assistant", _("The model"))],
    )
    archived = forms.ChoiceField(
        required=False,
        label=_("Archive"),
        choices=[("", _("Included")), ("no", _("Left out")), ("yes", _("Only archived"))],
    )
    sort = forms.ChoiceField(
        required=False,
        label=_("Order"),
        choices=[("", _("Best match first")), ("newest", _("Newest first"))],
    )

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        # Python and Django have these words for themselves.
        self.fields["files"] = forms.BooleanField(required=False, label=_("With files"))
        for name, label in (("from", _("From")), ("to", _("Until"))):
            widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            self.fields[name] = forms.DateField(required=False, label=label, widget=widget)
        projects = Project.objects.visible_to(user).values_list("id", "name")[:SHOWN]
        tags = Tag.objects.visible_to(user).values_list("tag", "tag")[:SHOWN]
        self._choose("project", [("", _("All")), (UNASSIGNED, _("None")), *projects])
        self._choose("tag", [("", _("All")), *tags])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices
