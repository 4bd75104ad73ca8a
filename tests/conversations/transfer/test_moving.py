"""Imports from the upload to the report: what is written, once, for whom."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections
from django.test import override_settings

from accounts.models import User
from accounts.services.people import user_delete
from conversations import tree
from conversations.errors import ImportRefusedError, ImportTooLargeError
from conversations.models import Conversation, Message, MovedRecord, MoveIn, MoveInState
from conversations.transfer.chores import move_ins_go_on
from conversations.transfer.moving import (
    move_in_add,
    move_in_discard,
    move_in_start,
    move_ins_continue,
)
from conversations.transfer.running import move_in_run
from librechat.kernel.errors import ConflictError
from librechat.kernel.jobs.worker import Worker
from tests.conversations.transfer import exports
from tests.conversations.transfer.conftest import MovesIn


def added(user: User, content: bytes, filename: str = "export.json") -> MoveIn:
    return move_in_add(user=user, upload=ContentFile(content, filename), filename=filename)


def many(number: int) -> bytes:
    return exports.as_json(
        [
            exports.chatgpt(conversation_id=f"c{n}", id=f"c{n}", title=f"Chat {n}")
            for n in range(number)
        ],
    )


def test_an_import_counts_what_it_wrote(owner: User, moves_in: MovesIn) -> None:
    done = moves_in(many(3))
    assert done.state == MoveInState.DONE
    assert done.counts["conversation"] == {"created": 3, "known": 0, "skipped": 0, "failed": 0}
    assert done.counts["message"] == {"created": 9, "known": 0, "skipped": 3, "failed": 0}
    assert Conversation.objects.filter(user=owner).count() == 3
    assert Message.objects.filter(user=owner).count() == 9
    assert (done.cursor, done.total) == (3, 3)


def test_the_dry_run_says_what_the_import_then_does(owner: User) -> None:
    checked = added(owner, many(2))
    assert checked.state == MoveInState.CHECKED
    assert not Conversation.objects.exists()
    [first, _second] = checked.survey["samples"]
    assert first == {"title": "Chat 0", "date": "2024-03-01T09:58:20.500Z", "messages": 3}
    done = move_in_run(move_in=move_in_start(move_in=checked))
    assert done.counts == checked.survey["counts"]


def test_a_second_import_of_a_file_creates_nothing(owner: User, moves_in: MovesIn) -> None:
    moves_in(many(2))
    again = moves_in(many(2))
    assert again.counts["conversation"]["known"] == 2
    assert again.counts["message"] == {"created": 0, "known": 6, "skipped": 0, "failed": 0}
    assert Conversation.objects.count() == 2
    assert Message.objects.count() == 6


def test_a_later_export_adds_what_was_said_since(owner: User, moves_in: MovesIn) -> None:
    moves_in(exports.as_json([exports.chatgpt()]))
    grown = exports.chatgpt()
    grown["mapping"]["q2"] = exports.chatgpt_node("q2", "a1", create_time=1710000000.0)
    again = moves_in(exports.as_json([grown]))
    assert again.counts["message"] == {"created": 1, "known": 3, "skipped": 0, "failed": 0}
    conversation = Conversation.objects.get()
    last = conversation.messages.in_order().last()
    assert last is not None
    assert (last.text, conversation.leaf_message_id) == ("Text of q2", last.message_id)
    parent = conversation.messages.get(message_id=last.parent_message_id)
    assert parent.content[-1]["text"] == "Text of a1"


def test_a_message_deleted_here_does_not_come_back(owner: User, moves_in: MovesIn) -> None:
    moves_in(exports.as_json([exports.chatgpt()]))
    Message.objects.filter(text="Text of q1").delete()
    again = moves_in(exports.as_json([exports.chatgpt()]))
    assert again.counts["message"]["created"] == 0
    assert Message.objects.count() == 2


def test_a_conversation_in_the_bin_comes_back(owner: User, moves_in: MovesIn) -> None:
    moves_in(many(1))
    Conversation.objects.update(deleted_at="2026-01-01T00:00:00Z")
    moves_in(many(1))
    assert Conversation.objects.visible_to(owner).count() == 1


def test_a_conversation_purged_here_is_imported_anew(owner: User, moves_in: MovesIn) -> None:
    moves_in(many(1))
    Conversation.objects.all().delete()
    assert moves_in(many(1)).counts["conversation"]["created"] == 1
    assert MovedRecord.objects.filter(kind="conversation").count() == 1


def test_two_people_import_the_same_file_apart(
    owner: User, stranger: User, moves_in: MovesIn
) -> None:
    moves_in(many(2))
    other = moves_in(many(2), user=stranger)
    assert other.counts["conversation"]["created"] == 2
    assert Conversation.objects.filter(user=owner).count() == 2
    assert Conversation.objects.filter(user=stranger).count() == 2
    assert not Message.objects.exclude(user_id__in=[owner.pk, stranger.pk]).exists()


def test_ids_of_other_peoples_rows_in_a_file_touch_nothing(
    owner: User, stranger: User, moves_in: MovesIn
) -> None:
    moves_in(exports.as_json(exports.librechat()), user=stranger)
    theirs = Conversation.objects.get(user=stranger)
    before = list(Message.objects.filter(user=stranger).values())
    foreign = exports.librechat(conversationId=theirs.conversation_id, _id=theirs.pk)
    foreign["user"] = stranger.pk
    foreign["messages"] = [
        exports.librechat_message(message["message_id"], text="Mine") for message in before
    ]
    moves_in(exports.as_json(foreign))
    assert list(Message.objects.filter(user=stranger).values()) == before
    mine = Conversation.objects.get(user=owner)
    assert mine.conversation_id != theirs.conversation_id


def test_an_import_that_died_goes_on_where_it_stood(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_in = move_in_start(move_in=added(owner, many(120)))

    class Killed(BaseException):
        pass

    def die(_move_in: MoveIn) -> None:
        raise Killed

    with pytest.raises(Killed):
        move_in_run(move_in=move_in, told=die)
    move_in.refresh_from_db()
    assert (move_in.state, move_in.cursor) == (MoveInState.RUNNING, 50)
    assert move_ins_continue() == 0  # it may still be alive
    MoveIn.objects.update(updated_at="2026-01-01T00:00:00Z")
    assert move_ins_continue() == 1
    move_in.refresh_from_db()
    assert move_in.state == MoveInState.DONE
    assert move_in.counts["conversation"]["created"] == 120
    assert Conversation.objects.count() == 120


def test_a_batch_is_written_whole_or_not_at_all(owner: User) -> None:
    move_in = move_in_start(move_in=added(owner, many(10)))
    with override_settings(FAILPOINTS="move_in.write:raise"):
        failed = move_in_run(move_in=move_in)
    assert (failed.state, failed.cursor, failed.counts) == (MoveInState.FAILED, 0, {})
    assert "log" in failed.failure
    assert not Conversation.objects.exists()


def test_a_process_that_lost_its_import_writes_nothing_more(owner: User) -> None:
    move_in = move_in_start(move_in=added(owner, many(120)))

    def take_over(running: MoveIn) -> None:
        MoveIn.objects.filter(pk=running.pk).update(updated_at="2030-01-01T00:00:00Z")

    left = move_in_run(move_in=move_in, told=take_over)
    assert left.state == MoveInState.RUNNING
    assert Conversation.objects.count() == 50


def test_asked_to_stop_it_waits_for_the_next_process(owner: User) -> None:
    move_in = move_in_start(move_in=added(owner, many(120)))
    answers = iter([False, True])
    assert move_in_run(move_in=move_in, should_stop=lambda: next(answers)).state == "waiting"
    assert move_ins_continue() == 1
    assert Conversation.objects.count() == 120


def test_a_running_import_is_not_run_twice(owner: User) -> None:
    move_in = move_in_start(move_in=added(owner, many(1)))
    move_in_run(move_in=move_in)
    with pytest.raises(ConflictError):
        move_in_run(move_in=move_in)


def test_the_upload_is_gone_when_the_import_is_over(owner: User) -> None:
    move_in = added(owner, many(1))
    assert default_storage.exists(move_in.file_key)
    move_in_run(move_in=move_in_start(move_in=move_in))
    assert not default_storage.exists(move_in.file_key)


def test_a_no_leaves_nothing(owner: User) -> None:
    move_in = added(owner, many(1))
    move_in_discard(move_in=move_in)
    assert not MoveIn.objects.exists()
    assert not default_storage.exists(move_in.file_key)


def test_nobody_answered_for_a_day_means_no(owner: User) -> None:
    added(owner, many(1))
    MoveIn.objects.update(created_at="2026-01-01T00:00:00Z")
    move_ins_continue()
    assert not MoveIn.objects.exists()


def test_a_file_over_the_limit_is_refused(owner: User) -> None:
    with (
        override_settings(CONVERSATION_IMPORT_MAX_FILE_SIZE_BYTES=10),
        pytest.raises(ImportTooLargeError),
    ):
        added(owner, many(1))
    assert not MoveIn.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"[]", b"[1, 2]", b"{}", b'[{"a": 1}]', many(2)[:-40], b"PK\x03\x04", b"[{]"],
)
def test_what_is_no_export_is_refused_and_changes_nothing(owner: User, content: bytes) -> None:
    with pytest.raises(ImportRefusedError, match="Nothing was imported"):
        added(owner, content)
    assert not MoveIn.objects.exists()
    assert not Conversation.objects.exists()


def test_every_tree_holds(owner: User, moves_in: MovesIn) -> None:
    moves_in(many(2))
    for conversation in Conversation.objects.all():
        rows = conversation.messages.in_order().values_list("message_id", "parent_message_id")
        assert tree.broken_nodes([tree.Node(*row) for row in rows]) == []


def test_the_upload_of_a_deleted_person_is_gone(owner: User, admin: User) -> None:
    move_in = added(owner, many(1))
    user_delete(user=owner)
    assert Worker().run_waiting() == 1
    assert not MoveIn.objects.exists()
    assert not default_storage.exists(move_in.file_key)


@pytest.mark.django_db(transaction=True)
async def test_a_server_that_shuts_down_waits_for_the_batch_in_hand(owner: User) -> None:
    move_in = await sync_to_async(added)(owner, many(300))
    await sync_to_async(move_in_start)(move_in=move_in)
    work = asyncio.create_task(move_ins_go_on())
    deadline = asyncio.get_running_loop().time() + 60
    while not await Conversation.objects.aexists():
        assert asyncio.get_running_loop().time() < deadline
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await move_in.arefresh_from_db()
    assert move_in.state in {MoveInState.WAITING, MoveInState.DONE}
    assert await Conversation.objects.acount() == move_in.cursor
    await move_ins_go_on()
    assert await Conversation.objects.acount() == 300
    await sync_to_async(connections.close_all)()
