"""When a chat goes away by itself, and what a person may say about it."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import ConfigOverride, User
from conversations.errors import RetentionError, TemporaryUnlistedError
from conversations.models import Conversation, SearchDocument
from conversations.queries.tags import tags_counted
from conversations.search.indexing import conversation_index, messages_index
from conversations.services.expiry import (
    conversation_expiry_remove,
    conversation_expiry_set,
    expiries_lift,
    expiry_renew,
    latest_expiry,
    may_be_kept,
)
from conversations.services.purging import conversations_purge
from conversations.services.tags import conversation_tags_set
from librechat.kernel import yaml_config
from librechat.kernel.errors import InvalidInputError
from tests.factories.threads import conversation_make, turn_make

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FOR_ALL = {"interface": {"retentionMode": "all", "generalChatRetention": 48}}


@pytest.fixture(autouse=True)
def _at_the_moment(clock_at: Callable[[datetime], None]) -> None:
    clock_at(MOMENT)


def temporary(owner: User) -> Conversation:
    return conversation_make(
        owner,
        is_temporary=True,
        expired_at=MOMENT + timedelta(days=30),
    )


def after_turn(conversation: Conversation) -> datetime | None:
    """Return when the chat goes away once another turn began."""
    expiry_renew(conversation)
    return conversation.expired_at


def test_an_ordinary_chat_may_be_given_an_end_that_the_next_turn_leaves(owner: User) -> None:
    conversation = conversation_make(owner)
    end = MOMENT + timedelta(days=7)
    conversation_expiry_set(conversation=conversation, expired_at=end)
    conversation.refresh_from_db()
    assert conversation.expired_at == end
    assert after_turn(conversation) == end
    conversation_expiry_remove(conversation=conversation)
    after = Conversation.objects.get(pk=conversation.pk)
    assert after.expired_at is None
    assert not after.expiry_is_chosen


def test_a_date_that_was_chosen_is_not_renewed_where_the_operator_sets_an_end(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    conversation, end = conversation_make(owner), MOMENT + timedelta(hours=3)
    with yaml_config.override(FOR_ALL):
        assert after_turn(conversation) == MOMENT + timedelta(hours=48)
        conversation_expiry_set(conversation=conversation, expired_at=end)
        clock_at(MOMENT + timedelta(hours=1))
        assert after_turn(conversation) == end
    assert (conversation.expiry_is_chosen, after_turn(conversation)) == (True, end)


def test_a_date_that_was_chosen_for_a_temporary_chat_is_not_renewed(owner: User) -> None:
    conversation, end = temporary(owner), MOMENT + timedelta(hours=3)
    conversation_expiry_set(conversation=conversation, expired_at=end)
    assert after_turn(conversation) == end


def test_an_operator_who_keeps_chats_for_less_long_overrules_a_date(owner: User) -> None:
    conversation = conversation_make(owner)
    conversation_expiry_set(conversation=conversation, expired_at=MOMENT + timedelta(days=90))
    with yaml_config.override(FOR_ALL):
        assert after_turn(conversation) == MOMENT + timedelta(hours=48)
    assert not conversation.expiry_is_chosen


def test_without_a_rule_the_next_turn_takes_a_date_away_that_nobody_chose(owner: User) -> None:
    conversation = conversation_make(owner, expired_at=MOMENT + timedelta(hours=1))
    assert after_turn(conversation) is None


def test_dates_of_a_rule_that_holds_no_longer_are_taken_away_and_chosen_ones_kept(
    owner: User,
    stranger: User,
) -> None:
    end = MOMENT + timedelta(hours=1)
    ruled = conversation_make(owner, expired_at=end)
    over = conversation_make(stranger, expired_at=MOMENT)
    chosen = conversation_make(owner, expired_at=end, expiry_is_chosen=True)
    passing = conversation_make(owner, expired_at=end, is_temporary=True)
    with yaml_config.override(FOR_ALL):
        assert expiries_lift() == 0
    assert expiries_lift() == 2
    ends = dict(Conversation.objects.values_list("pk", "expired_at"))
    assert ends == {ruled.pk: None, over.pk: None, chosen.pk: end, passing.pk: end}


def test_a_rule_that_holds_for_some_still_ends_their_chats(owner: User, stranger: User) -> None:
    ConfigOverride.objects.create(principal_type="user", principal_id=owner.pk, overrides=FOR_ALL)
    mine = conversation_make(owner, expired_at=MOMENT)
    conversation_make(stranger, expired_at=MOMENT)
    assert expiries_lift() == 1
    assert [one.pk for one in Conversation.objects.exclude(expired_at=None)] == [mine.pk]


def test_a_temporary_chat_may_go_earlier_and_not_later(owner: User) -> None:
    conversation = temporary(owner)
    assert latest_expiry(conversation) == MOMENT + timedelta(days=30)
    with pytest.raises(RetentionError):
        conversation_expiry_set(
            conversation=conversation,
            expired_at=MOMENT + timedelta(days=30, seconds=1),
        )
    conversation_expiry_set(conversation=conversation, expired_at=MOMENT + timedelta(days=1))
    conversation.refresh_from_db()
    assert conversation.expired_at == MOMENT + timedelta(days=1)


def test_a_temporary_chat_that_is_kept_is_listed_and_found(owner: User) -> None:
    conversation = temporary(owner)
    question, answer = turn_make(conversation)
    conversation_index(conversation)
    messages_index([question, answer])
    assert SearchDocument.objects.count() == 0
    conversation_expiry_remove(conversation=conversation)
    conversation.refresh_from_db()
    assert (conversation.is_temporary, conversation.expired_at) == (False, None)
    assert list(Conversation.objects.visible_to(owner).listed()) == [conversation]
    assert SearchDocument.objects.filter(conversation=conversation).count() == 3


def test_where_the_operator_ends_every_chat_none_is_kept(owner: User) -> None:
    conversation = conversation_make(owner)
    with yaml_config.override(FOR_ALL):
        assert not may_be_kept(conversation)
        assert after_turn(conversation) == MOMENT + timedelta(hours=48)
        with pytest.raises(RetentionError):
            conversation_expiry_remove(conversation=conversation)
        with pytest.raises(RetentionError):
            conversation_expiry_set(
                conversation=conversation,
                expired_at=MOMENT + timedelta(hours=49),
            )
        conversation_expiry_set(
            conversation=conversation,
            expired_at=MOMENT + timedelta(hours=24),
        )
    conversation.refresh_from_db()
    assert conversation.expired_at == MOMENT + timedelta(hours=24)


def test_an_end_in_the_past_is_refused(owner: User) -> None:
    conversation = conversation_make(owner)
    with pytest.raises(InvalidInputError):
        conversation_expiry_set(conversation=conversation, expired_at=MOMENT)
    conversation.refresh_from_db()
    assert conversation.expired_at is None


def test_a_temporary_chat_takes_no_bookmarks(owner: User) -> None:
    conversation = temporary(owner)
    with pytest.raises(TemporaryUnlistedError):
        conversation_tags_set(conversation=conversation, names=["Saved"])
    assert conversation.tags.count() == 0
    assert list(tags_counted(owner)) == []


def test_the_purge_says_how_many_went_and_why(
    owner: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="conversations.services.purging")
    assert conversations_purge() == 0
    assert caplog.records == []
    conversation_make(owner, expired_at=MOMENT)
    conversation_make(owner, expired_at=MOMENT)
    conversation_make(owner, deleted_at=MOMENT - timedelta(days=400))
    assert conversations_purge() == 3
    [record] = caplog.records
    assert (record.__dict__["expired"], record.__dict__["from_bin"]) == (2, 1)
