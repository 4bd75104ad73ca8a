"""Many rows stored at once are what they would be stored one by one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from conversations.models import Conversation, Message, SearchDocument
from librechat.kernel.inserting import rows_insert, values_insert
from tests.factories.threads import conversation_make

MOMENT = datetime(2026, 11, 20, 9, 30, 15, 250_000, tzinfo=UTC)


def message(conversation: Conversation, **fields: Any) -> Message:
    return Message(conversation=conversation, user=conversation.user, **fields)


def columns(row: Message) -> dict[str, Any]:
    found = Message.objects.filter(pk=row.pk).values().get()
    return {name: value for name, value in found.items() if name not in {"id", "message_id"}}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "Ünï \U0001f600 ' \" %s", "is_created_by_user": True, "token_count": 7},
        {"content": [{"type": "text", "text": "ü"}], "feedback": {"rating": "up"}},
        {"feedback": None, "metadata": {"usage": {"input": 1.5}}, "quotes": ["a"], "error": True},
        {"files": {}, "attachments": [[]], "sender": "", "revision": 3},
    ],
)
def test_a_row_is_stored_as_django_stores_it(owner: User, fields: dict[str, Any]) -> None:
    chat = conversation_make(owner)
    fields = {"created_at": MOMENT, "updated_at": MOMENT, **fields}
    first, second = message(chat, **fields), message(chat, **fields)
    first.save()
    rows_insert([second])
    assert columns(second) == columns(first)
    assert Message.objects.filter(files=[]).count() in {0, 2}  # the text in the column is the same
    second.sender = "Changed"
    second.save()  # it knows that it is stored
    assert Message.objects.count() == 2


def test_a_conversation_with_moments_that_are_none_is_stored(owner: User) -> None:
    chat = Conversation(user=owner, title="Harbour", archived_at=MOMENT)
    rows_insert([chat])
    stored = Conversation.objects.get()
    assert (stored.archived_at, stored.expired_at, stored.project) == (MOMENT, None, None)


def test_no_rows_are_no_statement(owner: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        rows_insert([])


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_there_already_is_refused_and_none_is_stored(owner: User) -> None:
    chat = conversation_make(owner)
    known = message(chat)
    known.save()
    with pytest.raises(IntegrityError):
        _together([message(chat), message(chat, message_id=known.message_id)])
    assert Message.objects.count() == 1


def _together(rows: list[Message]) -> None:
    with transaction.atomic():
        rows_insert(rows)


def test_a_value_takes_the_place_of_an_earlier_one(owner: User) -> None:
    chat = conversation_make(owner)
    row = message(chat)
    row.save()
    names = ("user_id", "conversation_id", "message_id", "body")
    for body in ("first", "second"):
        values = [(owner.pk, chat.pk, row.pk, body)]
        values_insert(SearchDocument, names, values, unique="message_id", update=["body"])
    assert SearchDocument.objects.get(message=row).body == "second"
