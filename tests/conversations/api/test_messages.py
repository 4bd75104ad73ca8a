"""The message routes of api.md section 4."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make, turn_make


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


@pytest.fixture
def turn(chat: Conversation) -> tuple[Message, Message]:
    return turn_make(chat)


def path_of(message: Message, rest: str = "") -> str:
    return f"/api/messages/{message.conversation.conversation_id}/{message.message_id}{rest}"


def test_the_list_is_bare_and_in_order(
    client: APIClient,
    chat: Conversation,
    turn: tuple[Message, Message],
) -> None:
    answer = client.get(f"/api/messages/{chat.conversation_id}").json()
    assert [one["messageId"] for one in answer] == [one.message_id for one in turn]
    question, reply = answer
    assert list(question) == [
        "messageId",
        "conversationId",
        "parentMessageId",
        "isCreatedByUser",
        "sender",
        "text",
        "model",
        "endpoint",
        "tokenCount",
        "unfinished",
        "error",
        "isTemporary",
        "expiredAt",
        "createdAt",
        "updatedAt",
    ]
    assert (question["model"], question["isCreatedByUser"]) == (None, True)
    assert (reply["text"], reply["content"]) == ("", [{"type": "text", "text": "Ninety-seven."}])
    assert reply["attachments"] == []


def test_a_conversation_that_is_not_there_yet_has_no_messages(client: APIClient) -> None:
    assert client.get("/api/messages/new").json() == []


def test_one_message_comes_in_a_list(client: APIClient, turn: tuple[Message, Message]) -> None:
    [found] = client.get(path_of(turn[0])).json()
    assert found["text"] == "Name one prime above 90."


def test_a_page_of_messages_goes_on_at_its_cursor(
    client: APIClient,
    chat: Conversation,
    turn: tuple[Message, Message],
) -> None:
    query = {"conversationId": chat.conversation_id, "pageSize": "1", "sortDirection": "asc"}
    first = client.get("/api/messages", query).json()
    rest = client.get("/api/messages", query | {"cursor": first["nextCursor"]}).json()
    found = [*first["messages"], *rest["messages"]]
    assert [one["messageId"] for one in found] == [one.message_id for one in turn]
    assert rest["nextCursor"] is None
    one = client.get("/api/messages", query | {"messageId": turn[1].message_id}).json()
    assert [row["messageId"] for row in one["messages"]] == [turn[1].message_id]


def test_a_text_is_edited(client: APIClient, turn: tuple[Message, Message]) -> None:
    answer = client.put(path_of(turn[0]), {"text": "And one above 100?", "model": "gpt-4o"})
    assert (answer.status_code, answer.json()["text"]) == (200, "And one above 100?")
    turn[0].refresh_from_db()
    assert (turn[0].text, turn[0].revision) == ("And one above 100?", 1)


def test_a_part_of_an_answer_is_edited(client: APIClient, turn: tuple[Message, Message]) -> None:
    answer = client.put(path_of(turn[1]), {"text": "97", "index": 0})
    assert answer.json()["content"] == [{"type": "text", "text": "97"}]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": 5},
        {"text": ["x"]},
        {"text": "x", "index": 9},
        {"text": "x", "index": -1},
        {"text": "x", "index": "first"},
        {"text": "x" * 1_000_001},
    ],
)
def test_a_senseless_edit_changes_nothing(
    client: APIClient,
    turn: tuple[Message, Message],
    body: dict[str, Any],
) -> None:
    answer = client.put(path_of(turn[1]), body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    turn[1].refresh_from_db()
    assert turn[1].revision == 0


@pytest.mark.parametrize("raw", ['{"text": "a\\u0000b"}', '{"text": "\\ud800"}', "{", "NaN"])
def test_text_that_is_no_text_is_refused(
    client: APIClient,
    turn: tuple[Message, Message],
    raw: str,
) -> None:
    answer = client.generic("PUT", path_of(turn[0]), raw, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_a_rating_is_kept_and_taken_back(
    client: APIClient,
    turn: tuple[Message, Message],
) -> None:
    path = path_of(turn[1], "/feedback")
    tag = {"key": "inaccurate", "label": "Inaccurate", "direction": "thumbsDown"}
    answer = client.put(path, {"feedback": {"rating": "thumbsDown", "tag": tag, "text": "No."}})
    assert answer.json() == {
        "messageId": turn[1].message_id,
        "conversationId": turn[1].conversation.conversation_id,
        "feedback": {"rating": "thumbsDown", "tag": "inaccurate", "text": "No."},
    }
    assert "feedback" not in client.put(path, {}).json()
    turn[1].refresh_from_db()
    assert turn[1].feedback is None


@pytest.mark.parametrize(
    "feedback",
    [
        "thumbsUp",
        {},
        {"rating": "sideways"},
        {"rating": "thumbsUp", "tag": "inaccurate"},
        {"rating": "thumbsUp", "text": "x" * 1025},
        {"rating": "thumbsUp", "tag": 5},
    ],
)
def test_a_senseless_rating_is_refused(
    client: APIClient,
    turn: tuple[Message, Message],
    feedback: object,
) -> None:
    answer = client.put(path_of(turn[1], "/feedback"), {"feedback": feedback})
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    turn[1].refresh_from_db()
    assert turn[1].feedback is None


def test_a_message_is_deleted(client: APIClient, turn: tuple[Message, Message]) -> None:
    answer = client.delete(path_of(turn[1]))
    assert (answer.status_code, answer.content) == (204, b"")
    assert not Message.objects.filter(pk=turn[1].pk).exists()


def test_a_stranger_finds_no_message(turn: tuple[Message, Message], stranger: User) -> None:
    client = signed_in(stranger)
    refused = [
        client.get(f"/api/messages/{turn[0].conversation.conversation_id}"),
        client.get(path_of(turn[0])),
        client.put(path_of(turn[0]), {"text": "Mine"}),
        client.put(path_of(turn[1], "/feedback"), {"feedback": {"rating": "thumbsUp"}}),
        client.delete(path_of(turn[0])),
    ]
    assert [(one.status_code, list(one.json())) for one in refused] == [(404, ["error"])] * 5
    turn[0].refresh_from_db()
    assert turn[0].text == "Name one prime above 90."
