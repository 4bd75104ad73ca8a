"""Which tree a start makes, and what it refuses."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from accounts.models import ConfigOverride, User
from conversations.errors import (
    GenerationRunningError,
    InvalidClientRequestIdError,
    NotAcceptingError,
    ParentNotReadyError,
    RequestReusedError,
    TooManyGenerationsError,
)
from conversations.generation import dispatch
from conversations.generation.start import (
    EditedContent,
    Started,
    continuation_of,
    generation_start,
)
from conversations.models import Conversation, Generation, Message, State
from librechat.kernel import clock, yaml_config
from librechat.kernel.errors import AppError, InvalidInputError, NotFoundError
from librechat.kernel.ids import NO_PARENT, derived_uuid
from tests.conversations.generation.turns import request
from tests.factories.threads import answer_make, conversation_make, turn_make

REQUEST_ID = "5e1b6a77-3c0f-4b5e-8a10-6a4c2b9d7f13"


def start(user: User, text: str = "Name a prime.", **fields: Any) -> Generation:
    return generation_start(user, body=request(text, **fields)).generation


def message(message_id: str) -> Message:
    return Message.objects.get(message_id=message_id)


def assert_nothing_happened(refused: type[AppError], user: User, **fields: Any) -> AppError:
    before = Conversation.objects.count(), Message.objects.count(), Generation.objects.count()
    with pytest.raises(refused) as caught:
        start(user, **fields)
    after = Conversation.objects.count(), Message.objects.count(), Generation.objects.count()
    assert after == before
    return caught.value


# --- The tree ------------------------------------------------------------------------------


def test_a_first_message_makes_a_conversation_a_turn_and_a_queued_generation(owner: User) -> None:
    generation = start(owner, "Hello", parameters={"temperature": 0.5}, spec="fast")
    conversation = generation.conversation
    question, answer = conversation.messages.in_order()
    assert (question.text, question.sender, question.is_created_by_user) == ("Hello", "User", True)
    assert question.parent_message_id == NO_PARENT
    assert answer.parent_message_id == question.message_id
    assert (answer.content, answer.unfinished, answer.is_created_by_user) == ([], True, False)
    assert (generation.user_message_id, generation.response_message_id) == (
        question.message_id,
        answer.message_id,
    )
    assert (generation.state, generation.fence) == (State.QUEUED, 0)
    assert generation.created_at.microsecond % 1000 == 0
    stored = Conversation.objects.get(id=conversation.id)
    assert (stored.endpoint, stored.model, stored.spec) == ("Scripted", "test-model", "fast")
    assert stored.parameters == {"temperature": 0.5}
    assert stored.leaf_message_id == answer.message_id
    assert (stored.is_temporary, stored.expired_at, stored.title) == (False, None, "New Chat")


def test_a_next_turn_hangs_below_the_last_answer(owner: User) -> None:
    conversation = conversation_make(owner)
    _, last = turn_make(conversation)
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        parent_message_id=last.message_id,
    )
    assert message(generation.user_message_id).parent_message_id == last.message_id
    assert conversation.messages.count() == 4


def test_an_edited_message_becomes_a_sibling_of_the_old_one(owner: User) -> None:
    conversation = conversation_make(owner)
    question, _ = turn_make(conversation)
    generation = start(owner, "Better", conversation_id=conversation.conversation_id)
    again = message(generation.user_message_id)
    assert again.parent_message_id == question.parent_message_id == NO_PARENT
    assert again.message_id != question.message_id
    assert conversation.messages.count() == 4


@pytest.mark.parametrize("flags", [{"is_regenerate": True}, {"is_continued": True}])
def test_a_regenerate_adds_only_an_answer(owner: User, flags: dict[str, bool]) -> None:
    conversation = conversation_make(owner)
    question, old = turn_make(conversation)
    generation = start(
        owner,
        "ignored",
        conversation_id=conversation.conversation_id,
        override_parent_message_id=question.message_id,
        response_message_id=f"{old.message_id}_",
        **flags,
    )
    assert generation.user_message_id == question.message_id
    assert generation.response_message_id not in (old.message_id, f"{old.message_id}_")
    assert message(generation.response_message_id).parent_message_id == question.message_id
    assert message(old.message_id).content == old.content
    assert message(question.message_id).text == question.text
    assert conversation.messages.count() == 3


def test_a_regenerate_without_the_underscore_overwrites_the_answer(owner: User) -> None:
    conversation = conversation_make(owner)
    question, old = turn_make(conversation)
    old.feedback = {"rating": "thumbsUp"}
    old.save()
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        is_regenerate=True,
        override_parent_message_id=question.message_id,
        response_message_id=old.message_id,
    )
    assert generation.response_message_id == old.message_id
    emptied = message(old.message_id)
    assert (emptied.content, emptied.feedback, emptied.unfinished) == ([], None, True)
    assert emptied.revision == old.revision + 1
    assert conversation.messages.count() == 2


def test_a_regenerate_finds_the_question_by_the_answer_alone(owner: User) -> None:
    conversation = conversation_make(owner)
    question, old = turn_make(conversation)
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        is_regenerate=True,
        response_message_id=f"{old.message_id}_",
    )
    assert generation.user_message_id == question.message_id


def test_an_edited_answer_goes_on_from_the_edit_in_a_sibling(owner: User) -> None:
    conversation = conversation_make(owner)
    question, _ = turn_make(conversation)
    old = answer_make(
        question,
        content=[
            {"type": "think", "think": "Hm."},
            {"type": "text", "text": "Old start"},
            {"type": "text", "text": "dropped"},
        ],
    )
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        is_regenerate=True,
        override_parent_message_id=question.message_id,
        response_message_id=old.message_id,
        edited_content=EditedContent(1, "text", "EDITED start"),
    )
    assert generation.response_message_id != old.message_id
    kept = [{"type": "think", "think": "Hm."}, {"type": "text", "text": "EDITED start"}]
    assert message(generation.response_message_id).content == kept
    assert generation.request["prefix"] == kept
    assert message(old.message_id).content == old.content


def test_a_plain_text_answer_can_be_edited_too(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    old = Message.objects.create(
        conversation=question.conversation,
        user=owner,
        parent_message_id=question.message_id,
        text="Imported",
    )
    assert continuation_of(old) == EditedContent(0, "text", "Imported")
    generation = start(
        owner,
        conversation_id=question.conversation.conversation_id,
        is_regenerate=True,
        response_message_id=old.message_id,
        edited_content=EditedContent(0, "text", "Changed"),
    )
    assert generation.request["prefix"] == [{"type": "text", "text": "Changed"}]


def test_what_was_said_before_an_interruption_is_what_a_continuation_keeps(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    half = answer_make(question, "One, two")
    assert continuation_of(half) == EditedContent(0, "text", "One, two")
    empty = answer_make(question, content=[{"type": "error", "error": "cut"}])
    assert continuation_of(empty) is None
    thinking = answer_make(question, content=[{"type": "think", "think": "Hm"}])
    assert continuation_of(thinking) is None
    blank = answer_make(question, content=[{"type": "text", "text": " "}])
    assert continuation_of(blank) is None


def test_a_reply_is_never_older_than_what_it_answers(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    conversation = conversation_make(owner)
    _, last = turn_make(conversation)
    clock_at(last.created_at - timedelta(hours=1))
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        parent_message_id=last.message_id,
    )
    ids = list(conversation.messages.in_order().values_list("message_id", flat=True))
    assert ids[-2:] == [generation.user_message_id, generation.response_message_id]


def test_a_temporary_chat_expires_and_its_time_starts_anew_with_each_turn(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    clock_at(moment)
    generation = start(owner, is_temporary=True)
    conversation = Conversation.objects.get(id=generation.conversation_id)
    assert conversation.is_temporary
    assert conversation.expired_at == moment + timedelta(hours=720)
    assert generation.request["wants_title"] is False
    Generation.objects.update(state=State.DONE)
    clock_at(moment + timedelta(days=1))
    with yaml_config.override({"interface": {"temporaryChatRetention": 2}}):
        start(
            owner,
            conversation_id=conversation.conversation_id,
            parent_message_id=generation.response_message_id,
        )
    conversation.refresh_from_db()
    assert conversation.expired_at == moment + timedelta(days=1, hours=2)


def test_retention_can_be_for_every_chat(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    clock_at(moment)
    with yaml_config.override({"interface": {"retentionMode": "all", "generalChatRetention": 5}}):
        generation = start(owner)
    stored = Conversation.objects.get(id=generation.conversation_id)
    assert (stored.is_temporary, stored.expired_at) == (False, moment + timedelta(hours=5))


def test_retention_follows_the_settings_of_the_person(
    owner: User,
    stranger: User,
    clock_at: Callable[[datetime], None],
) -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    clock_at(moment)
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"interface": {"retentionMode": "all", "generalChatRetention": 5}},
    )
    mine, theirs = start(owner), start(stranger)
    assert mine.conversation.expired_at == moment + timedelta(hours=5)
    assert theirs.conversation.expired_at is None


# --- Once and only once --------------------------------------------------------------------


def test_the_same_request_id_finds_the_same_generation(owner: User) -> None:
    first = generation_start(owner, body=request(client_request_id=REQUEST_ID))
    again = generation_start(owner, body=request(client_request_id=REQUEST_ID))
    assert (first.status, again.status) == ("started", "resumed")
    assert again.generation.id == first.generation.id
    assert first.generation.conversation.conversation_id == derived_uuid(owner.id, REQUEST_ID)
    assert Message.objects.count() == 2


def test_two_people_may_use_the_same_request_id(owner: User, stranger: User) -> None:
    mine = start(owner, client_request_id=REQUEST_ID)
    theirs = start(stranger, client_request_id=REQUEST_ID)
    assert mine.conversation.conversation_id != theirs.conversation.conversation_id


def test_the_same_request_id_with_another_body_is_refused(owner: User) -> None:
    start(owner, client_request_id=REQUEST_ID)
    refused = assert_nothing_happened(
        RequestReusedError,
        owner,
        text="Something else",
        client_request_id=REQUEST_ID,
    )
    assert refused.status == 409


@pytest.mark.parametrize("request_id", ["", REQUEST_ID])
def test_parallel_starts_with_one_request_id_make_one_turn(
    transactional_db: None,
    owner: User,
    request_id: str,
) -> None:
    results, threads = list[Started | AppError](), 8
    barrier = threading.Barrier(threads)

    def go() -> None:
        barrier.wait()
        try:
            results.append(generation_start(owner, body=request(client_request_id=request_id)))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=go) for _ in range(threads)]
    # SQLite has one writer: while it is us, all look for the request id before any stores it.
    with transaction.atomic():
        for worker in workers:
            worker.start()
        time.sleep(0.5)
    for worker in workers:
        worker.join()
    statuses = [one.status for one in results if isinstance(one, Started)]
    if request_id:
        assert sorted(statuses) == ["resumed"] * 7 + ["started"]
        assert (Message.objects.count(), Generation.objects.count()) == (2, 1)
    else:
        assert statuses == ["started"] * 8


@pytest.mark.parametrize("request_id", ["x" * 65, "no spaces", "semi;colon", "tschüss"])
def test_a_strange_request_id_is_refused(owner: User, request_id: str) -> None:
    refused = assert_nothing_happened(
        InvalidClientRequestIdError,
        owner,
        client_request_id=request_id,
    )
    assert refused.data["body"]["code"] == "INVALID_CLIENT_REQUEST_ID"  # type: ignore[index]


# --- One at a time -------------------------------------------------------------------------


def test_a_message_is_answered_once_at_a_time(owner: User) -> None:
    generation = start(owner)
    refused = assert_nothing_happened(
        GenerationRunningError,
        owner,
        conversation_id=generation.conversation.conversation_id,
        is_regenerate=True,
        override_parent_message_id=generation.user_message_id,
    )
    assert refused.status == 409
    Generation.objects.update(state=State.DONE)
    start(
        owner,
        conversation_id=generation.conversation.conversation_id,
        is_regenerate=True,
        override_parent_message_id=generation.user_message_id,
    )
    assert Message.objects.count() == 3


def test_nobody_replies_to_an_answer_that_is_being_written(owner: User) -> None:
    generation = start(owner)
    assert_nothing_happened(
        ParentNotReadyError,
        owner,
        conversation_id=generation.conversation.conversation_id,
        parent_message_id=generation.response_message_id,
    )


def test_a_parent_that_is_not_stored_yet_is_not_ready(owner: User) -> None:
    conversation = conversation_make(owner)
    refused = assert_nothing_happened(
        ParentNotReadyError,
        owner,
        conversation_id=conversation.conversation_id,
        parent_message_id="0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5_",
    )
    assert refused.data["body"] == {
        "code": "PARENT_NOT_READY",
        "error": refused.message,
        "generationProtocolVersion": 1,
    }


def test_another_branch_may_be_answered_meanwhile(owner: User) -> None:
    generation = start(owner)
    start(owner, "Beside", conversation_id=generation.conversation.conversation_id)
    assert Generation.objects.active().count() == 2


def test_a_person_has_only_so_many_answers_at_once(
    owner: User, stranger: User, settings: Any
) -> None:
    settings.LIMIT_CONCURRENT_MESSAGES, settings.CONCURRENT_MESSAGE_MAX = True, 2
    start(owner)
    start(owner)
    refused = assert_nothing_happened(TooManyGenerationsError, owner)
    assert refused.status == 429
    assert refused.data["body"] == {
        "type": "concurrent",
        "limit": 2,
        "pendingRequests": 3,
        "score": 1,
        "generationProtocolVersion": 1,
    }
    start(stranger)
    Generation.objects.filter(user=owner).update(state=State.DONE)
    start(owner)


def test_a_process_that_shuts_down_takes_no_more(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch._process, "is_draining", True)
    refused = assert_nothing_happened(NotAcceptingError, owner)
    assert (refused.status, refused.data["retry_after_seconds"]) == (503, 2)


# --- What is not there, and what does not fit ----------------------------------------------


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
