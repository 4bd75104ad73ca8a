"""Added messages, branches, artifacts, earlier words, and sorted pages over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.services.messages import message_edit
from librechat.kernel.ids import NO_PARENT
from tests.factories.people import sign_in
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make

ARTIFACT = ":::artifact{}\none\n:::"


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access_token}")
    return client


@pytest.fixture
def client(owner: User) -> APIClient:
    return signed_in(owner)


@pytest.fixture
def chat(owner: User) -> Conversation:
    return conversation_make(owner)


def post(client: APIClient, path: str, **body: Any) -> Any:
    return client.post(f"/api/messages/{path}", body, format="json")


def test_a_message_is_added(client: APIClient, chat: Conversation) -> None:
    response = post(
        client,
        chat.conversation_id,
        messageId="mine",
        parentMessageId=NO_PARENT,
        isCreatedByUser=False,
        sender="Claude",
        content=[{"type": "think", "think": "Hm", "text": "dropped"}],
        endpoint="anthropic",
        model="claude",
        iconURL="https://example.org/a.png",
    )
    assert response.status_code == 201
    body = response.json()
    assert (body["messageId"], body["conversationId"]) == ("mine", chat.conversation_id)
    assert body["content"] == [{"type": "think", "think": "Hm"}]
    assert (body["sender"], body["iconURL"]) == ("Claude", "https://example.org/a.png")
    assert Conversation.objects.get().endpoint == "anthropic"
    assert post(client, chat.conversation_id, messageId="mine").status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"content": [{"type": "tool_call", "tool_call": {}}]},
        {"content": [{"type": "text"}]},
        {"content": "text"},
        {"text": 5},
        {"isCreatedByUser": "maybe"},
        {"messageId": "x" * 65},
    ],
)
def test_a_message_that_is_none_is_not_added(
    client: APIClient,
    chat: Conversation,
    body: dict[str, Any],
) -> None:
    assert post(client, chat.conversation_id, **body).status_code == 400
    assert not Message.objects.exists()


def test_one_agents_part_becomes_an_answer(client: APIClient, chat: Conversation) -> None:
    voices = [
        {"type": "text", "text": "One", "agentId": "agent_a"},
        {"type": "text", "text": "Two", "agentId": "agent_b"},
    ]
    answer = answer_make(question_make(chat), content=voices)
    response = post(client, "branch", messageId=answer.message_id, agentId="agent_b")
    assert response.status_code == 201
    assert response.json()["content"] == [{"type": "text", "text": "Two"}]
    assert response.json()["parentMessageId"] == answer.parent_message_id
    for wrong in ({"agentId": "agent_c"}, {"agentId": ""}, {}):
        assert post(client, "branch", messageId=answer.message_id, **wrong).status_code == 400
    assert Message.objects.count() == 3


def test_an_artifact_is_edited(client: APIClient, chat: Conversation) -> None:
    answer = answer_make(question_make(chat), ARTIFACT)
    path = f"artifact/{answer.message_id}"
    response = post(client, path, messageId="ignored", index=0, original="one", updated="two")
    assert response.status_code == 200
    assert response.json() == {
        "conversationId": chat.conversation_id,
        "content": [{"type": "text", "text": ARTIFACT.replace("one", "two")}],
        "text": "",
    }
    for wrong in ({"index": 1}, {"original": "one"}, {"index": -1}, {"updated": None}):
        body = {"index": 0, "original": "two", "updated": "x"} | wrong
        assert post(client, path, **body).status_code == 400
    assert Message.objects.get(id=answer.id).revision == 1


def test_earlier_words_are_listed_and_come_back(client: APIClient, chat: Conversation) -> None:
    question, _ = turn_make(chat)
    for text in ("Two", "Three"):
        message_edit(message=question, text=text)
    path = f"/api/messages/{chat.conversation_id}/{question.message_id}/versions"
    first = client.get(path, {"limit": 1}).json()
    assert [one["text"] for one in first["versions"]] == ["Two"]
    assert list(first["versions"][0]) == ["revision", "text", "content", "replacedAt"]
    second = client.get(path, {"limit": 1, "cursor": first["nextCursor"]}).json()
    assert [one["revision"] for one in second["versions"]] == [0]
    assert second["nextCursor"] is None
    restored = client.post(path, {"revision": 1}, format="json")
    assert (restored.status_code, restored.json()["text"]) == (200, "Two")
    assert client.post(path, {"revision": 9}, format="json").status_code == 404
    assert client.post(path, {"revision": -1}, format="json").status_code == 400
    assert Message.objects.get(id=question.id).revision == 3


def test_strangers_find_nothing(chat: Conversation, stranger: User) -> None:
    answer = answer_make(question_make(chat), ARTIFACT)
    theirs = signed_in(stranger)
    answers = [
        post(theirs, chat.conversation_id, text="Mine"),
        post(theirs, "branch", messageId=answer.message_id, agentId="a"),
        post(theirs, f"artifact/{answer.message_id}", index=0, original="one", updated="x"),
        theirs.get(f"/api/messages/{chat.conversation_id}/{answer.message_id}/versions"),
    ]
    assert {one.status_code for one in answers} == {404}
    assert (Message.objects.count(), Message.objects.get(id=answer.id).revision) == (2, 0)


@pytest.mark.parametrize(
    ("sort_by", "order"),
    [
        ("createdAt", ["0", "1", "2", "3"]),
        ("updatedAt", ["3", "2", "1", "0"]),
        ("endpoint", ["1", "3", "0", "2"]),
        ("nonsense", ["0", "1", "2", "3"]),
    ],
)
def test_pages_follow_the_asked_order(
    client: APIClient,
    chat: Conversation,
    sort_by: str,
    order: list[str],
) -> None:
    for number in range(4):
        endpoint = "openAI" if number % 2 == 0 else "anthropic"
        question_make(chat, str(number), endpoint=endpoint)
    for message in Message.objects.all():
        message.updated_at = message.created_at - timedelta(hours=int(message.text))
        message.save()
    for direction, expected in (("asc", order), ("desc", order[::-1])):
        query: dict[str, Any] = {
            "conversationId": chat.conversation_id,
            "sortBy": sort_by,
            "sortDirection": direction,
            "pageSize": 3,
        }
        first = client.get("/api/messages", query).json()
        rest = client.get("/api/messages", query | {"cursor": first["nextCursor"]}).json()
        assert [one["text"] for one in first["messages"] + rest["messages"]] == expected
        assert rest["nextCursor"] is None
