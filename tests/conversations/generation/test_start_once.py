"""Starts that come twice, at once or too many."""

import threading
import time
from typing import Any

import pytest
from django.db import connections, transaction

from accounts.models import User
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
    Started,
    generation_start,
)
from conversations.models import Generation, Message, State
from librechat.kernel.errors import AppError
from librechat.kernel.ids import derived_uuid
from tests.conversations.generation.starts import (
    REQUEST_ID,
    assert_nothing_happened,
    start,
)
from tests.conversations.generation.turns import request
from tests.factories.threads import conversation_make


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


def test_a_start_that_meets_rows_of_another_is_refused_and_stores_nothing(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = start(owner).conversation.conversation_id
    monkeypatch.setattr("conversations.generation.start.new_uuid", lambda: taken)
    assert_nothing_happened(GenerationRunningError, owner)
