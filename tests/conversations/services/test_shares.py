"""Share links: what is frozen, who may open it, how it ends."""

import json
from datetime import timedelta
from typing import Any

import pytest

from accounts.errors import NotSignedInError
from accounts.models import AclEntry, Role, User
from conversations import access
from conversations.errors import ShareChangedError, ShareExistsError
from conversations.models import Conversation, SharedLink
from conversations.queries.snapshots import shared_json
from conversations.services.bin import bin_restore
from conversations.services.messages import message_edit
from conversations.services.shares import (
    share_create,
    share_delete,
    share_expiry_set,
    share_fork,
    share_public_set,
    share_update,
)
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make

SECRET = "canary-7f3a"


@pytest.fixture
def chat(owner: User) -> Conversation:
    """Two versions of an answer, and everything a visitor must not see."""
    conversation = conversation_make(owner, "Primes", parameters={"promptPrefix": SECRET})
    question = question_make(conversation, "Name one.", metadata={"note": SECRET})
    answer_make(
        question,
        "",
        content=[
            {"type": "think", "think": "Hm."},
            {"type": "text", "text": "97", "secret": SECRET},
            {"type": "tool_call", "tool_call": {"id": SECRET, "name": "sum", "args": "{}"}},
            {"type": "error", "error": SECRET},
        ],
        feedback={"rating": "thumbsDown", "text": SECRET},
        metadata={"usage": {"note": SECRET}},
        files=[{"filename": SECRET}],
        icon_url=SECRET,
    )
    plain = answer_make(question, content=[])
    plain.text = "Or 101."
    plain.save()
    return conversation


def texts(link: SharedLink) -> list[str]:
    return [message["text"] for message in shared_json(link)["messages"]]


def test_a_snapshot_holds_the_whole_tree_and_nothing_else(chat: Conversation) -> None:
    shape = shared_json(share_create(conversation=chat))
    assert SECRET not in json.dumps(shape)
    assert str(chat.user_id) not in json.dumps(shape)
    assert chat.conversation_id not in json.dumps(shape)
    for message in chat.messages.all():
        assert message.message_id not in json.dumps(shape)
        assert message.id not in json.dumps(shape)
    first, second, third = shape["messages"]
    assert first["parentMessageId"] == "00000000-0000-0000-0000-000000000000"
    assert second["parentMessageId"] == third["parentMessageId"] == first["messageId"]
    assert second["content"] == [
        {"type": "think", "think": "Hm."},
        {"type": "text", "text": "97"},
        {"type": "tool_call", "tool_call": {"name": "sum", "args": "{}"}},
    ]


def test_a_branch_shows_only_the_way_to_its_message(chat: Conversation) -> None:
    target = chat.messages.get(text="Or 101.")
    link = share_create(conversation=chat, target_message_id=target.message_id)
    assert texts(link) == ["Name one.", "Or 101."]


def test_later_changes_do_not_reach_a_link_until_it_is_updated(chat: Conversation) -> None:
    link = share_create(conversation=chat)
    share_id, before = link.share_id, [one["messageId"] for one in link.snapshot]
    message_edit(message=chat.messages.get(text="Or 101."), text="Or 103.")
    link.refresh_from_db()
    assert "Or 103." not in texts(link)
    share_update(link=link)
    assert texts(link)[-1] == "Or 103."
    assert [one["messageId"] for one in link.snapshot] == before
    assert (link.share_id, link.revision) == (share_id, 2)


def test_a_branch_is_shared_once(chat: Conversation) -> None:
    share_create(conversation=chat)
    with pytest.raises(ShareExistsError):
        share_create(conversation=chat)
    target = chat.messages.get(text="Or 101.").message_id
    branch = share_create(conversation=chat, target_message_id=target)
    with pytest.raises(ShareExistsError):
        share_update(link=branch, target_message_id="")
    assert SharedLink.objects.count() == 2


def test_what_cannot_be_shared_makes_no_link(owner: User, chat: Conversation) -> None:
    with pytest.raises(NotFoundError):
        share_create(conversation=chat, target_message_id="unknown")
    with pytest.raises(InvalidInputError):
        share_create(conversation=conversation_make(owner))
    with pytest.raises(InvalidInputError):
        share_create(conversation=chat, expired_at=clock.now() - timedelta(seconds=1))
    temporary = conversation_make(owner, is_temporary=True)
    turn_make(temporary)
    with pytest.raises(InvalidInputError):
        share_create(conversation=temporary)
    assert not SharedLink.objects.exists()


