"""What LibreChat's clients rely on in ``/api/convos`` (api.md section 4), key by key."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, SharedLink
from conversations.services.shares import share_create, share_delete
from librechat.kernel import clock
from tests.factories.threads import bookmark, conversation_make, question_make, turn_make

UNKNOWN = {"conversationId": "00000000-0000-4000-8000-000000000000"}
WHOLE = [
    "conversationId",
    "user",
    "_id",
    "title",
    "endpoint",
    "model",
    "isArchived",
    "tags",
    "files",
    "chatProjectId",
    "resendFiles",
    "messages",
    "isTemporary",
    "expiredAt",
    "createdAt",
    "updatedAt",
]


@pytest.fixture
def chat(owner: User) -> Conversation:
    return conversation_make(owner)


def titles(client: APIClient, **query: Any) -> list[str]:
    rows = client.get("/api/convos", query).json()["conversations"]
    return [row["title"] for row in rows]


def act(client: APIClient, name: str, **argument: Any) -> Any:
    return client.post(f"/api/convos/{name}", {"arg": argument}, format="json")


def test_a_whole_conversation_has_these_keys(client: APIClient, chat: Conversation) -> None:
    read = client.get(f"/api/convos/{chat.conversation_id}").json()
    assert list(read) == WHOLE
    assert read["createdAt"] == clock.iso(chat.created_at)


def test_what_is_set_is_in_the_whole_conversation(client: APIClient, owner: User) -> None:
    chat = conversation_make(
        owner,
        endpoint="Fake",
        endpoint_type="custom",
        agent_id="agent_abc",
        spec="fast",
        is_pinned=True,
        is_archived=True,
        archived_at=timezone.now(),
    )
    read = client.get(f"/api/convos/{chat.conversation_id}").json()
    extra = {"endpointType", "agent_id", "spec", "pinned", "archivedAt"}
    assert set(read) == {*WHOLE, *extra}
    assert (read["endpointType"], read["agent_id"], read["pinned"]) == ("custom", "agent_abc", True)
    [row] = client.get("/api/convos", {"isArchived": "true"}).json()["conversations"]
    assert (row["agent_id"], row["isArchived"]) == ("agent_abc", True)


def test_a_row_says_whether_a_link_shares_it(
    client: APIClient,
    chat: Conversation,
    owner: User,
) -> None:
    def is_shared() -> bool:
        [row] = client.get("/api/convos").json()["conversations"]
        return bool(row["isShared"])

    turn_make(chat)
    assert not is_shared()
    link = share_create(conversation=chat)
    assert is_shared()
    SharedLink.objects.update(expired_at=clock.now() - timedelta(seconds=1))
    assert not is_shared()
    SharedLink.objects.update(expired_at=None)
    share_delete(link=link)
    assert not is_shared()


@pytest.mark.parametrize(
    ("sort_by", "expected"),
    [
        ("title", ["C", "B", "A"]),
        ("createdAt", ["A", "C", "B"]),
        ("updatedAt", ["B", "A", "C"]),
        ("archivedAt", ["B", "A", "C"]),
        ("nonsense", ["B", "A", "C"]),
    ],
)
def test_the_list_follows_the_asked_order(
    client: APIClient,
    owner: User,
    sort_by: str,
    expected: list[str],
) -> None:
    moment = clock.now()
    for title, created, updated in (("A", 3, 2), ("B", 1, 3), ("C", 2, 1)):
        row = conversation_make(owner, title)
        Conversation.objects.filter(pk=row.pk).update(
            created_at=moment + timedelta(hours=created),
            updated_at=moment + timedelta(hours=updated),
        )
    assert titles(client, sortBy=sort_by, sortDirection="desc") == expected
    assert titles(client, sortBy=sort_by, sortDirection="asc") == expected[::-1]
    pages: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"sortBy": sort_by, "limit": "1", "cursor": cursor}
        page = client.get("/api/convos", query).json()
        pages += [row["title"] for row in page["conversations"]]
        cursor = page["nextCursor"]
    assert pages == expected


@pytest.mark.parametrize("cursor", ["nonsense", "e30=", "bnVsbA=="])
def test_an_unreadable_cursor_is_the_first_page(
    client: APIClient,
    chat: Conversation,
    cursor: str,
) -> None:
    assert titles(client, cursor=cursor) == ["A chat"]


@pytest.mark.parametrize("limit", ["0", "-1", "x", "99999999999999999999"])
def test_a_senseless_limit_is_brought_to_one(
    client: APIClient,
    chat: Conversation,
    limit: str,
) -> None:
    assert titles(client, limit=limit) == ["A chat"]


def test_the_list_is_filtered(client: APIClient, owner: User) -> None:
    bookmark(conversation_make(owner, "One"), "a")
    bookmark(conversation_make(owner, "Two"), "b")
    conversation_make(owner, "Three", is_pinned=True)
    assert titles(client, tags=["a", "b"]) == ["Two", "One"]
    assert client.get("/api/convos?tags[]=a").json()["conversations"][0]["title"] == "One"
    assert titles(client, pinned="false") == ["Two", "One"]
    assert titles(client, projectId="unassigned") == ["Three", "Two", "One"]
    assert titles(client, projectId="0" * 24) == []


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("archive", {}),
        ("archive", {"isArchived": "maybe"}),
        ("archive", {"isArchived": None}),
        ("pin", {}),
        ("pin", {"pinned": [True]}),
    ],
)
def test_a_senseless_move_changes_nothing(
    client: APIClient,
    chat: Conversation,
    name: str,
    argument: dict[str, Any],
) -> None:
    answer = act(client, name, conversationId=chat.conversation_id, **argument)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    chat.refresh_from_db()
    assert (chat.is_archived, chat.is_pinned) == (False, False)


@pytest.mark.parametrize("body", [{}, {"arg": None}, {"arg": "x"}, {"conversationId": "x"}, []])
@pytest.mark.parametrize("name", ["update", "archive", "pin"])
def test_a_body_without_its_wrapper_is_refused(
    client: APIClient,
    chat: Conversation,
    name: str,
    body: Any,
) -> None:
    answer = client.post(f"/api/convos/{name}", body, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_what_is_archived_and_pinned_comes_back(client: APIClient, chat: Conversation) -> None:
    one = {"conversationId": chat.conversation_id}
    act(client, "archive", **one, isArchived=True)
    back = act(client, "archive", **one, isArchived=False)
    assert (back.status_code, back.json()["isArchived"]) == (200, False)
    assert "archivedAt" not in back.json()
    act(client, "pin", **one, pinned=True)
    loose = act(client, "pin", **one, pinned=False)
    assert (loose.status_code, "pinned" in loose.json()) == (200, False)
    assert list(loose.json()) == WHOLE
    assert client.post("/api/convos/archive/all").json() == {"archivedCount": 1}
    assert client.post("/api/convos/archive/all").json() == {"archivedCount": 0}


def test_what_is_unknown_is_a_404_with_a_sentence(client: APIClient, owner: User) -> None:
    answers = [
        act(client, "update", **UNKNOWN, title="x"),
        act(client, "archive", **UNKNOWN, isArchived=True),
        act(client, "pin", **UNKNOWN, pinned=True),
        client.delete("/api/convos", {"arg": UNKNOWN}, format="json"),
        client.post("/api/convos/duplicate", UNKNOWN, format="json"),
        client.post("/api/convos/fork", UNKNOWN | {"messageId": "x"}, format="json"),
    ]
    assert [(one.status_code, list(one.json())) for one in answers] == [(404, ["error"])] * 6
    assert not Conversation.objects.exists()


def test_a_fork_at_an_unknown_message_copies_nothing(
    client: APIClient,
    chat: Conversation,
    owner: User,
) -> None:
    question_make(chat)
    elsewhere = question_make(conversation_make(owner))
    for message_id in ("nothing", elsewhere.message_id):
        body = {"conversationId": chat.conversation_id, "messageId": message_id}
        answer = client.post("/api/convos/fork", body, format="json")
        assert (answer.status_code, list(answer.json())) == (404, ["error"])
    assert Conversation.objects.count() == 2


def test_deleting_everything_counts_it(client: APIClient, chat: Conversation) -> None:
    turn_make(chat)
    answer = client.delete("/api/convos/all")
    assert answer.json() == {
        "acknowledged": True,
        "deletedCount": 1,
        "messages": {"acknowledged": True, "deletedCount": 2},
        "conversationIds": [chat.conversation_id],
    }
    again = client.delete("/api/convos/all")
    assert (again.status_code, again.json()["deletedCount"]) == (201, 0)
