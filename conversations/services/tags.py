"""Writes to bookmarks, and which conversations carry them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation, DeletedItem, Tag
from conversations.services import changes
from conversations.services.bin import bin_put
from conversations.services.listed import listed_check
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError, NotFoundError

MAX_TAG = 128
MAX_DESCRIPTION = 1_024
MAX_TAGS = 500
MAX_TAGS_OF_ONE = 50


@transaction.atomic
def tag_create(
    *,
    user: User,
    tag: str,
    description: str = "",
    conversation: Conversation | None = None,
) -> Tag:
    """Return the bookmark of this name, made at the end of the list where it is missing.

    ``conversation``: carries it from now on.

    Raises:
        InvalidInputError: the name or description is empty or too long, or there are too many.
        TemporaryUnlistedError: the chat is temporary.
    """
    listed_check([conversation] if conversation else [])
    [bookmark] = _found_or_made(user, [_checked_name(tag)])
    if description:
        bookmark.description = _checked_description(description)
        bookmark.save(update_fields=["description"])
    if conversation is not None:
        conversation.tags.add(bookmark)
        transaction.on_commit(partial(changes.announce, conversation))
    return bookmark


@transaction.atomic
def tag_change(
    *,
    tag: Tag,
    name: str | None = None,
    description: str | None = None,
    position: int | None = None,
) -> Tag:
    """Rename, describe or move a bookmark; conversations that carry it keep it.

    Raises:
        InvalidInputError: a text is empty or too long.
        ConflictError: another bookmark has that name.
    """
    if name is not None:
        tag.tag = _checked_name(name)
        if Tag.objects.filter(user=tag.user, tag=tag.tag).exclude(pk=tag.pk).exists():
            raise ConflictError(_("You have a bookmark of that name already."))
    if description is not None:
        tag.description = _checked_description(description)
    tag.updated_at = clock.now()
    tag.save(update_fields=["tag", "description", "updated_at"])
    if position is not None:
        _move(tag, position)
    return tag


@transaction.atomic
def tag_delete(*, tag: Tag) -> DeletedItem:
    """Take a bookmark off every conversation and into the bin."""
    carried = list(tag.conversations.values_list("pk", flat=True))
    item = bin_put(
        user=tag.user,
        kind=DeletedItem.Kind.TAG,
        source_id=tag.pk,
        title=tag.tag,
        content={
            "tag": {
                "id": tag.pk,
                "tag": tag.tag,
                "description": tag.description,
                "position": tag.position,
            },
            "conversations": carried,
        },
    )
    user = tag.user
    tag.delete()
    _renumber(list(Tag.objects.filter(user=user)))
    return item


def tag_put_back(content: dict[str, Any], user: User) -> None:
    """Bring a bookmark back from the bin, onto the conversations that are still there.

    Raises:
        ConflictError: a bookmark of that name was made meanwhile.
    """
    name = content["tag"]["tag"]
    if Tag.objects.filter(user=user, tag=name).exists():
        raise ConflictError(
            _("There is a bookmark named %(name)s again. Rename it first.") % {"name": name}
        )
    tag = Tag.objects.create(user=user, **content["tag"])
    carried = Conversation.objects.filter(user=user, pk__in=content["conversations"])
    tag.conversations.set(carried)
    _move(tag, tag.position)


@transaction.atomic
def conversation_tags_set(*, conversation: Conversation, names: Sequence[str]) -> list[str]:
    """Make these the conversation's bookmarks, and return them; missing ones are made.

    Raises:
        InvalidInputError: a name is empty or too long, or there are too many.
        TemporaryUnlistedError: the chat is temporary.
    """
    if names:
        listed_check([conversation])
    wanted = list(dict.fromkeys(_checked_name(name) for name in names))
    if len(wanted) > MAX_TAGS_OF_ONE:
        raise InvalidInputError(
            _("A chat has at most %(most)s bookmarks.") % {"most": MAX_TAGS_OF_ONE}, field="tags"
        )
    conversation.tags.set(_found_or_made(conversation.user, wanted))
    transaction.on_commit(partial(changes.announce, conversation))
    return wanted


def tag_get(*, user: User, name: str) -> Tag:
    """Return a person's bookmark by its name.

    Raises:
        NotFoundError: they have none of that name.
    """
    tag = Tag.objects.visible_to(user).filter(tag=name).first()
    if tag is None:
        raise NotFoundError(_("This bookmark does not exist."))
    return tag


def _found_or_made(user: User, names: Sequence[str]) -> list[Tag]:
    known = {tag.tag: tag for tag in Tag.objects.filter(user=user)}
    missing = [name for name in names if name not in known]
    if missing and len(known) + len(missing) > MAX_TAGS:
        raise InvalidInputError(
            _("%(most)s bookmarks are the most one person can have.") % {"most": MAX_TAGS}
        )
    for place, name in enumerate(missing, start=len(known)):
        made, _is_new = Tag.objects.get_or_create(
            user=user,
            tag=name,
            defaults={"position": place},
        )
        known[name] = made
    return [known[name] for name in names]


def _move(tag: Tag, position: int) -> None:
    """Put a bookmark at a place; the others close the gap."""
    others = list(Tag.objects.filter(user=tag.user).exclude(pk=tag.pk))
    others.insert(min(max(position, 0), len(others)), tag)
    _renumber(others)


def _renumber(tags: Sequence[Tag]) -> None:
    for place, tag in enumerate(tags):
        tag.position = place
    Tag.objects.bulk_update(tags, ["position"])


def _checked_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InvalidInputError(_("A bookmark needs a name."), field="tag")
    check_text("tag", cleaned, longest=MAX_TAG)
    return cleaned


def _checked_description(description: str) -> str:
    check_text("description", description, longest=MAX_DESCRIPTION)
    return description.strip()
