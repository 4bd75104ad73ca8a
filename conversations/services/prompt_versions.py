"""Writes to the versions of a prompt: add, put into production, label, delete."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import DeletedItem, Prompt, PromptGroup
from conversations.services.bin import bin_put, rows_kept, rows_put_back
from conversations.services.prompt_groups import (
    check_prompt,
    prompt_group_delete,
    prompt_group_lock,
)
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError, NotFoundError

MAX_VERSIONS = 200
MAX_LABELS = 20
MAX_LABEL = 64


@transaction.atomic
def prompt_version_add(
    *,
    group: PromptGroup,
    user: User,
    text: str,
    kind: str = Prompt.Kind.TEXT,
) -> Prompt:
    """Add a version; the one in production stays.

    Raises:
        InvalidInputError: the text is empty or too long, or there are too many versions.
        NotFoundError: somebody deleted the group meanwhile.
    """
    check_prompt(text)
    prompt_group_lock(group)
    if group.versions.count() >= MAX_VERSIONS:
        raise InvalidInputError(
            _("%(most)s versions are the most a prompt can have. Delete an old one first.")
            % {"most": MAX_VERSIONS},
        )
    version = Prompt.objects.create(group=group, author=user, prompt=text, type=kind)
    PromptGroup.objects.filter(pk=group.pk).update(updated_at=clock.now())
    return version


@transaction.atomic
def prompt_version_publish(*, version: Prompt) -> PromptGroup:
    """Put a version into production: from then on it is the one that is used.

    Raises:
        NotFoundError: somebody deleted it meanwhile.
    """
    group, version = _locked(version)
    group.production = version
    group.updated_at = clock.now()
    group.save(update_fields=["production", "updated_at"])
    return group


@transaction.atomic
def prompt_version_label(*, version: Prompt, labels: Sequence[str]) -> Prompt:
    """Replace the labels of a version.

    Raises:
        InvalidInputError: one is empty or too long, or there are too many.
        NotFoundError: somebody deleted the version meanwhile.
    """
    _group, version = _locked(version)
    cleaned = list(dict.fromkeys(label.strip() for label in labels))
    if len(cleaned) > MAX_LABELS or not all(cleaned):
        raise InvalidInputError(
            _("Give at most %(most)s labels, none of them empty.") % {"most": MAX_LABELS}
        )
    for label in cleaned:
        check_text("label", label, longest=MAX_LABEL)
    version.labels = cleaned
    version.updated_at = clock.now()
    version.save(update_fields=["labels", "updated_at"])
    return version


@transaction.atomic
def prompt_version_delete(*, version: Prompt, user: User) -> DeletedItem:
    """Take a version into the person's bin; with the last one the whole group goes.

    When it was in production, the newest of the others takes its place.

    Raises:
        NotFoundError: somebody else just deleted it.
    """
    group, version = _locked(version)
    others = group.versions.exclude(pk=version.pk)
    heir = others.first()
    if heir is None:
        return prompt_group_delete(group=group, user=user)
    was_live = group.production_id in {version.pk, None}
    item = bin_put(
        user=user,
        kind=DeletedItem.Kind.PROMPT,
        source_id=version.pk,
        title=group.name,
        content={
            "group": group.pk,
            "version": rows_kept([version]),
            "replaced_by": heir.pk if was_live else "",
        },
    )
    if was_live:
        group.production = heir
    group.updated_at = clock.now()
    group.save(update_fields=["production", "updated_at"])
    version.delete()
    return item


def prompt_version_put_back(content: dict[str, Any], user: User) -> None:
    """Bring a version back from the bin, into production if nobody chose another meanwhile.

    Raises:
        ConflictError: its group is gone, or the person may not change it any more.
    """
    mine = PromptGroup.objects.visible_to(user, "edit").select_for_update(of=("self",))
    group = mine.filter(pk=content["group"]).first()
    if group is None:
        raise ConflictError(
            _("The prompt this version belongs to is not there. Bring the prompt back first."),
        )
    [row] = content["version"]
    if not User.objects.filter(pk=row["fields"]["author"]).exists():
        row["fields"]["author"] = None
    rows_put_back([row])
    if content["replaced_by"] and group.production_id == content["replaced_by"]:
        group.production_id = row["pk"]
        group.save(update_fields=["production"])


def _locked(version: Prompt) -> tuple[PromptGroup, Prompt]:
    """Return the group and the version as they are stored.

    Two people who delete the last two versions at once must not both find another one left.
    """
    group = prompt_group_lock(version.group)
    stored = group.versions.filter(pk=version.pk).first()
    if stored is None:
        raise NotFoundError(_("This prompt does not exist."))
    return group, stored
