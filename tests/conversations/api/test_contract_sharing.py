"""What LibreChat's clients rely on in share links, key by key."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, SharedLink
from librechat.kernel import clock
from librechat.kernel.ids import NO_PARENT
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make

SHARED = [
    "shareId",
    "title",
    "conversationId",
    "createdAt",
    "updatedAt",
    "messages",
]
SEEN = [
    "messageId",
    "parentMessageId",
    "isCreatedByUser",
    "sender",
    "text",
    "endpoint",
    "model",
    "unfinished",
    "error",
    "createdAt",
    "updatedAt",
    "conversationId",
]


@pytest.fixture
def chat(owner: User) -> Conversation:
    conversation = conversation_make(owner, "Primes")
    turn_make(conversation)
    return conversation


def share(client: APIClient, chat: Conversation, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/share/{chat.conversation_id}", body, format="json")
    assert answer.status_code == 200
    return dict(answer.json())


def test_a_shared_chat_has_these_keys_and_no_id_of_its_own(
    client: APIClient,
    visitor: APIClient,
    chat: Conversation,
) -> None:
    made = share(client, chat)
    shown = visitor.get(f"/api/share/{made['shareId']}").json()
    assert list(shown) == SHARED
    question, answer = shown["messages"]
    # PostgreSQL keeps stored JSON in an order of its own.
    assert (set(question), set(answer)) == ({*SEEN}, {*SEEN, "content"})
    assert question["parentMessageId"] == NO_PARENT
    assert answer["parentMessageId"] == question["messageId"]
    assert {question["conversationId"], answer["conversationId"]} == {shown["conversationId"]}
    told = str(shown)
    hidden = [chat.conversation_id, chat.pk, chat.user_id, made["_id"]]
    assert not [name for name in hidden if name in told]


def test_the_link_of_a_chat_is_told_whenever_it_is_opened(
    client: APIClient,
    visitor: APIClient,
    chat: Conversation,
) -> None:
    path = f"/api/share/link/{chat.conversation_id}"
    target = chat.messages.in_order()[0].message_id
    made = share(client, chat, targetMessageId=target, snapshotFiles=True)
    assert list(made) == ["_id", "shareId", "conversationId", "targetMessageId"]
    assert client.get(path).json() == {"success": True, "snapshotFiles": True, **made}
    nothing = {"success": False, "shareId": None, "conversationId": chat.conversation_id}
    assert visitor.get(path).json() == nothing
    unknown = client.get("/api/share/link/new")
    assert (unknown.status_code, unknown.json()["shareId"]) == (200, None)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"targetMessageId": "nothing"}, 404),
        ({"targetMessageId": 5}, 400),
        ({"snapshotFiles": "maybe"}, 400),
    ],
)
def test_a_link_that_makes_no_sense_is_not_made(
    client: APIClient,
    chat: Conversation,
    body: dict[str, Any],
    status: int,
) -> None:
    answer = client.post(f"/api/share/{chat.conversation_id}", body, format="json")
    assert (answer.status_code, list(answer.json())) == (status, ["message"])
    assert not SharedLink.objects.exists()


def test_unknown_and_ended_links_are_a_404_with_a_message(
    client: APIClient,
    visitor: APIClient,
    chat: Conversation,
) -> None:
    share_id = share(client, chat)["shareId"]
    SharedLink.objects.update(expired_at=clock.now() - timedelta(seconds=1))
    answers = [
        visitor.get(f"/api/share/{share_id}"),
        visitor.get("/api/share/nothing"),
        visitor.get(f"/api/share/{share_id}/config"),
        visitor.post(f"/api/share/{share_id}/fork", {}, format="json"),
        client.patch("/api/share/nothing", {}, format="json"),
        client.delete("/api/share/nothing"),
        client.post("/api/share/nothing", {}, format="json"),
    ]
    assert [(one.status_code, list(one.json())) for one in answers] == [(404, ["message"])] * 7


@pytest.mark.parametrize("size", ["0", "-5", "many", "99999999999999999999"])
def test_a_senseless_page_size_is_brought_to_one(
    client: APIClient,
    chat: Conversation,
    size: str,
) -> None:
    made = share(client, chat)
    page = client.get("/api/share", {"pageSize": size, "cursor": "nonsense", "sortBy": "x"}).json()
    assert list(page) == ["links", "nextCursor", "hasNextPage"]
    [row] = page["links"]
    assert list(row) == ["shareId", "title", "createdAt", "conversationId"]
    assert (row["shareId"], row["conversationId"]) == (made["shareId"], chat.conversation_id)


def test_only_my_links_are_listed(
    client: APIClient,
    visitor: APIClient,
    chat: Conversation,
) -> None:
    share(client, chat)
    empty: dict[str, object] = {"links": [], "nextCursor": None, "hasNextPage": False}
    assert visitor.get("/api/share", {"pageSize": "25"}).json() == empty


def test_one_branch_of_what_is_shared_is_continued(
    client: APIClient,
    visitor: APIClient,
    owner: User,
) -> None:
    chat = conversation_make(owner)
    question = question_make(chat)
    answer_make(question, "One.")
    answer_make(question, "Two.")
    path = f"/api/share/{share(client, chat)['shareId']}/fork"
    copied = visitor.post(path, {"targetMessageIndex": 2, "shareRevision": None}, format="json")
    assert (copied.status_code, list(copied.json())) == (201, ["conversation", "messages"])
    texts = [one.get("content") for one in copied.json()["messages"]]
    assert texts == [None, [{"type": "text", "text": "Two."}]]
    for body in ({"targetMessageIndex": 3}, {"targetMessageIndex": -1}, {"shareRevision": 5}):
        refused = visitor.post(path, body, format="json")
        assert (refused.status_code, list(refused.json())) == (400, ["message"])
    assert Conversation.objects.exclude(user=owner).count() == 1


def test_links_ask_for_a_token(client: APIClient, chat: Conversation) -> None:
    share_id = share(client, chat)["shareId"]
    visitor = APIClient()
    answers = [
        visitor.get("/api/share"),
        visitor.get(f"/api/share/link/{chat.conversation_id}"),
        visitor.post(f"/api/share/{chat.conversation_id}", {}, format="json"),
        visitor.patch(f"/api/share/{share_id}", {}, format="json"),
        visitor.delete(f"/api/share/{share_id}"),
        visitor.post(f"/api/share/{share_id}/fork", {}, format="json"),
    ]
    assert [(one.status_code, list(one.json())) for one in answers] == [(401, ["message"])] * 6
    assert SharedLink.objects.count() == 1
