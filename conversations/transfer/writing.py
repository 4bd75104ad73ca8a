"""Conversations of an import written: what is known is not written again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import DatabaseError, transaction

from accounts.models import User
from conversations.models import Conversation, Message, MovedRecord, MoveIn, Project, Tag
from conversations.search.indexing import conversations_index, messages_index
from conversations.transfer.importer import ImportedConversation, Note
from conversations.transfer.planning import Plan, planned
from conversations.transfer.reasons import Reason
from conversations.transfer.tally import Tally
from librechat.kernel.ids import NO_PARENT
from librechat.kernel.inserting import rows_insert

BATCH = 500
MOST_TAGS = 50
LONGEST_TAG = 128


@dataclass(slots=True)
class Written:
    """A record on its way: whose it is, and the rows it becomes."""

    record: ImportedConversation
    owner: User
    plan: Plan


def known_targets(move_in: MoveIn, kind: str, source_ids: Iterable[str]) -> dict[str, str]:
    """Return source id → primary key of the row it became in this or an earlier import."""
    records = MovedRecord.objects.filter(
        user=move_in.user_id,
        source=move_in.source,
        kind=kind,
        source_id__in=list(source_ids),
    )
    return dict(records.values_list("source_id", "target_id"))


def moved(move_in: MoveIn, kind: str, source_id: str, target_id: str) -> MovedRecord:
    """Return the note, not saved yet, that a record became a row."""
    return MovedRecord(
        move_in=move_in,
        user_id=move_in.user_id,
        source=move_in.source,
        kind=kind,
        source_id=source_id,
        target_id=target_id,
    )


def conversations_write(
    move_in: MoveIn,
    batch: Sequence[tuple[ImportedConversation, User]],
    tally: Tally,
) -> None:
    """Write a batch inside the caller's transaction; one that cannot be written fails alone."""
    rows = existing(move_in, [record for record, _owner in batch])
    fresh: dict[str, Written] = {}
    for record, owner in batch:
        row = rows.get(record.source_id)
        if record.source_id in fresh:
            tally.note(Note("conversation", record.source_id, Reason.TWICE))
        elif row is not None and row.user_id == owner.pk:
            _grow(move_in, record, row, tally)
        else:
            fresh[record.source_id] = Written(record, owner, planned(record, owner, move_in.source))
    try:
        _save(move_in, list(fresh.values()))
    except DatabaseError:
        saved = [one for one in fresh.values() if _save_alone(move_in, one, tally)]
    else:
        saved = list(fresh.values())
    for one in saved:
        tally.add("conversation", "created")
        tally.add("message", "created", len(one.plan.messages))
        for note in one.record.notes:
            tally.note(note)


def existing(
    move_in: MoveIn,
    records: Sequence[ImportedConversation],
) -> dict[str, Conversation]:
    """Return source id → the conversation it became, deleted ones in the bin too.

    What this person exported here and still has is known as well.
    """
    source_ids = [record.source_id for record in records]
    targets = known_targets(move_in, "conversation", source_ids)
    rows = Conversation.objects.in_bulk(list(targets.values()))
    found = {source_id: rows[pk] for source_id, pk in targets.items() if pk in rows}
    if move_in.source == "librechat" and move_in.user_id:
        missing = [source_id for source_id in source_ids if source_id not in found]
        own = Conversation.objects.filter(user=move_in.user_id, conversation_id__in=missing)
        found |= {row.conversation_id: row for row in own}
    return found


def _save_alone(move_in: MoveIn, one: Written, tally: Tally) -> bool:
    try:
        _save(move_in, [one])
    except DatabaseError:
        source_id = one.record.source_id
        tally.note(Note("conversation", source_id, Reason.CHAT_NOT_STORED, "failed"))
        return False
    return True


@transaction.atomic
def _save(move_in: MoveIn, written: Sequence[Written]) -> None:
    conversations = [one.plan.conversation for one in written]
    messages = [message for one in written for message in one.plan.messages]
    _put_in_projects(move_in, written)
    rows_insert(conversations)
    rows_insert(messages)
    _note_origins(move_in, written)
    _tag(move_in, written)
    conversations_index(conversations)
    messages_index(messages)


