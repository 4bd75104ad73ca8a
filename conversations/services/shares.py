"""Writes to share links: make, take a new snapshot, revoke, continue as one's own chat."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.permissions import role_allows
from accounts.models import AclEntry, PrincipalType, User
from accounts.models.acl import AclEntryQuerySet
from accounts.services.sharing import resource_forget, resource_own, resource_publish
from conversations.errors import ShareChangedError, ShareExistsError
from conversations.models import Conversation, DeletedItem, Message, SharedLink
from conversations.models.share import RESOURCE
from conversations.queries.snapshots import snapshot_messages, snapshot_of
from conversations.services.bin import bin_put, rows_kept, rows_put_back
from conversations.services.forks import conversation_copy
from conversations.tree import Node, branch_to
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError, NotFoundError


@transaction.atomic
def share_create(
    *,
    conversation: Conversation,
    target_message_id: str = "",
    snapshot_files: bool = False,
    expired_at: datetime | None = None,
) -> SharedLink:
    """Freeze a conversation, or the branch to a message of it, behind a new address.

    Everybody may open it when the owner's role may share with everybody; else only whom an
    access entry names.

    Raises:
        ShareExistsError: this branch has a link already.
        NotFoundError: the message is not in the conversation.
        InvalidInputError: it is a temporary chat, it is empty, or the end has passed.
    """
    _check(conversation, target_message_id, expired_at)
    links = SharedLink.objects.filter(conversation=conversation)
    if links.filter(target_message_id=target_message_id).exists():
        raise ShareExistsError
    link = SharedLink(
        user=conversation.user,
        conversation=conversation,
        target_message_id=target_message_id,
        title=conversation.title,
        snapshot_files=snapshot_files,
        expired_at=expired_at,
    )
    link.snapshot = snapshot_of(link)
    link.save(force_insert=True)
    resource_own(owner=link.user, kind=RESOURCE, resource_id=link.pk)
    if role_allows(link.user, RESOURCE.permission, "SHARE_PUBLIC"):
        resource_publish(owner=link.user, kind=RESOURCE, resource_id=link.pk)
    return link


@transaction.atomic
def share_update(
    *,
    link: SharedLink,
    target_message_id: str | None = None,
    snapshot_files: bool | None = None,
) -> SharedLink:
    """Take the snapshot anew behind the same address; what is None stays as it is.

    Raises:
        ShareExistsError: that branch has a link of its own.
        NotFoundError: the message is not in the conversation.
    """
    if target_message_id is not None:
        _check(link.conversation, target_message_id, None)
        others = SharedLink.objects.filter(conversation=link.conversation).exclude(pk=link.pk)
        if others.filter(target_message_id=target_message_id).exists():
            raise ShareExistsError
        link.target_message_id = target_message_id
    if snapshot_files is not None:
        link.snapshot_files = snapshot_files
    link.title = link.conversation.title
    link.snapshot = snapshot_of(link)
    link.revision += 1
    link.updated_at = clock.now()
    link.save()
    return link


@transaction.atomic
def share_expiry_set(*, link: SharedLink, expired_at: datetime | None) -> SharedLink:
    """Let the address end at a moment, or with None never.

    Raises:
        InvalidInputError: the moment has passed.
    """
    _check_future(expired_at)
    link.expired_at = expired_at
    link.save(update_fields=["expired_at"])
    return link


@transaction.atomic
def share_delete(*, link: SharedLink) -> DeletedItem:
    """Take the address away; it can come back from the bin, then for its owner alone."""
    item = bin_put(
        user=link.user,
        kind=DeletedItem.Kind.SHARED_LINK,
        source_id=link.share_id,
        title=link.title,
        content={"link": rows_kept([link])},
        conversation=link.conversation,
    )
    resource_forget(kind=RESOURCE, resource_id=link.pk)
    link.delete()
    return item


def share_put_back(content: dict[str, Any], user: User) -> None:
    """Bring a link back from the bin, private: who could open it is decided anew.

    Raises:
        ConflictError: the branch has another link by now.
    """
    [row] = content["link"]
    fields = row["fields"]
    taken = SharedLink.objects.filter(
        conversation_id=fields["conversation"],
        target_message_id=fields["target_message_id"],
    )
    if taken.exists():
        raise ConflictError(_("This chat has another link by now. Delete that one first."))
    rows_put_back(content["link"])
    resource_own(owner=user, kind=RESOURCE, resource_id=row["pk"])


def share_fork(
    *,
    user: User,
    link: SharedLink,
    target_index: int | None = None,
    revision: str | None = None,
) -> Conversation:
    """Copy what a link shows into a chat of one's own.

    ``target_index``: place in the snapshot of the message whose branch is copied; None for the
    whole. ``revision``: ``updatedAt`` of the snapshot the visitor saw, where it matters.

    Raises:
        ShareChangedError: the owner took a new snapshot meanwhile.
        InvalidInputError: there is no such place.
    """
    if revision is not None and revision != clock.iso(link.updated_at):
        raise ShareChangedError
    messages = snapshot_messages(link)
    if target_index is not None:
        messages = _branch(messages, target_index)
    last = messages[-1]
    fields = {"title": link.title, "endpoint": last.endpoint, "model": last.model}
    return conversation_copy(user=user, source_fields=fields, rows=messages).conversation


@transaction.atomic
def share_public_set(*, link: SharedLink, is_public: bool) -> None:
    """Open the link to everybody, or to nobody but those an access entry names.

    Raises:
        ForbiddenError: the owner's role may not share with everybody.
    """
    if is_public == share_is_public(link):
        return
    if is_public:
        resource_publish(owner=link.user, kind=RESOURCE, resource_id=link.pk)
    else:
        _public_entries(link).delete()


def share_own(*, user: User, share_id: str) -> SharedLink:
    """Return a link of this person's, whether it has run out or not.

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    link = SharedLink.objects.owned_by(user).filter(share_id=share_id).first()
    if link is None:
        raise NotFoundError(_("This link does not exist."))
    return link


def share_owner_id(resource_id: str) -> str | None:
    """Return whose link this is, by its row id; for the access entries."""
    return SharedLink.objects.filter(pk=resource_id).values_list("user_id", flat=True).first()


def share_is_public(link: SharedLink) -> bool:
    """Return whether everybody may open the link."""
    return _public_entries(link).in_force().exists()


def _public_entries(link: SharedLink) -> AclEntryQuerySet:
    entries = AclEntry.objects.of(RESOURCE.name, link.pk)
    return entries.filter(principal_type=PrincipalType.PUBLIC)


def _branch(messages: Sequence[Message], index: int) -> list[Message]:
    if not 0 <= index < len(messages):
        raise InvalidInputError(_("There is no such message."), field="targetMessageIndex")
    nodes = [Node(one.message_id, one.parent_message_id) for one in messages]
    kept = set(branch_to(nodes, messages[index].message_id))
    return [one for one in messages if one.message_id in kept]


def _check(conversation: Conversation, target: str, expired_at: datetime | None) -> None:
    if conversation.is_temporary:
        raise InvalidInputError(_("A temporary chat cannot be shared."))
    _check_future(expired_at)
    messages = conversation.messages.filter(message_id=target) if target else None
    if messages is not None and not messages.exists():
        raise NotFoundError(_("This message does not exist."))
    if not conversation.messages.exists():
        raise InvalidInputError(_("There is nothing in this chat to share."))


def _check_future(expired_at: datetime | None) -> None:
    if expired_at is not None and expired_at <= clock.now():
        raise InvalidInputError(_("The link would end in the past."), field="expiredAt")
