"""What a start refuses, and what it costs."""

from typing import Any

import pytest

from accounts.models import User
from conversations.generation import dispatch
from conversations.generation.start import (
    EditedContent,
)
from conversations.models import Generation, State
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError
from tests.conversations.generation.starts import (
    REQUEST_ID,
    assert_nothing_happened,
    message,
    start,
)
from tests.factories.threads import conversation_make, turn_make


def test_a_foreign_conversation_does_not_exist(owner: User, stranger: User) -> None:
    conversation = conversation_make(owner)
    assert_nothing_happened(
        NotFoundError,
        stranger,
        conversation_id=conversation.conversation_id,
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"parent_message_id": "elsewhere"},
        {"is_regenerate": True, "override_parent_message_id": "elsewhere"},
        {"is_regenerate": True, "response_message_id": "elsewhere_"},
        {"edited_content": EditedContent(0, "text", "x"), "override_parent_message_id": "question"},
        {
            "is_regenerate": True,
            "override_parent_message_id": "question",
            "response_message_id": "elsewhere",
        },
        {
            "is_regenerate": True,
            "override_parent_message_id": "question",
            "response_message_id": "other-answer",
        },
        {
            "is_regenerate": True,
            "override_parent_message_id": "question",
            "response_message_id": "question",
        },
        {"is_regenerate": True, "override_parent_message_id": "answer"},
    ],
)
def test_messages_named_must_be_there_and_fit(owner: User, fields: dict[str, Any]) -> None:
    conversation, elsewhere = conversation_make(owner), conversation_make(owner)
    question, answer = turn_make(conversation)
    _, other = turn_make(conversation)
    stray, _ = turn_make(elsewhere)
    names = {
        "question": question.message_id,
        "answer": answer.message_id,
        "other-answer": other.message_id,
        "elsewhere": stray.message_id,
        "elsewhere_": f"{stray.message_id}_",
    }
    named = {
        key: names.get(value, value) if isinstance(value, str) else value
        for key, value in fields.items()
    }
    assert_nothing_happened(
        NotFoundError,
        owner,
        conversation_id=conversation.conversation_id,
        **named,
    )


@pytest.mark.parametrize(
    "edit",
    [EditedContent(-1, "text", ""), EditedContent(1, "text", ""), EditedContent(0, "think", "")],
)
def test_only_a_part_that_is_there_is_edited(owner: User, edit: EditedContent) -> None:
    conversation = conversation_make(owner)
    _, answer = turn_make(conversation)
    assert_nothing_happened(
        InvalidInputError,
        owner,
        conversation_id=conversation.conversation_id,
        is_regenerate=True,
        response_message_id=answer.message_id,
        edited_content=edit,
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "x" * 400_001}, "text has 400,001 characters; at most 400,000 are possible."),
        ({"text": "a\x00b"}, "text has characters that are no text."),
        ({"text": "a\ud800b"}, "text has characters that are no text."),
        ({"model": "m" * 257}, "model has 257 characters; at most 256 are possible."),
        ({"endpoint": ""}, "Choose a model first."),
        (
            {"edited_content": EditedContent(0, "text", "x" * 400_001)},
            "editedContent has 400,001 characters; at most 400,000 are possible.",
        ),
    ],
)
def test_what_cannot_be_stored_is_refused_with_numbers(
    owner: User,
    fields: dict[str, Any],
    said: str,
) -> None:
    assert assert_nothing_happened(InvalidInputError, owner, **fields).message == said


def test_the_longest_text_is_stored_whole(owner: User) -> None:
    generation = start(owner, "x" * 400_000)
    assert len(message(generation.user_message_id).text) == 400_000


def test_a_generation_without_a_loop_waits_in_the_queue(
    transactional_db: None,
    owner: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    dispatch.bind_loop(None)
    generation = start(owner)
    assert "No loop runs generations here." in caplog.messages
    assert Generation.objects.get(id=generation.id).state == State.QUEUED


def test_starting_asks_the_database_little(
    owner: User,
    django_assert_max_num_queries: Any,
) -> None:
    conversation = conversation_make(owner)
    _, last = turn_make(conversation)
    with django_assert_max_num_queries(13):  # one asks whether there are config overrides
        start(
            owner,
            conversation_id=conversation.conversation_id,
            parent_message_id=last.message_id,
            client_request_id=REQUEST_ID,
        )


def test_moments_of_a_start_are_named_by_milliseconds(owner: User) -> None:
    generation = start(owner)
    assert clock.milliseconds(generation.created_at) / 1000 == generation.created_at.timestamp()
