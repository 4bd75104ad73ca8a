"""What the pages that keep chats in order accept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from conversations.models import Project
from conversations.queries.tags import tags_counted
from conversations.services import projects
from conversations.services.tags import MAX_DESCRIPTION, MAX_TAG
from conversations.web.composer import offered_to
from conversations.web.forms import choices_set

SEPARATOR = "|"


class TitleForm(forms.Form):
    """A name to save something under."""

    title = forms.CharField(label=_("Name"), max_length=256)


class MoveForm(forms.Form):
    """Which project a chat is in; a name makes another one."""

    project = forms.ChoiceField(label=_("Project"), required=False)
    name = forms.CharField(
        label=_("Or a new project"),
        max_length=projects.MAX_NAME,
        required=False,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, "project", project_choices(user))


class BookmarksForm(forms.Form):
    """Which bookmarks a chat carries; a name makes another one."""

    tags = forms.MultipleChoiceField(
        label=_("Bookmarks"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    name = forms.CharField(
        label=_("Another bookmark"),
        max_length=MAX_TAG,
        required=False,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, "tags", [(tag.tag, tag.tag) for tag in tags_counted(user)])

    def names(self) -> list[str]:
        """Return the names of all that is wanted."""
        chosen: list[str] = list(self.cleaned_data["tags"])
        return [*chosen, *filter(None, [self.cleaned_data["name"].strip()])]


class BookmarkForm(forms.Form):
    """A bookmark."""

    name = forms.CharField(label=_("Name"), max_length=MAX_TAG)
    description = forms.CharField(
        label=_("Description"),
        max_length=MAX_DESCRIPTION,
        required=False,
    )


class ProjectForm(forms.Form):
    """A project; ``defaults`` is an endpoint and a model."""

    name = forms.CharField(label=_("Name"), max_length=projects.MAX_NAME)
    description = forms.CharField(
        label=_("Description"),
        max_length=projects.MAX_DESCRIPTION,
        required=False,
    )
    instructions = forms.CharField(
        label=_("Instructions"),
        help_text=_("Every chat in this project follows them."),
        max_length=projects.MAX_INSTRUCTIONS,
        required=False,
        widget=forms.Textarea({"rows": 6}),
    )
    defaults = forms.ChoiceField(
        label=_("Model of its new chats"),
        required=False,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, "defaults", model_choices(user, self.initial.get("defaults", "")))

    @classmethod
    def of(cls, user: User, project: Project) -> "ProjectForm":
        """Return the form that shows a project."""
        kept = project.defaults
        chosen = SEPARATOR.join((kept.get("endpoint", ""), kept.get("model", "")))
        return cls(
            user,
            initial={
                "name": project.name,
                "description": project.description,
                "instructions": project.instructions,
                "defaults": chosen if kept.get("model") else "",
            },
        )

    def texts(self) -> dict[str, str]:
        """Return what the services call texts."""
        return {name: self.cleaned_data[name] for name in projects.TEXTS}

    def chosen_defaults(self) -> dict[str, str]:
        """Return what new chats start with."""
        endpoint, _separator, model = self.cleaned_data["defaults"].partition(SEPARATOR)
        return {"endpoint": endpoint, "model": model} if model else {}


def project_choices(user: User) -> list[tuple[str, Any]]:
    """Return a person's projects by name, none first."""
    rows = Project.objects.visible_to(user).order_by("name", "id").values_list("pk", "name")
    return [("", _("No project")), *rows]


def model_choices(user: User, kept: str) -> list[tuple[str, Any]]:
    """Return the models a person can choose, and the one that is set though it is gone."""
    groups = [
        (
            group.label,
            [(f"{group.endpoint}{SEPARATOR}{model.id}", model.label) for model in group.models],
        )
        for group in offered_to(user)
    ]
    known = {value for _label, models in groups for value, _name in models}
    gone = [(kept, kept.partition(SEPARATOR)[2])] if kept and kept not in known else []
    return [("", _("As in other chats")), *gone, *groups]
