"""Earlier words of a message."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import User
from agents.llm import tokens
from conversations.models import Message, MessageVersion
from conversations.queries.message_versions import message_versions
from conversations.services import message_versions as service
from conversations.services.message_versions import message_version_restore
from conversations.services.messages import message_edit, message_edit_part
from librechat.kernel.errors import ConflictError, NotFoundError
from tests.factories.threads import (
    answer_make,
    conversation_make,
    generation_make,
    question_make,
    turn_make,
)

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def said(message: Message) -> list[tuple[int, str]]:
    return [(one.revision, one.text) for one in message.versions.all()]


def test_an_edit_keeps_the_words_before_it(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    question = question_make(conversation_make(owner), "One")
    clock_at(MOMENT)
    message_edit(message=question, text="Two")
    message_edit(message=question, text="Three")
    assert said(question) == [(1, "Two"), (0, "One")]
    assert {one.replaced_at for one in question.versions.all()} == {MOMENT}


def test_an_edit_of_a_part_keeps_all_parts(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    parts = [{"type": "think", "think": "Hm."}, {"type": "text", "text": "97"}]
    answer = answer_make(question, content=parts)
    message_edit_part(message=answer, index=1, text="Ninety-seven")
    assert [one.content for one in answer.versions.all()] == [parts]


def test_an_edit_that_changes_nothing_keeps_nothing(owner: User) -> None:
    question = question_make(conversation_make(owner), "One")
    message_edit(message=question, text="One")
    assert said(question) == []


def test_a_refused_edit_keeps_nothing(owner: User) -> None:
    question, answer = turn_make(conversation_make(owner))
    with pytest.raises(ConflictError):
        message_edit(message=question, text="x", revision=7)
    generation_make(answer)
    with pytest.raises(ConflictError):
        message_edit(message=answer, text="x")
    assert not MessageVersion.objects.exists()


def test_earlier_words_come_back_and_the_later_ones_are_kept(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    parts = [{"type": "think", "think": "Hm."}, {"type": "text", "text": "97"}]
    answer = answer_make(question, content=parts)
    message_edit(message=answer, text="Ninety-seven, of course.")
    restored = message_version_restore(message=answer, revision=0)
    stored = Message.objects.get(id=answer.id)
    assert (stored.content, stored.revision, restored.revision) == (parts, 2, 2)
    assert stored.token_count == tokens.count("97", answer.model)
    assert [one.revision for one in answer.versions.all()] == [1, 0]
    asked = question_make(conversation_make(owner), "One")
    message_edit(message=asked, text="Two")
    assert message_version_restore(message=asked, revision=0).text == "One"


def test_a_version_that_is_not_there_changes_nothing(owner: User) -> None:
    question, answer = turn_make(conversation_make(owner))
    message_edit(message=question, text="Two")
    with pytest.raises(NotFoundError):
        message_version_restore(message=answer, revision=0)
    with pytest.raises(NotFoundError):
        message_version_restore(message=question, revision=1)
    assert Message.objects.get(id=question.id).text == "Two"


def test_only_so_many_are_kept(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "KEPT_VERSIONS", 3)
    question = question_make(conversation_make(owner), "0")
    for number in range(1, 6):
        message_edit(message=question, text=str(number))
    assert said(question) == [(4, "4"), (3, "3"), (2, "2")]


def test_versions_are_listed_by_the_page(owner: User) -> None:
    question = question_make(conversation_make(owner), "0")
    for number in range(1, 6):
        message_edit(message=question, text=str(number))
    first = message_versions(question, limit=2)
    second = message_versions(question, cursor=first.next_cursor or "", limit=2)
    third = message_versions(question, cursor=second.next_cursor or "", limit=2)
    pages = [first, second, third]
    assert [[one.text for one in page.versions] for page in pages] == [
        ["4", "3"],
        ["2", "1"],
        ["0"],
    ]
    assert third.next_cursor is None
    for unreadable in ("nonsense", "eyJyZXZpc2lvbiI6ICLCsiJ9"):
        assert len(message_versions(question, cursor=unreadable).versions) == 5
