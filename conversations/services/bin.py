"""The bin: what people deleted, kept for ``TRASH_DAYS`` so that it can come back.

Conversations stay in their table, marked by ``deleted_at``; everything else is written into one
``DeletedItem`` by the service that deletes it, and put back by that kind's restorer.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from django.core import serializers
from django.db import transaction
from django.db.models import Model
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.access.legal_hold import is_held, purgeable
from accounts.models import User
from conversations.models import Conversation, DeletedItem
from conversations.models.deleted_item import DeletedItemQuerySet
from conversations.queries.bin import items_in_bin, items_outdated
from librechat.kernel.errors import ConflictError, NotFoundError

# (the item's content, its owner): writes the rows again, in the caller's transaction. Raises
# ConflictError with a sentence for people when they cannot come back.
Restorer: TypeAlias = Callable[[dict[str, Any], User], None]

# kind → where its restorer is; imported at use, since the services that delete import this module.
RESTORERS: dict[str, str] = {
    DeletedItem.Kind.MESSAGE: "conversations.services.message_bin.message_put_back",
    DeletedItem.Kind.TAG: "conversations.services.tags.tag_put_back",
    DeletedItem.Kind.PRESET: "conversations.services.presets.preset_put_back",
    DeletedItem.Kind.SHARED_LINK: "conversations.services.shares.share_put_back",
    DeletedItem.Kind.PROJECT: "conversations.services.projects.project_put_back",
    DeletedItem.Kind.PROMPT_GROUP: "conversations.services.prompt_groups.prompt_group_put_back",
    DeletedItem.Kind.PROMPT: "conversations.services.prompt_versions.prompt_version_put_back",
}
MAX_TITLE = 1_024
PURGE_BATCH = 200
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # out of every bin, however long its time


@transaction.atomic
def bin_put(
    *,
    user: User,
    kind: str,
    source_id: str,
    title: str,
    content: dict[str, Any],
    conversation: Conversation | None = None,
) -> DeletedItem:
    """Keep what is being deleted; the caller removes the rows in the same transaction.

    ``content``: plain JSON, whatever the kind's restorer reads; see ``rows_kept``.
    ``conversation``: the one whose purge takes the item along.
    """
    return DeletedItem.objects.create(
        user=user,
        kind=kind,
        source_id=source_id,
        title=title[:MAX_TITLE],
        content=content,
        conversation=conversation,
    )


@transaction.atomic
def bin_restore(*, user: User, item_id: str) -> DeletedItem:
    """Bring a deleted thing back and return what was in the bin.

    Raises:
        NotFoundError: there is no such item, it is not theirs, or its time is over.
        ConflictError: it cannot come back; it stays in the bin.
    """
    # Locked, so that of two restores at once one finds nothing.
    item = items_in_bin(user).select_for_update(of=("self",)).filter(id=item_id).first()
    if item is None:
        raise NotFoundError(_("This is not in the bin any more."))
    path = RESTORERS.get(item.kind)
    if path is None:
        raise ConflictError(_("This cannot be brought back here. It stays in the bin."))
    restorer: Restorer = import_string(path)
    restorer(item.content, user)
    DeletedItem.objects.filter(id=item.id).delete()
    return item


@transaction.atomic
def bin_remove(*, user: User, item_id: str) -> None:
    """Remove one deleted thing for good.

    Raises:
        NotFoundError: there is no such item, or it is not theirs.
    """
    if not items_end(user=user, items=items_in_bin(user).filter(id=item_id)):
        raise NotFoundError(_("This is not in the bin any more."))


def items_end(*, user: User, items: DeletedItemQuerySet) -> int:
    """Remove a person's deleted things for good; return how many.

    Under a legal hold they leave the bin as well, and wait for the purge that follows it.
    """
    # When each was deleted still shows in its id.
    return items.update(deleted_at=LONG_AGO) if is_held(user) else items.delete()[0]


def bin_purge() -> int:
    """Remove for good what has been in the bin for its time, a batch; return how many."""
    old = purgeable(items_outdated())
    ids = list(old.order_by("deleted_at").values_list("id", flat=True)[:PURGE_BATCH])
    DeletedItem.objects.filter(id__in=ids).delete()
    return len(ids)


def rows_kept(rows: Iterable[Model]) -> list[dict[str, Any]]:
    """Return rows as plain JSON with every column, their many-to-many ids too."""
    kept: list[dict[str, Any]] = serializers.serialize("python", rows)
    for row in kept:
        row["fields"] = {name: _plain(value) for name, value in row["fields"].items()}
    return kept


def rows_put_back(kept: Iterable[dict[str, Any]]) -> None:
    """Write rows again under their ids; columns that are gone since are left out."""
    for row in serializers.deserialize("python", kept, ignorenonexistent=True):
        row.save(force_insert=True)


def _plain(value: object) -> object:
    # Not Django's JSON encoder: it cuts microseconds off, and messages are ordered by them.
    return value.isoformat() if isinstance(value, datetime) else value
