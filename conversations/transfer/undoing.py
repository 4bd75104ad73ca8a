"""An import taken back: what it made goes, what people went on with stays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.access.legal_hold import is_held
from accounts.models import User
from accounts.services.sharing import resource_forget
from conversations.models import (
    Conversation,
    DeletedItem,
    Generation,
    Message,
    MovedRecord,
    MoveIn,
    MoveInState,
    Preset,
    Project,
    PromptGroup,
    Tag,
    conversation_lock,
)
from conversations.models.prompt import RESOURCE
from conversations.search.indexing import conversations_forget, message_forget
from conversations.services.bin import bin_put, items_end, rows_kept
from conversations.services.message_bin import message_put
from conversations.services.purging import conversations_end
from conversations.transfer.arrivals import MET, person_remove
from conversations.transfer.spool import spool_delete
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError

BATCH = 100
UNDOABLE = (MoveInState.DONE, MoveInState.FAILED)

# The primary key of what an import made → whether it is gone; false keeps it.
Remover: TypeAlias = Callable[[MoveIn, str], bool]


def move_in_undo(*, move_in: MoveIn) -> MoveIn:
    """Remove what an import made and note how much; interrupted, it can be asked for again.

    A chat that was continued stays, and so does a project or bookmark in use, and a person
    who has signed in.

    Raises:
        ConflictError: it still runs, never ran, or is taken back already.
    """
    if move_in.state not in UNDOABLE:
        raise ConflictError(_("Only an import that has ended can be taken back."))
    spool_delete(move_in.file_key)
    removed: dict[str, int] = {}
    kept: dict[str, int] = {}
    for kind, remove in REMOVERS.items():
        for batch in _batches(move_in, kind):
            with transaction.atomic():
                gone = [one.pk for one in batch if remove(move_in, one.target_id)]
                MovedRecord.objects.filter(pk__in=gone).delete()
            _count(removed, kind, len(gone))
            _count(kept, kind, len(batch) - len(gone))
    MovedRecord.objects.filter(move_in=move_in, kind=MET).delete()
    move_in.survey = {**move_in.survey, "undone": {"removed": removed, "kept": kept}}
    move_in.state, move_in.updated_at = MoveInState.UNDONE, clock.now()
    move_in.save(update_fields=["survey", "state", "updated_at"])
    return move_in


def _count(counts: dict[str, int], kind: str, number: int) -> None:
    if number:
        counts[kind] = counts.get(kind, 0) + number


def _batches(move_in: MoveIn, kind: str) -> Iterator[list[MovedRecord]]:
    """Return the notes of a kind, newest first; those of what stays are passed by."""
    last = None
    while True:
        left = MovedRecord.objects.filter(move_in=move_in, kind=kind).order_by("-id")
        batch = list((left if last is None else left.filter(id__lt=last))[:BATCH])
        if not batch:
            return
        last = batch[-1].pk
        yield batch


def _message(_move_in: MoveIn, pk: str) -> bool:
    message = Message.objects.filter(pk=pk).select_related("user").first()
    if message is None:
        return True
    below = Message.objects.filter(
        conversation_id=message.conversation_id,
        parent_message_id=message.message_id,
    )
    below.update(parent_message_id=message.parent_message_id)
    message_forget(message)
    if is_held(message.user):
        _end(message.user, message_put(message=message, children=(), is_leaf=False))
    message.delete()
    Conversation.objects.filter(
        pk=message.conversation_id,
        leaf_message_id=message.message_id,
    ).update(leaf_message_id="")
    return True


def _conversation(move_in: MoveIn, pk: str) -> bool:
    conversation_lock(pk)
    ended = move_in.finished_at or move_in.updated_at
    is_continued = (
        Generation.objects.filter(conversation_id=pk).exists()
        or Message.objects.filter(conversation_id=pk, created_at__gt=ended).exists()
    )
    if is_continued:
        return False
    conversations_forget([pk])
    conversation = Conversation.objects.filter(pk=pk)
    for one in conversation.select_related("user"):
        conversations_end(user=one.user, conversations=conversation)
    return True


def _project(_move_in: MoveIn, pk: str) -> bool:
    if Conversation.objects.filter(project_id=pk).exists():
        return False
    for project in Project.objects.filter(pk=pk).select_related("user"):
        _put_aside(project.user, DeletedItem.Kind.PROJECT, [project])
        project.delete()
    return True


def _prompt(_move_in: MoveIn, pk: str) -> bool:
    resource_forget(kind=RESOURCE, resource_id=pk)
    for group in PromptGroup.objects.filter(pk=pk).select_related("author"):
        _put_aside(group.author, DeletedItem.Kind.PROMPT_GROUP, [group, *group.versions.all()])
        group.delete()
    return True


def _preset(_move_in: MoveIn, pk: str) -> bool:
    for preset in Preset.objects.filter(pk=pk).select_related("user"):
        _put_aside(preset.user, DeletedItem.Kind.PRESET, [preset])
        preset.delete()
    return True


def _tag(_move_in: MoveIn, pk: str) -> bool:
    if Conversation.objects.filter(tags=pk).exists():
        return False
    for tag in Tag.objects.filter(pk=pk).select_related("user"):
        _put_aside(tag.user, DeletedItem.Kind.TAG, [tag])
        tag.delete()
    return True


def _put_aside(owner: User, kind: str, rows: Sequence[Model]) -> None:
    """Keep rows that are about to go out of the bin's sight, if their person is under a hold."""
    if is_held(owner):
        content, source_id = {"rows": rows_kept(rows)}, str(rows[0].pk)
        _end(owner, bin_put(user=owner, kind=kind, source_id=source_id, title="", content=content))


def _end(owner: User, item: DeletedItem) -> None:
    items_end(user=owner, items=DeletedItem.objects.filter(pk=item.pk))


def _user(_move_in: MoveIn, pk: str) -> bool:
    return person_remove(pk)


# In this order: what is inside goes before what it is in.
REMOVERS: Mapping[str, Remover] = {
    "message": _message,
    "conversation": _conversation,
    "project": _project,
    "prompt": _prompt,
    "preset": _preset,
    "tag": _tag,
    "user": _user,
}
