"""Imports taken back."""

import pytest

from accounts.models import User
from conversations.models import Conversation, Message, MovedRecord, MoveInState, Tag
from conversations.transfer.undoing import move_in_undo
from librechat.kernel.errors import ConflictError
from tests.conversations.transfer import exports
from tests.conversations.transfer.conftest import MovesIn
from tests.factories.threads import conversation_make


def test_what_an_import_made_goes_and_nothing_else(owner: User, moves_in: MovesIn) -> None:
    own = conversation_make(owner)
    done = moves_in(exports.as_json(exports.librechat(tags=["Travel"])))
    assert Tag.objects.filter(user=owner).count() == 1
    undone = move_in_undo(move_in=done)
    assert undone.state == MoveInState.UNDONE
    assert undone.survey["undone"] == {"removed": {"conversation": 1, "tag": 1}, "kept": {}}
    assert list(Conversation.objects.all()) == [own]
    assert not Message.objects.exclude(conversation=own).exists()
    assert not Tag.objects.exists()
    assert not MovedRecord.objects.exists()


def test_after_that_the_file_can_be_imported_again(owner: User, moves_in: MovesIn) -> None:
    move_in_undo(move_in=moves_in(exports.as_json(exports.librechat())))
    again = moves_in(exports.as_json(exports.librechat()))
    assert again.counts["conversation"]["created"] == 1


def test_a_chat_that_was_continued_stays(owner: User, moves_in: MovesIn) -> None:
    done = moves_in(exports.as_json(exports.librechat()))
    conversation = Conversation.objects.get()
    Message.objects.create(conversation=conversation, user=owner, text="And then?")
    undone = move_in_undo(move_in=done)
    assert undone.survey["undone"] == {"removed": {}, "kept": {"conversation": 1}}
    assert Message.objects.filter(conversation=conversation).count() == 5
    assert moves_in(exports.as_json(exports.librechat())).counts["conversation"]["known"] == 1


def test_the_second_import_takes_back_only_what_it_added(owner: User, moves_in: MovesIn) -> None:
    moves_in(exports.as_json([exports.chatgpt()]))
    grown = exports.chatgpt()
    grown["mapping"]["q2"] = exports.chatgpt_node("q2", "a1", create_time=1710000000.0)
    undone = move_in_undo(move_in=moves_in(exports.as_json([grown])))
    assert undone.survey["undone"]["removed"] == {"message": 1}
    assert Message.objects.count() == 3


def test_it_is_taken_back_once(owner: User, moves_in: MovesIn) -> None:
    done = moves_in(exports.as_json(exports.librechat()))
    move_in_undo(move_in=done)
    with pytest.raises(ConflictError):
        move_in_undo(move_in=done)