def test_everybody_signed_in_may_open_it_and_others_only_when_the_operator_allows(
    chat: Conversation,
    stranger: User,
    settings: Any,
) -> None:
    link = share_create(conversation=chat)
    assert access.shared_link_get(stranger, link.share_id) == link
    with pytest.raises(NotSignedInError):
        access.shared_link_get(None, link.share_id)
    settings.ALLOW_SHARED_LINKS_PUBLIC = True
    assert access.shared_link_get(None, link.share_id) == link


def test_a_private_link_opens_for_its_owner_alone(
    chat: Conversation,
    owner: User,
    stranger: User,
    settings: Any,
) -> None:
    settings.ALLOW_SHARED_LINKS_PUBLIC = True
    link = share_create(conversation=chat)
    share_public_set(link=link, is_public=False)
    assert access.shared_link_get(owner, link.share_id) == link
    with pytest.raises(NotFoundError):
        access.shared_link_get(stranger, link.share_id)
    with pytest.raises(NotSignedInError):
        access.shared_link_get(None, link.share_id)


def test_a_role_that_may_not_publish_shares_privately(
    chat: Conversation,
    owner: User,
    stranger: User,
) -> None:
    Role.objects.update_or_create(
        name=owner.role,
        defaults={"permissions": {"SHARED_LINKS": {"CREATE": True, "SHARE_PUBLIC": False}}},
    )
    link = share_create(conversation=chat)
    with pytest.raises(NotFoundError):
        access.shared_link_get(stranger, link.share_id)


@pytest.mark.parametrize("end", ["expired", "chat deleted", "owner suspended", "switched off"])
def test_a_link_that_has_ended_is_not_found(
    end: str,
    chat: Conversation,
    stranger: User,
    settings: Any,
) -> None:
    link = share_create(conversation=chat)
    if end == "expired":
        SharedLink.objects.update(expired_at=clock.now())
    elif end == "chat deleted":
        Conversation.objects.update(deleted_at=clock.now())
    elif end == "owner suspended":
        User.objects.filter(pk=chat.user_id).update(is_active=False)
    else:
        settings.ALLOW_SHARED_LINKS = False
    with pytest.raises(NotFoundError):
        access.shared_link_get(stranger, link.share_id)


def test_an_end_is_set_and_taken_away(chat: Conversation) -> None:
    link = share_create(conversation=chat)
    moment = clock.now() + timedelta(days=1)
    assert share_expiry_set(link=link, expired_at=moment).expired_at == moment
    assert share_expiry_set(link=link, expired_at=None).expired_at is None
    with pytest.raises(InvalidInputError):
        share_expiry_set(link=link, expired_at=clock.now())


def test_a_deleted_link_comes_back_under_its_address_but_private(
    chat: Conversation,
    owner: User,
    stranger: User,
) -> None:
    link = share_create(conversation=chat)
    share_id = link.share_id
    item = share_delete(link=link)
    assert not SharedLink.objects.exists()
    assert not AclEntry.objects.filter(resource_type="sharedLink").exists()
    bin_restore(user=owner, item_id=item.pk)
    assert texts(access.shared_link_get(owner, share_id)) == ["Name one.", "", "Or 101."]
    with pytest.raises(NotFoundError):
        access.shared_link_get(stranger, share_id)


def test_a_deleted_link_stays_in_the_bin_while_another_took_its_place(
    chat: Conversation,
    owner: User,
) -> None:
    item = share_delete(link=share_create(conversation=chat))
    share_create(conversation=chat)
    with pytest.raises(ConflictError):
        bin_restore(user=owner, item_id=item.pk)


def test_a_visitor_continues_a_copy_and_the_original_stays(
    chat: Conversation,
    stranger: User,
) -> None:
    link = share_create(conversation=chat)
    seen = clock.iso(link.updated_at)
    copy = share_fork(user=stranger, link=link, target_index=2, revision=seen)
    assert [message.text for message in copy.messages.in_order()] == ["Name one.", "Or 101."]
    assert (copy.user, copy.title, copy.parameters) == (stranger, "Primes", {})
    assert copy.messages.filter(user=stranger).count() == 2
    assert chat.messages.count() == 3
    whole = share_fork(user=stranger, link=link)
    assert whole.messages.count() == 3


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"revision": "2026-11-20T09:00:00.000Z"}, ShareChangedError),
        ({"target_index": 3}, InvalidInputError),
        ({"target_index": -1}, InvalidInputError),
    ],
)
def test_a_copy_of_what_was_not_seen_is_refused(
    chat: Conversation,
    stranger: User,
    asked: dict[str, Any],
    refusal: type[Exception],
) -> None:
    link = share_create(conversation=chat)
    with pytest.raises(refusal):
        share_fork(user=stranger, link=link, **asked)
    assert not Conversation.objects.visible_to(stranger).exists()
