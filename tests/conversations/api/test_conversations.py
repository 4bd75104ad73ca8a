"""The conversation routes of api.md section 4."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make, turn_make

ROW = ["conversationId", "user", "_id", "title", "endpoint", "model", "createdAt", "updatedAt"]


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


def test_the_list_has_rows_and_a_cursor(client: APIClient, chat: Conversation) -> None:
    answer = client.get("/api/convos").json()
    assert list(answer) == ["conversations", "nextCursor"]
    assert answer["nextCursor"] is None
    [row] = answer["conversations"]
    assert list(row) == [*ROW, "chatProjectId", "isShared"]
    assert (row["conversationId"], row["chatProjectId"]) == (chat.conversation_id, None)


def test_pages_follow_the_cursor_to_the_end(client: APIClient, owner: User) -> None:
    for number in range(5):
        conversation_make(owner, f"Chat {number}")
    titles: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get("/api/convos", {"limit": "2", "cursor": cursor}).json()
        titles += [row["title"] for row in page["conversations"]]
        cursor = page["nextCursor"]
    assert titles == ["Chat 4", "Chat 3", "Chat 2", "Chat 1", "Chat 0"]


def test_the_list_costs_the_same_queries_however_long(
    client: APIClient,
    owner: User,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(30):
        conversation_make(owner, f"Chat {number}")
    with django_assert_max_num_queries(2):  # who asks, and the page
        assert len(client.get("/api/convos").json()["conversations"]) == 25


def test_a_bad_project_is_refused(client: APIClient) -> None:
    answer = client.get("/api/convos", {"projectId": "nope"})
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid project ID"})


def test_a_conversation_is_read_whole(client: APIClient, chat: Conversation) -> None:
    question, reply = turn_make(chat)
    Conversation.objects.filter(pk=chat.pk).update(parameters={"temperature": 0.5, "title": "no"})
    answer = client.get(f"/api/convos/{chat.conversation_id}").json()
    assert answer["messages"] == [question.id, reply.id]
    assert (answer["temperature"], answer["title"]) == (0.5, "A chat")
    assert (answer["isArchived"], answer["tags"], answer["expiredAt"]) == (False, [], None)


@pytest.mark.parametrize("whose", ["nobody's", "a stranger's"])
def test_an_unknown_conversation_is_a_404_without_a_body(
    client: APIClient,
    stranger: User,
    whose: str,
) -> None:
    name = "x" if whose == "nobody's" else conversation_make(stranger).conversation_id
    answer = client.get(f"/api/convos/{name}")
    assert (answer.status_code, answer.content) == (404, b"")


def test_renaming_answers_201_and_the_conversation(client: APIClient, chat: Conversation) -> None:
    body = {"arg": {"conversationId": chat.conversation_id, "title": "  Primes  "}}
    answer = client.post("/api/convos/update", body)
    assert (answer.status_code, answer.json()["title"]) == (201, "Primes")
    chat.refresh_from_db()
    assert chat.title == "Primes"


@pytest.mark.parametrize(
    "argument",
    [
        {},
        {"title": "x"},
        {"conversationId": "C"},
        {"conversationId": "C", "title": ""},
        {"conversationId": "C", "title": 5},
        {"conversationId": "C", "title": "x" * 1025},
        {"conversationId": ["C"], "title": "x"},
        {"conversationId": "a\x07b", "title": "x"},
    ],
)
def test_a_senseless_rename_changes_nothing(
    client: APIClient,
    chat: Conversation,
    argument: dict[str, Any],
) -> None:
    if argument.get("conversationId") == "C":
        argument = argument | {"conversationId": chat.conversation_id}
    answer = client.post("/api/convos/update", {"arg": argument})
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    chat.refresh_from_db()
    assert chat.title == "A chat"


def test_archiving_keeps_the_place_in_time(client: APIClient, chat: Conversation) -> None:
    body = {"arg": {"conversationId": chat.conversation_id, "isArchived": True}}
    answer = client.post("/api/convos/archive", body)
    assert (answer.status_code, answer.json()["isArchived"]) == (200, True)
    assert "archivedAt" in answer.json()
    assert client.get("/api/convos").json()["conversations"] == []
    archived = client.get("/api/convos", {"isArchived": "true"}).json()["conversations"]
    assert [row["conversationId"] for row in archived] == [chat.conversation_id]
    before = chat.updated_at
    chat.refresh_from_db()
    assert chat.updated_at == before


def test_everything_can_be_archived_at_once(client: APIClient, owner: User) -> None:
    conversation_make(owner)
    conversation_make(owner)
    assert client.post("/api/convos/archive/all").json() == {"archivedCount": 2}


def test_pinning_answers_the_conversation(client: APIClient, chat: Conversation) -> None:
    body = {"arg": {"conversationId": chat.conversation_id, "pinned": True}}
    assert client.post("/api/convos/pin", body).json()["pinned"] is True
    pinned = client.get("/api/convos", {"pinned": "true"}).json()["conversations"]
    assert [row["conversationId"] for row in pinned] == [chat.conversation_id]


def test_deleting_answers_201_and_what_is_gone(client: APIClient, chat: Conversation) -> None:
    turn_make(chat)
    body = {"arg": {"conversationId": chat.conversation_id, "source": "button"}}
    answer = client.delete("/api/convos", body)
    assert answer.status_code == 201
    assert answer.json() == {
        "acknowledged": True,
        "deletedCount": 1,
        "messages": {"acknowledged": True, "deletedCount": 2},
        "conversationIds": [chat.conversation_id],
    }
    assert client.get(f"/api/convos/{chat.conversation_id}").status_code == 404
    assert client.get(f"/api/messages/{chat.conversation_id}").status_code == 404


def test_deleting_nothing_in_particular_is_refused(client: APIClient, chat: Conversation) -> None:
    answer = client.delete("/api/convos", {"arg": {}})
    assert (answer.status_code, answer.json()) == (400, {"error": "no parameters provided"})
    assert client.delete("/api/convos", {"arg": {"source": "button"}}).status_code == 200
    assert Conversation.objects.visible_to(chat.user).count() == 1


def test_everything_of_one_person_is_deleted(
    client: APIClient,
    chat: Conversation,
    stranger: User,
) -> None:
    conversation_make(stranger)
    answer = client.delete("/api/convos/all")
    assert (answer.status_code, answer.json()["deletedCount"]) == (201, 1)
    assert Conversation.objects.visible_to(stranger).count() == 1


def test_a_stranger_can_do_nothing(chat: Conversation, stranger: User) -> None:
    client = signed_in(stranger)
    argument = {
        "conversationId": chat.conversation_id,
        "title": "Mine",
        "isArchived": True,
        "pinned": True,
    }
    for name in ("update", "archive", "pin"):
        answer = client.post(f"/api/convos/{name}", {"arg": argument})
        assert (answer.status_code, list(answer.json())) == (404, ["error"])
    assert client.delete("/api/convos", {"arg": argument}).status_code == 404
    chat.refresh_from_db()
    assert (chat.title, chat.is_archived, chat.is_pinned, chat.deleted_at) == (
        "A chat",
        False,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/convos"),
        ("get", "/api/convos/x"),
        ("post", "/api/convos/update"),
        ("delete", "/api/convos"),
        ("delete", "/api/convos/all"),
        ("get", "/api/messages/x"),
        ("get", "/api/tags"),
        ("post", "/api/agents/chat/openAI"),
    ],
)
@pytest.mark.django_db
def test_without_a_token_everything_is_401(method: str, path: str) -> None:
    answer = getattr(APIClient(), method)(path)
    assert (answer.status_code, list(answer.json())) == (401, ["message"])


def test_messages_of_deleted_conversations_stay_out_of_reach(
    client: APIClient,
    chat: Conversation,
) -> None:
    turn_make(chat)
    client.delete("/api/convos/all")
    assert Message.objects.visible_to(chat.user).count() == 0
