"""One act on many conversations: put away, delete, bring back, move, bookmark.

Every function takes public ids, acts on those that are the person's own and leaves the others
alone, all in one transaction, and returns the ids it changed. So an undo touches only what the
act did.
"""

from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation, Generation, Project, Tag
from conversations.models.conversation import ConversationQuerySet
from conversations.queries.bin import deleted_conversations
from conversations.search.indexing import conversation_index
from conversations.services import changes
from conversations.services.listed import listed_check
from conversations.services.stopping import generation_stop_soon
from conversations.services.tags import MAX_TAGS_OF_ONE, tag_create
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

MAX_IDS = 1_000


@transaction.atomic
def conversations_archive(*, user: User, ids: Sequence[str]) -> list[str]:
    """Put conversations away.

    Raises:
        InvalidInputError: they are too many at once.
        TemporaryUnlistedError: one of them is temporary.
    """
    rows = list(_own(user, ids).filter(is_archived=False))
    listed_check(rows)
    _of(rows).update(is_archived=True, archived_at=clock.now())
    return _taken_away(user, rows)


@transaction.atomic
def conversations_unarchive(*, user: User, ids: Sequence[str]) -> list[str]:
    """Take conversations out of the archive.

    Raises:
        InvalidInputError: they are too many at once.
    """
    rows = list(_own(user, ids).filter(is_archived=True))
    _of(rows).update(is_archived=False, archived_at=None)
    return _brought_back(rows)


@transaction.atomic
def conversations_delete(*, user: User, ids: Sequence[str]) -> list[str]:
    """Take conversations away and stop what runs in them; they wait in the bin.

    Raises:
        InvalidInputError: they are too many at once.
    """
    rows = list(_own(user, ids))
    _of(rows).update(deleted_at=clock.now())
    running = Generation.objects.active().filter(conversation__in=rows)
    for generation_id in running.values_list("id", flat=True):
        transaction.on_commit(partial(generation_stop_soon, generation_id))
    return _taken_away(user, rows)


@transaction.atomic
def conversations_restore(*, user: User, ids: Sequence[str]) -> list[str]:
    """Bring deleted conversations back; those that are gone for good stay so.

    Raises:
        InvalidInputError: they are too many at once.
    """
    deleted = deleted_conversations(user).filter(conversation_id__in=_checked(ids))
    rows = list(
        deleted.order_by("pk").select_for_update(of=("self",))
    )  # a purge may run at the same time
    _of(rows).update(deleted_at=None)
    for row in rows:
        conversation_index(row)
    return _brought_back(rows)


@transaction.atomic
def conversations_move(
    *,
    user: User,
    ids: Sequence[str],
    project: Project | None,
) -> dict[str, list[str]]:
    """Put conversations into a project, or with None out of theirs.

    Return where they were: project id, "" for none → the conversations that were there.

    Raises:
        InvalidInputError: they are too many at once.
        TemporaryUnlistedError: one of them is temporary and would be put into a project.
    """
    rows = [row for row in _own(user, ids) if row.project_id != (project and project.pk)]
    listed_check(rows if project else [])
    _of(rows).update(project=project)
    return _by_project(rows)


@transaction.atomic
def conversations_tag(*, user: User, ids: Sequence[str], tag: str) -> list[str]:
    """Put a bookmark on conversations, made where it is missing; return who has it only now.

    Raises:
        InvalidInputError: they are too many at once, the name is not one, or a conversation
            would have too many bookmarks.
        TemporaryUnlistedError: one of them is temporary.
    """
    bookmark = tag_create(user=user, tag=tag)
    rows = list(_own(user, ids).exclude(tags=bookmark).prefetch_related("tags"))
    listed_check(rows)
    if any(len(row.tags.all()) >= MAX_TAGS_OF_ONE for row in rows):
        raise InvalidInputError(
            _("A chat has at most %(most)s bookmarks.") % {"most": MAX_TAGS_OF_ONE}, field="tag"
        )
    bookmark.conversations.add(*rows)
    return [row.conversation_id for row in rows]


@transaction.atomic
def conversations_untag(*, user: User, ids: Sequence[str], tag: str) -> list[str]:
    """Take a bookmark off conversations; return who carried it.

    Raises:
        InvalidInputError: they are too many at once.
    """
    bookmark = Tag.objects.visible_to(user).filter(tag=tag).first()
    if bookmark is None:
        return []
    rows = list(_own(user, ids).filter(tags=bookmark))
    bookmark.conversations.remove(*rows)
    return [row.conversation_id for row in rows]


def _own(user: User, ids: Sequence[str]) -> ConversationQuerySet:
    visible = Conversation.objects.visible_to(user, "edit").filter(
        conversation_id__in=_checked(ids)
    )
    return visible.order_by("pk")


def _checked(ids: Sequence[str]) -> Sequence[str]:
    if len(ids) > MAX_IDS:
        raise InvalidInputError(
            _("%(ids)s chats are too many at once; nothing was changed. Choose at most %(most)s.")
            % {"ids": f"{len(ids):,}", "most": f"{MAX_IDS:,}"},
            field="conversationIds",
            limit=MAX_IDS,
        )
    return ids


def _of(rows: Iterable[Conversation]) -> ConversationQuerySet:
    return Conversation.objects.filter(pk__in=[row.pk for row in rows])


def _taken_away(user: User, rows: Iterable[Conversation]) -> list[str]:
    ids = [row.conversation_id for row in rows]
    for public_id in ids:
        transaction.on_commit(partial(changes.announce_removal, user.id, public_id))
    return ids


def _brought_back(rows: Iterable[Conversation]) -> list[str]:
    found = list(rows)
    for row in found:
        transaction.on_commit(partial(changes.announce, row))
    return [row.conversation_id for row in found]


def _by_project(rows: Iterable[Conversation]) -> dict[str, list[str]]:
    before: dict[str, list[str]] = {}
    for row in rows:
        before.setdefault(row.project_id or "", []).append(row.conversation_id)
    return before
