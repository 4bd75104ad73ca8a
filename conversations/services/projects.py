"""Writes to projects, and which chats are in them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation, DeletedItem, Project
from conversations.services import changes
from conversations.services.bin import bin_put, rows_kept, rows_put_back
from conversations.services.listed import listed_check
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError

MAX_NAME = 100
MAX_DESCRIPTION = 1_000
MAX_INSTRUCTIONS = 100_000
MAX_PROJECTS = 1_000
TEXTS = {
    "name": MAX_NAME,
    "description": MAX_DESCRIPTION,
    "instructions": MAX_INSTRUCTIONS,
}
# What a project may say about its new chats.
DEFAULTS = ("endpoint", "model", "spec", "agent_id")


@transaction.atomic
def project_create(
    *,
    user: User,
    name: str,
    description: str = "",
    instructions: str = "",
    defaults: Mapping[str, str] | None = None,
) -> Project:
    """Make a project.

    Raises:
        InvalidInputError: the name is empty, a text is too long, or there are too many projects.
    """
    if Project.objects.filter(user=user).count() >= MAX_PROJECTS:
        raise InvalidInputError(
            _("%(most)s projects are the most one person can have.") % {"most": MAX_PROJECTS}
        )
    project = Project(user=user)
    texts = {"name": name, "description": description, "instructions": instructions}
    _write(project, texts, defaults)
    project.save()
    return project


@transaction.atomic
def project_change(
    *,
    project: Project,
    texts: Mapping[str, str],
    defaults: Mapping[str, str] | None = None,
) -> Project:
    """Change what is given and leave the rest.

    ``texts``: any of name, description, instructions.

    Raises:
        InvalidInputError: the name is empty or a text too long.
    """
    _write(project, texts, defaults)
    project.updated_at = clock.now()
    project.save()
    return project


@transaction.atomic
def project_delete(*, project: Project) -> tuple[DeletedItem, int]:
    """Take a project into the bin and its chats out of it; return how many they were."""
    inside = list(project.conversations.values_list("pk", flat=True))
    item = bin_put(
        user=project.user,
        kind=DeletedItem.Kind.PROJECT,
        source_id=project.pk,
        title=project.name,
        content={"project": rows_kept([project]), "conversations": inside},
    )
    project.delete()
    return item, len(inside)


def project_put_back(content: dict[str, Any], user: User) -> None:
    """Bring a project back from the bin, with those of its chats that are in no other."""
    rows_put_back(content["project"])
    free = Conversation.objects.filter(user=user, project=None, pk__in=content["conversations"])
    free.update(project=content["project"][0]["pk"])


@transaction.atomic
def conversation_move(*, conversation: Conversation, project: Project | None) -> Conversation:
    """Put a chat into a project, or with None out of the one it is in.

    Raises:
        TemporaryUnlistedError: the chat is temporary.
    """
    if project is not None:
        listed_check([conversation])
    conversation.project = project
    conversation.save(update_fields=["project"])
    transaction.on_commit(partial(changes.announce, conversation))
    return conversation


def project_get(*, user: User, project_id: str) -> Project:
    """Return a person's project.

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    project = Project.objects.visible_to(user).filter(pk=project_id.lower()).first()
    if project is None:
        raise NotFoundError(_("This project does not exist."))
    return project


def _write(
    project: Project,
    texts: Mapping[str, str],
    defaults: Mapping[str, str] | None,
) -> None:
    for name, text in texts.items():
        check_text(name, text, longest=TEXTS[name])
        setattr(project, name, " ".join(text.split()) if name == "name" else text.strip())
    if not project.name:
        raise InvalidInputError(_("A project needs a name."), field="name")
    if defaults is not None:
        for name, value in defaults.items():
            check_text(name, value, longest=320)
        project.defaults = {
            name: value for name, value in defaults.items() if name in DEFAULTS and value
        }
