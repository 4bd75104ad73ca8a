"""What people under a legal hold remove for good: gone for them, and kept."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.services.legal_holds import legal_hold_lift, legal_hold_place
from conversations.models import (
    Conversation,
    DeletedItem,
    Message,
    MoveIn,
    Preset,
    Project,
    SharedLink,
    Tag,
)
from conversations.queries.bin import bin_page
from conversations.services import message_versions
from conversations.services.bin import bin_purge, bin_remove, bin_restore
from conversations.services.conversations import conversation_delete, conversation_restore
from conversations.services.expiry import expiries_lift
from conversations.services.messages import message_delete, message_edit
from conversations.services.purging import bin_empty, conversation_purge_now, conversations_purge
from conversations.transfer.undoing import REMOVERS, move_in_undo
from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError
from tests.conversations.transfer import exports
from tests.conversations.transfer.conftest import MovesIn, moves_in  # noqa: F401 - a fixture
from tests.factories.people import PASSWORD
from tests.factories.prompts import prompt_make
from tests.factories.threads import conversation_make, question_make, turn_make

WHY = "A case before the court"


@pytest.fixture
def held(owner: User) -> User:
    legal_hold_place(user=owner, reason=WHY)
    return owner


def lift(user: User) -> None:
    legal_hold_lift(hold=user.legal_holds.get(), reason="The case is over")


def deleted_chat(user: User) -> Conversation:
    conversation = conversation_make(user)
    turn_make(conversation)
    conversation_delete(conversation=conversation)
    return conversation


def test_a_chat_removed_for_good_is_gone_for_its_owner_and_kept(held: User) -> None:
    chat = deleted_chat(held)
    deleted_at = Conversation.objects.get().deleted_at
    conversation_purge_now(user=held, conversation_id=chat.conversation_id)
    assert bin_page(held).rows == []
    with pytest.raises(NotFoundError):
        conversation_purge_now(user=held, conversation_id=chat.conversation_id)
    with pytest.raises(NotFoundError):
        conversation_restore(user=held, conversation_id=chat.conversation_id)
    expiries_lift()
    assert conversations_purge() == 0
    kept = Conversation.objects.get()
    assert (kept.deleted_at, kept.messages.count()) == (deleted_at, 2)
    assert not Conversation.objects.visible_to(held).exists()
    lift(held)
    assert conversations_purge() == 1
    assert not Message.objects.exists()


def test_the_bin_of_somebody_held_is_emptied_for_them_alone(held: User, viewer: User) -> None:
    for user in (held, viewer):
        deleted_chat(user)
        message_delete(message=turn_make(conversation_make(user))[1])
        assert bin_empty(user=user) == 2
        assert bin_page(user).rows == []
        assert bin_empty(user=user) == 0
    assert list(DeletedItem.objects.values_list("user", flat=True)) == [held.pk]
    assert Conversation.objects.filter(user=held).exclude(deleted_at=None).count() == 1
    assert Conversation.objects.filter(user=viewer).exclude(deleted_at=None).count() == 0
    lift(held)
    assert (conversations_purge(), bin_purge()) == (1, 1)
    assert not DeletedItem.objects.exists()


def test_one_thing_removed_for_good_is_kept_however_long_the_bin(
    held: User, settings: Settings
) -> None:
    item = message_delete(message=turn_make(conversation_make(held))[1])
    bin_remove(user=held, item_id=item.pk)
    settings.TRASH_DAYS = 3_650
    assert bin_page(held).rows == []
    for act in (bin_remove, bin_restore):
        with pytest.raises(NotFoundError):
            act(user=held, item_id=item.pk)
    assert bin_purge() == 0
    assert DeletedItem.objects.get().content == item.content
    lift(held)
    assert bin_purge() == 1


def test_the_page_of_what_was_removed_for_good_is_not_there(held: User, client: Client) -> None:
    item = message_delete(message=turn_make(conversation_make(held))[1])
    client.post("/login", {"email": held.email, "password": PASSWORD})
    page = f"/bin/message/{item.pk}/delete"
    assert client.get(page).status_code == 200
    client.post(page)
    assert client.get(page).status_code == 404
    assert DeletedItem.objects.count() == 1


def test_every_version_of_an_edited_message_is_kept(
    held: User, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_versions, "KEPT_VERSIONS", 2)
    for user, kept in ((held, 4), (viewer, 2)):
        message = question_make(conversation_make(user))
        for number in range(4):
            message_edit(message=message, text=f"Words {number}")
        assert message.versions.count() == kept
    lift(held)
    message = Message.objects.get(user=held)
    message_edit(message=message, text="The last words")
    assert message.versions.count() == 2


def test_an_import_taken_back_is_gone_for_its_owner_and_kept(
    held: User,
    moves_in: MovesIn,  # noqa: F811 - the fixture
) -> None:
    done = moves_in(exports.as_json(exports.librechat()))
    messages = Message.objects.count()
    assert messages
    undone = move_in_undo(move_in=done)
    assert undone.survey["undone"]["removed"] == {"conversation": 1}
    assert not Conversation.objects.visible_to(held).exists()
    assert Message.objects.count() == messages
    assert conversations_purge() == 0
    lift(held)
    assert conversations_purge() == 1
    assert not Message.objects.exists()


def test_a_message_an_import_added_is_kept_out_of_sight(
    held: User,
    moves_in: MovesIn,  # noqa: F811 - the fixture
) -> None:
    moves_in(exports.as_json([exports.chatgpt()]))
    grown = exports.chatgpt()
    grown["mapping"]["q2"] = exports.chatgpt_node("q2", "a1", create_time=1710000000.0)
    undone = move_in_undo(move_in=moves_in(exports.as_json([grown])))
    assert undone.survey["undone"]["removed"] == {"message": 1}
    assert bin_page(held).rows == []
    assert DeletedItem.objects.get().kind == "message"
    lift(held)
    assert bin_purge() == 1


def test_shared_links_of_an_account_past_its_grace_open_nothing(held: User) -> None:
    conversation = conversation_make(held)
    SharedLink.objects.create(user=held, conversation=conversation)
    assert SharedLink.objects.alive().count() == 1
    User.objects.filter(pk=held.pk).update(delete_after=clock.now() - timedelta(minutes=1))
    assert SharedLink.objects.alive().count() == 0


def test_all_else_an_import_made_is_kept_out_of_sight(held: User) -> None:
    move_in = MoveIn.objects.create(source="librechat")
    prompts = prompt_make(held, "Shorten")
    made = {
        "project": Project.objects.create(user=held, name="Trip"),
        "prompt": prompts,
        "preset": Preset.objects.create(user=held, title="Short"),
        "tag": Tag.objects.create(user=held, tag="Travel"),
    }
    for kind, row in made.items():
        assert REMOVERS[kind](move_in, row.pk)
        assert not type(row)._default_manager.filter(pk=row.pk).exists()
    assert bin_page(held).rows == []
    kept = {item.source_id: item.content["rows"] for item in DeletedItem.objects.all()}
    assert kept.keys() == {row.pk for row in made.values()}
    assert [row["model"] for row in kept[prompts.pk]] == [
        "conversations.promptgroup",
        "conversations.prompt",
    ]
    lift(held)
    assert bin_purge() == len(made)
