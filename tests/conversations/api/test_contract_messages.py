"""What LibreChat's clients rely on in ``/api/messages`` and ``/api/search``, key by key."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.search.indexing import conversation_index, messages_index
from librechat.kernel import clock
from librechat.kernel.ids import NO_PARENT
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make

ANSWER = [
    "messageId",
    "conversationId",
    "parentMessageId",
    "isCreatedByUser",
    "sender",
    "text",
    "content",
    "model",
    "endpoint",
    "tokenCount",
    "unfinished",
    "error",
    "isTemporary",
    "expiredAt",
    "attachments",
    "createdAt",
    "updatedAt",
]
QUESTION = [name for name in ANSWER if name not in ("content", "attachments")]


@pytest.fixture
def chat(owner: User) -> Conversation:
    return conversation_make(owner)


@pytest.fixture
def turn(chat: Conversation) -> tuple[Message, Message]:
    return turn_make(chat)


def path_of(message: Message, rest: str = "") -> str:
    return f"/api/messages/{message.conversation.conversation_id}/{message.message_id}{rest}"


def test_a_question_and_an_answer_have_these_keys(
    client: APIClient,
    chat: Conversation,
    turn: tuple[Message, Message],
) -> None:
    question, answer = client.get(f"/api/messages/{chat.conversation_id}").json()
    assert (list(question), list(answer)) == (QUESTION, ANSWER)
    assert question["parentMessageId"] == NO_PARENT
    assert answer["parentMessageId"] == question["messageId"]
    assert (answer["createdAt"], answer["text"]) == (clock.iso(turn[1].created_at), "")


def test_what_is_set_is_shown_and_nothing_else(client: APIClient, chat: Conversation) -> None:
    file = {"file_id": "f", "filename": "a.txt"}
    question = question_make(chat, files=[file], quotes=["Said before."])
    answer_make(
        question,
        feedback={"rating": "thumbsUp", "tag": "accurate_reliable"},
        icon_url="/a.png",
        finish_reason="stop",
        metadata={"usage": {"input": 1}, "credits": 9},
    )
    asked, answered = client.get(f"/api/messages/{chat.conversation_id}").json()
    assert set(asked) == {*QUESTION, "files", "quotes"}
    assert (asked["files"], asked["quotes"]) == ([file], ["Said before."])
    assert set(answered) == {*ANSWER, "feedback", "iconURL", "finish_reason"}
    assert answered["feedback"] == {"rating": "thumbsUp", "tag": "accurate_reliable"}


def test_the_messages_of_a_temporary_chat_carry_its_end(client: APIClient, owner: User) -> None:
    end = clock.now() + timedelta(days=36_500)
    chat = conversation_make(owner, is_temporary=True, expired_at=end)
    turn_make(chat)
    shown = client.get(f"/api/messages/{chat.conversation_id}").json()
    assert [one["isTemporary"] for one in shown] == [True, True]
    assert {one["expiredAt"] for one in shown} == {clock.iso(end)}


def test_edits_answer_with_the_whole_message(
    client: APIClient,
    turn: tuple[Message, Message],
) -> None:
    edited = client.put(path_of(turn[0]), {"text": "Why?", "model": "gpt-4o"}, format="json")
    assert (edited.status_code, list(edited.json())) == (200, QUESTION)
    part = client.put(path_of(turn[1]), {"text": "97", "index": 0, "model": None}, format="json")
    assert (part.status_code, list(part.json())) == (200, ANSWER)


def test_a_part_that_is_no_text_is_not_edited(client: APIClient, chat: Conversation) -> None:
    call = {"type": "tool_call", "tool_call": {"id": "t", "name": "search", "args": "{}"}}
    thought = {"type": "think", "think": "Hm."}
    answer = answer_make(question_make(chat), content=[call, thought])
    refused = client.put(path_of(answer), {"text": "x", "index": 0}, format="json")
    assert (refused.status_code, list(refused.json())) == (400, ["error"])
    changed = client.put(path_of(answer), {"text": "Oh.", "index": 1}, format="json")
    assert changed.json()["content"] == [call, {"type": "think", "think": "Oh."}]


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("get", "", None),
        ("put", "", {"text": "x"}),
        ("put", "", {"text": "x", "index": 0}),
        ("put", "/feedback", {"feedback": {"rating": "thumbsUp"}}),
        ("put", "/feedback", {}),
    ],
)
def test_a_message_of_another_chat_is_not_found(
    client: APIClient,
    owner: User,
    turn: tuple[Message, Message],
    method: str,
    rest: str,
    body: Any,
) -> None:
    other = conversation_make(owner).conversation_id
    for path in (f"/api/messages/{other}/{turn[1].message_id}", path_of(turn[0])[:-4] + "none"):
        answer = getattr(client, method)(path + rest, body, format="json")
        assert (answer.status_code, list(answer.json())) == (404, ["error"])
    assert not Message.objects.exclude(revision=0, feedback=None).exists()


@pytest.mark.parametrize("body", [{}, {"feedback": None}])
def test_a_rating_is_cleared_both_ways(
    client: APIClient,
    chat: Conversation,
    body: dict[str, None],
) -> None:
    answer = answer_make(
        question_make(chat),
        feedback={"rating": "thumbsUp", "tag": "accurate_reliable"},
    )
    cleared = client.put(path_of(answer, "/feedback"), body, format="json")
    assert cleared.json() == {
        "messageId": answer.message_id,
        "conversationId": chat.conversation_id,
    }


def test_a_hit_has_the_keys_of_a_message_and_its_title(client: APIClient, owner: User) -> None:
    chat = conversation_make(owner, "Harbour")
    question = question_make(chat, "Where is the lighthouse?")
    answer = answer_make(question, "At the coast.", icon_url="/a.png")
    conversation_index(chat)
    messages_index([question, answer])
    [hit] = client.get("/api/messages", {"search": "coast"}).json()["messages"]
    assert set(hit) == {*ANSWER, "iconURL", "title"}
    assert (hit["iconURL"], hit["title"]) == ("/a.png", "Harbour")
    [hit] = client.get("/api/messages", {"search": "lighthouse"}).json()["messages"]
    assert set(hit) == {*QUESTION, "title"}
    whole = client.get("/api/messages", {"search": "coast", "cursor": "x", "pageSize": "1"}).json()
    assert list(whole) == ["messages", "nextCursor"]


def test_a_page_without_a_chat_is_empty(client: APIClient, turn: tuple[Message, Message]) -> None:
    assert client.get("/api/messages").json() == {"messages": [], "nextCursor": None}
    unknown = client.get("/api/messages", {"conversationId": "nothing"})
    assert (unknown.status_code, list(unknown.json())) == (404, ["error"])


@pytest.mark.parametrize("path", ["/api/search/enable", "/api/messages", "/api/messages/a/b"])
@pytest.mark.django_db
def test_without_a_token_nothing_is_said(path: str) -> None:
    answer = APIClient().get(path)
    assert (answer.status_code, list(answer.json())) == (401, ["message"])
