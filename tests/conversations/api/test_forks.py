"""POST /api/convos/fork and /duplicate, GET /api/convos/{id}/stats."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message
from librechat.kernel import clock
from tests.factories.people import sign_in
from tests.factories.threads import (
    answer_make,
    bookmark,
    conversation_make,
    question_make,
    turn_make,
)


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access_token}")
    return client


@pytest.fixture
def client(owner: User) -> APIClient:
    return signed_in(owner)


@pytest.fixture
def chat(owner: User) -> Conversation:
    return bookmark(conversation_make(owner, "Primes"), "Saved")


def post(client: APIClient, path: str, **body: Any) -> Any:
    return client.post(f"/api/convos/{path}", body, format="json")


@pytest.mark.parametrize(
    ("option", "number"),
    [("directPath", 2), ("includeBranches", 3), ("targetLevel", 3), ("", 3), ("default", 3)],
)
def test_a_fork_answers_with_the_conversation_and_its_messages(
    client: APIClient,
    chat: Conversation,
    option: str,
    number: int,
) -> None:
    question, answer = turn_make(chat)
    answer_make(question, "Another.")
    question_make(chat, "Deeper", answer)
    response = post(
        client,
        "fork",
        conversationId=chat.conversation_id,
        messageId=answer.message_id,
        option=option,
        splitAtTarget=False,
        latestMessageId=None,
    )
    assert response.status_code == 200
    body = response.json()
    assert list(body) == ["conversation", "messages"]
    copy = Conversation.objects.exclude(id=chat.id).get()
    assert body["conversation"]["conversationId"] == copy.conversation_id
    assert body["conversation"]["title"] == "Primes"
    assert body["conversation"]["tags"] == ["Saved"]
    assert len(body["messages"]) == len(body["conversation"]["messages"]) == number
    assert {one["conversationId"] for one in body["messages"]} == {copy.conversation_id}
    assert body["messages"][1]["parentMessageId"] == body["messages"][0]["messageId"]


def test_a_split_starts_at_the_message(client: APIClient, chat: Conversation) -> None:
    _, answer = turn_make(chat)
    later, end = turn_make(chat, answer)
    body = post(
        client,
        "fork",
        conversationId=chat.conversation_id,
        messageId=later.message_id,
        option="directPath",
        splitAtTarget=True,
        latestMessageId=end.message_id,
    ).json()
    assert [one["text"] for one in body["messages"]] == [later.text, ""]


@pytest.mark.parametrize(
    "wrong",
    [{"option": "sideways"}, {"messageId": ""}, {"messageId": 5}, {"splitAtTarget": "maybe"}],
)
def test_a_request_that_makes_no_sense_forks_nothing(
    client: APIClient,
    chat: Conversation,
    wrong: dict[str, Any],
) -> None:
    question, _ = turn_make(chat)
    body = {"conversationId": chat.conversation_id, "messageId": question.message_id} | wrong
    response = post(client, "fork", **body)
    assert response.status_code == 400
    assert "error" in response.json()
    assert Conversation.objects.count() == 1


def test_nobody_forks_what_is_not_theirs(chat: Conversation, stranger: User) -> None:
    question, _ = turn_make(chat)
    named = {"conversationId": chat.conversation_id, "messageId": question.message_id}
    theirs = signed_in(stranger)
    for path in ("fork", "duplicate"):
        assert post(theirs, path, **named).status_code == 404
    assert Conversation.objects.count() == 1


def test_a_duplicate_is_created(client: APIClient, chat: Conversation) -> None:
    turn_make(chat)
    response = post(client, "duplicate", conversationId=chat.conversation_id)
    assert response.status_code == 201
    assert response.json()["conversation"]["title"] == "Primes"
    assert len(response.json()["messages"]) == 2
    renamed = post(client, "duplicate", conversationId=chat.conversation_id, title="Copy")
    assert renamed.json()["conversation"]["title"] == "Copy"
    assert Message.objects.count() == 6


def test_copies_are_limited(client: APIClient, chat: Conversation) -> None:
    for _ in range(7):
        assert post(client, "duplicate", conversationId=chat.conversation_id).status_code == 201
    refused = post(client, "fork", conversationId=chat.conversation_id, messageId="x")
    assert refused.status_code == 429
    assert refused.json()["message"].startswith("Too many conversations forked")
    assert Conversation.objects.count() == 8


def test_a_conversation_adds_up(
    client: APIClient,
    chat: Conversation,
    django_assert_max_num_queries: Any,
) -> None:
    empty = client.get(f"/api/convos/{chat.conversation_id}/stats").json()
    assert (empty["messages"], empty["models"], empty["firstAt"]) == (0, [], None)
    question = question_make(chat)
    for model, credits_taken, extra in (("gpt-4o", 30, {}), ("claude", 12, {"copied": True})):
        usage = {"input": 10, "output": 5, "cost": credits_taken}
        metadata = {"usage": usage, "credits": credits_taken, **extra}
        last = answer_make(question, model=model, metadata=metadata)
    last = answer_make(question, model="gpt-4o", metadata={"usage": {"input": 1, "output": 2}})
    with django_assert_max_num_queries(6):  # four of them say who asks
        counted = client.get(f"/api/convos/{chat.conversation_id}/stats").json()
    assert counted == {
        "messages": 4,
        "userMessages": 1,
        "answers": 3,
        "branches": 3,
        "inputTokens": 11,
        "outputTokens": 7,
        "cost": 30,
        "models": ["gpt-4o", "claude"],
        "firstAt": clock.iso(question.created_at),
        "lastAt": clock.iso(last.created_at),
    }
