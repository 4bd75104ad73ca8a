"""What people have beside chats, written: projects, prompts, presets, bookmarks."""

from typing import assert_never

from django.db import DatabaseError, transaction

from accounts.models import User
from accounts.services.sharing import resource_own
from conversations.models import MoveIn, Preset, Project, Prompt, PromptGroup
from conversations.models.prompt import RESOURCE
from conversations.transfer.importer import (
    Belonging,
    ImportedPreset,
    ImportedProject,
    ImportedPrompt,
    ImportedTag,
    Note,
)
from conversations.transfer.reasons import Reason
from conversations.transfer.tally import Tally
from conversations.transfer.writing import known_targets, moved, tag_named
from librechat.kernel import clock
from librechat.kernel.ids import new_object_id

KINDS = {
    ImportedProject: "project",
    ImportedPrompt: "prompt",
    ImportedPreset: "preset",
    ImportedTag: "tag",
}


def belonging_write(move_in: MoveIn, record: Belonging, owner: User, tally: Tally) -> None:
    """Write one record inside the caller's transaction, unless it is known."""
    kind = KINDS[type(record)]
    if record.source_id in known_targets(move_in, kind, [record.source_id]):
        tally.add(kind, "known")
        return
    try:
        with transaction.atomic():
            target = _made(move_in, record, owner)
            if kind != "tag":  # noted where it is made
                moved(move_in, kind, record.source_id, target).save()
    except DatabaseError:
        tally.note(Note(kind, record.source_id, Reason.NOT_STORED, "failed"))
    else:
        tally.add(kind, "created")


def _made(move_in: MoveIn, record: Belonging, owner: User) -> str:
    match record:
        case ImportedProject():
            return _project(record, owner)
        case ImportedPrompt():
            return _prompt(record, owner)
        case ImportedPreset():
            return _preset(record, owner)
        case ImportedTag():
            return _tag(move_in, record, owner)
        case _:
            assert_never(record)


def _project(record: ImportedProject, owner: User) -> str:
    moment = record.created_at or clock.now()
    project = Project.objects.create(
        id=record.row_id or new_object_id(),
        user=owner,
        name=record.name or "Project",
        description=record.description,
        instructions=record.instructions,
        created_at=moment,
        updated_at=record.updated_at or moment,
    )
    return project.pk


def _prompt(record: ImportedPrompt, owner: User) -> str:
    moment = record.created_at or clock.now()
    dates = {"created_at": moment, "updated_at": record.updated_at or moment}
    group = PromptGroup.objects.create(
        id=record.row_id or new_object_id(),
        author=owner,
        author_name=owner.display_name,
        name=record.name or "Prompt",
        oneliner=record.oneliner,
        category=record.category,
        command=record.command,
        **dates,
    )
    versions = [
        Prompt(id=row_id or new_object_id(), group=group, author=owner, prompt=text, **dates)
        for row_id, text in record.versions
    ]
    Prompt.objects.bulk_create(versions)
    group.production = versions[0] if versions else None
    group.save(update_fields=["production"])
    resource_own(owner=owner, kind=RESOURCE, resource_id=group.pk)
    return group.pk


def _preset(record: ImportedPreset, owner: User) -> str:
    moment = record.created_at or clock.now()
    preset = Preset.objects.create(
        id=record.row_id or new_object_id(),
        user=owner,
        title=record.title or "Preset",
        endpoint=record.endpoint,
        model=record.model,
        parameters=record.parameters,
        created_at=moment,
        updated_at=record.updated_at or moment,
        **record.extra,
    )
    return preset.pk


def _tag(move_in: MoveIn, record: ImportedTag, owner: User) -> str:
    tag = tag_named(move_in, owner, record.tag)
    tag.description = record.description
    tag.save(update_fields=["description"])
    return tag.pk
