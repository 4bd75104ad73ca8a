"""Bookmarks."""

import pytest

from accounts.models import User
from conversations.models import DeletedItem, Tag
from conversations.queries.tags import tags_counted
from conversations.services.bin import bin_restore
from conversations.services.tags import (
    MAX_TAGS_OF_ONE,
    conversation_tags_set,
    tag_change,
    tag_create,
    tag_delete,
    tag_get,
)
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from tests.factories.threads import bookmark, conversation_make


def names(user: User) -> list[str]:
    return [tag.tag for tag in tags_counted(user)]


def test_a_bookmark_is_made_once_and_goes_to_the_end(owner: User) -> None:
    first = tag_create(user=owner, tag=" Saved ", description="for later")
    tag_create(user=owner, tag="Work")
    assert tag_create(user=owner, tag="Saved").pk == first.pk
    assert [(tag.tag, tag.position) for tag in tags_counted(owner)] == [("Saved", 0), ("Work", 1)]
    assert tag_get(user=owner, name="Saved").description == "for later"


@pytest.mark.parametrize("name", ["", "  ", "x" * 129, "a\x00b", "\ud800"])
def test_a_name_that_cannot_be_stored_makes_nothing(owner: User, name: str) -> None:
    with pytest.raises(InvalidInputError):
        tag_create(user=owner, tag=name)
    assert not Tag.objects.exists()


def test_counts_leave_out_what_the_list_does_not_show(owner: User) -> None:
    bookmark(conversation_make(owner), "Saved")
    bookmark(conversation_make(owner, is_archived=True), "Saved")
    bookmark(conversation_make(owner, deleted_at=clock.now()), "Saved")
    bookmark(conversation_make(owner, is_temporary=True), "Saved")
    bookmark(conversation_make(owner, expired_at=clock.now()), "Saved")
    [tag] = tags_counted(owner)
    assert getattr(tag, "count", None) == 2


def test_a_conversation_gets_exactly_these_bookmarks(owner: User) -> None:
    chat = bookmark(conversation_make(owner), "Old")
    assert conversation_tags_set(conversation=chat, names=["B", " A", "B"]) == ["B", "A"]
    assert sorted(tag.tag for tag in chat.tags.all()) == ["A", "B"]
    assert names(owner) == ["Old", "B", "A"]


def test_too_many_bookmarks_on_one_chat_change_nothing(owner: User) -> None:
    chat = bookmark(conversation_make(owner), "Old")
    with pytest.raises(InvalidInputError):
        conversation_tags_set(
            conversation=chat,
            names=[str(number) for number in range(MAX_TAGS_OF_ONE + 1)],
        )
    assert [tag.tag for tag in chat.tags.all()] == ["Old"]
    assert names(owner) == ["Old"]


def test_a_renamed_bookmark_stays_on_its_chats(owner: User) -> None:
    chat = bookmark(conversation_make(owner), "Saved")
    tag_change(tag=tag_get(user=owner, name="Saved"), name="Kept")
    assert [tag.tag for tag in chat.tags.all()] == ["Kept"]


def test_a_rename_onto_another_bookmark_is_refused(owner: User) -> None:
    tag_create(user=owner, tag="A")
    second = tag_create(user=owner, tag="B")
    with pytest.raises(ConflictError):
        tag_change(tag=second, name="A")
    assert names(owner) == ["A", "B"]


@pytest.mark.parametrize(
    ("place", "expected"),
    [(0, ["C", "A", "B"]), (1, ["A", "C", "B"]), (9, ["A", "B", "C"])],
)
def test_a_moved_bookmark_shifts_the_others(owner: User, place: int, expected: list[str]) -> None:
    for name in "ABC":
        tag_create(user=owner, tag=name)
    tag_change(tag=tag_get(user=owner, name="C"), position=place)
    assert names(owner) == expected
    assert [tag.position for tag in tags_counted(owner)] == [0, 1, 2]


def test_a_deleted_bookmark_comes_back_to_its_place_and_chats(owner: User) -> None:
    for name in "ABC":
        tag_create(user=owner, tag=name)
    chat = bookmark(conversation_make(owner), "B")
    item = tag_delete(tag=tag_get(user=owner, name="B"))
    assert (names(owner), chat.tags.count()) == (["A", "C"], 0)
    assert [tag.position for tag in tags_counted(owner)] == [0, 1]
    bin_restore(user=owner, item_id=item.pk)
    assert names(owner) == ["A", "B", "C"]
    assert [tag.tag for tag in chat.tags.all()] == ["B"]
    assert not DeletedItem.objects.exists()


def test_a_bookmark_made_anew_keeps_the_deleted_one_in_the_bin(owner: User) -> None:
    item = tag_delete(tag=tag_create(user=owner, tag="A"))
    tag_create(user=owner, tag="A")
    with pytest.raises(ConflictError):
        bin_restore(user=owner, item_id=item.pk)
    assert DeletedItem.objects.filter(pk=item.pk).exists()


def test_people_have_their_own_bookmarks(owner: User, stranger: User) -> None:
    tag_create(user=owner, tag="Saved")
    assert names(stranger) == []
    with pytest.raises(NotFoundError):
        tag_get(user=stranger, name="Saved")
    tag_create(user=stranger, tag="Saved")
    assert names(stranger) == ["Saved"]