def _note_origins(move_in: MoveIn, written: Sequence[Written]) -> None:
    """Note where conversations came from; one deleted for good leaves an older note behind."""
    stale = MovedRecord.objects.filter(
        user=move_in.user_id,
        source=move_in.source,
        kind="conversation",
        source_id__in=[one.record.source_id for one in written],
    )
    stale.delete()
    MovedRecord.objects.bulk_create(
        moved(move_in, "conversation", one.record.source_id, one.plan.conversation.pk)
        for one in written
    )


def _put_in_projects(move_in: MoveIn, written: Sequence[Written]) -> None:
    wanted = {one.record.project_id for one in written if one.record.project_id}
    if not wanted:
        return
    targets = known_targets(move_in, "project", wanted)
    projects = Project.objects.in_bulk(list(targets.values()))
    for one in written:
        project = projects.get(targets.get(one.record.project_id, ""))
        if project is not None and project.user_id == one.owner.pk:
            one.plan.conversation.project = project


def _tag(move_in: MoveIn, written: Sequence[Written]) -> None:
    through: list[tuple[Written, Tag]] = []
    for one in written:
        names = [name[:LONGEST_TAG] for name in one.record.tags if name.strip()]
        wanted = dict.fromkeys(names[:MOST_TAGS])
        through += [(one, tag_named(move_in, one.owner, name)) for name in wanted]
    links = Conversation.tags.through
    links.objects.bulk_create(
        links(conversation_id=one.plan.conversation.pk, tag_id=tag.pk) for one, tag in through
    )


def tag_named(move_in: MoveIn, owner: User, name: str) -> Tag:
    """Return a person's bookmark, made at the end of the list where it is missing."""
    mine = Tag.objects.filter(user=owner)
    tag = mine.filter(tag=name).first()
    if tag is None:
        tag = Tag.objects.create(user=owner, tag=name, position=mine.count())
        key = f"{owner.pk}/{name}"
        MovedRecord.objects.filter(
            user=move_in.user_id, source=move_in.source, kind="tag", source_id=key
        ).delete()
        moved(move_in, "tag", key, tag.pk).save()
    return tag


def _grow(
    move_in: MoveIn,
    record: ImportedConversation,
    conversation: Conversation,
    tally: Tally,
) -> None:
    """Take what was said since the last import; a deleted conversation comes back."""
    if conversation.deleted_at is not None:
        conversation.deleted_at = None
        conversation.save(update_fields=["deleted_at"])
    fresh = _later(move_in, record, conversation)
    rows_insert(fresh)
    MovedRecord.objects.bulk_create(
        moved(move_in, "message", message.message_id, message.pk) for message in fresh
    )
    if fresh:
        conversation.updated_at = max(conversation.updated_at, fresh[-1].created_at)
        conversation.leaf_message_id = fresh[-1].message_id
        conversation.save(update_fields=["updated_at", "leaf_message_id"])
        messages_index(fresh)
    tally.add("conversation", "known")
    tally.add("message", "created", len(fresh))
    tally.add("message", "known", len(record.messages) - len(fresh))


def _later(
    move_in: MoveIn,
    record: ImportedConversation,
    conversation: Conversation,
) -> list[Message]:
    """Return the messages younger than all that is here: an older one was deleted here."""
    if conversation.conversation_id == record.source_id and not record.row_id:
        return []  # exported from here: it cannot know more
    here = dict(conversation.messages.values_list("message_id", "created_at"))
    plan = planned(record, conversation.user, move_in.source)
    latest = max(
        (here[one.message_id] for one in plan.messages if one.message_id in here), default=None
    )
    fresh = [
        one
        for one in plan.messages
        if one.message_id not in here and (latest is None or one.created_at > latest)
    ]
    parents = {one.message_id: one.parent_message_id for one in plan.messages}
    present = {NO_PARENT, *here, *(one.message_id for one in fresh)}
    for one in fresh:
        one.conversation = conversation
        while one.parent_message_id not in present:  # deleted here: hang it one higher
            one.parent_message_id = parents.get(one.parent_message_id, NO_PARENT)
    return fresh
