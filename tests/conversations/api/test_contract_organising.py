"""What LibreChat's clients rely on in bookmarks, presets and projects, key by key."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Preset, Project, Tag
from librechat.kernel import clock
from tests.factories.threads import bookmark, conversation_make

TAG = ["_id", "user", "tag", "count", "position", "createdAt", "updatedAt"]
PRESET = ["_id", "presetId", "user", "title", "endpoint", "createdAt", "updatedAt"]
PROJECT = [
    "_id",
    "user",
    "name",
    "description",
    "conversationCount",
    "lastConversationAt",
    "lastConversationId",
    "createdAt",
    "updatedAt",
]
NONE = "0" * 24


@pytest.fixture
def chat(owner: User) -> Conversation:
    return conversation_make(owner)


def send(client: APIClient, method: str, path: str, body: Any = None) -> Any:
    return getattr(client, method)(path, body, format="json")


def tags_of(client: APIClient) -> list[tuple[str, int, int]]:
    rows = client.get("/api/tags").json()
    return [(row["tag"], row["position"], row["count"]) for row in rows]


def test_every_answer_about_a_bookmark_has_its_keys(client: APIClient, chat: Conversation) -> None:
    made = send(client, "post", "/api/tags", {"tag": "A"})
    assert (made.status_code, list(made.json())) == (200, TAG)
    changed = send(client, "put", "/api/tags/A", {"description": "first"})
    assert (changed.status_code, list(changed.json())) == (200, [*TAG, "description"])
    assert changed.json()["tag"] == "A"
    assert list(client.get("/api/tags").json()[0]) == [*TAG, "description"]
    gone = send(client, "delete", "/api/tags/A")
    assert (gone.status_code, list(gone.json())) == (200, [*TAG, "description"])
    assert client.get("/api/tags").json() == []


def test_a_bookmark_that_is_there_is_made_once(client: APIClient, chat: Conversation) -> None:
    first = send(client, "post", "/api/tags", {"tag": "A"}).json()
    named = {"tag": "A", "addToConversation": True, "conversationId": chat.conversation_id}
    again = send(client, "post", "/api/tags", named)
    assert (again.status_code, again.json()["_id"], again.json()["count"]) == (200, first["_id"], 1)
    assert Tag.objects.count() == 1
    loose = {"tag": "B", "addToConversation": False, "conversationId": chat.conversation_id}
    assert send(client, "post", "/api/tags", loose).json()["count"] == 0


def test_bookmarks_shift_when_one_moves_or_goes(client: APIClient, owner: User) -> None:
    for name in "ABC":
        send(client, "post", "/api/tags", {"tag": name})
    bookmark(conversation_make(owner), "C")
    send(client, "put", "/api/tags/C", {"tag": "C", "position": 0})
    assert tags_of(client) == [("C", 0, 1), ("A", 1, 0), ("B", 2, 0)]
    send(client, "put", "/api/tags/C", {"position": 99})
    send(client, "delete", "/api/tags/A")
    assert tags_of(client) == [("B", 0, 0), ("C", 1, 1)]


def test_bookmarks_of_a_chat_are_made_counted_and_taken_off(
    client: APIClient,
    chat: Conversation,
) -> None:
    path = f"/api/tags/convo/{chat.conversation_id}"
    answer = send(client, "put", path, {"tags": ["New", "New", "Other"]})
    assert (answer.status_code, answer.json()) == (200, ["New", "Other"])
    assert tags_of(client) == [("New", 0, 1), ("Other", 1, 1)]
    assert send(client, "put", path, {"tags": []}).json() == []
    assert tags_of(client) == [("New", 0, 0), ("Other", 1, 0)]
    for body in ({}, {"tags": None}, {"tags": [""]}, {"tags": [5]}, {"tags": ["x" * 129]}):
        refused = send(client, "put", path, body)
        assert (refused.status_code, list(refused.json())) == (400, ["error"])


def test_a_name_that_is_taken_is_a_conflict(client: APIClient) -> None:
    for name in "AB":
        send(client, "post", "/api/tags", {"tag": name})
    answer = send(client, "put", "/api/tags/A", {"tag": "B"})
    assert (answer.status_code, list(answer.json())) == (409, ["error"])
    assert [name for name, _place, _count in tags_of(client)] == ["A", "B"]


def test_bookmarks_of_others_are_not_there(
    client: APIClient,
    visitor: APIClient,
    chat: Conversation,
) -> None:
    send(client, "post", "/api/tags", {"tag": "A"})
    assert visitor.get("/api/tags").json() == []
    put_on = {"tag": "A", "addToConversation": True, "conversationId": chat.conversation_id}
    answers = [
        send(visitor, "put", "/api/tags/A", {"tag": "B"}),
        send(visitor, "delete", "/api/tags/A"),
        send(visitor, "put", f"/api/tags/convo/{chat.conversation_id}", {"tags": ["A"]}),
        send(visitor, "post", "/api/tags", put_on),
    ]
    assert [(one.status_code, list(one.json())) for one in answers] == [(404, ["error"])] * 4
    assert tags_of(client) == [("A", 0, 0)]


def test_a_preset_has_these_keys_and_its_settings(client: APIClient) -> None:
    assert client.get("/api/presets").json() == []
    made = send(client, "post", "/api/presets", {"title": "Bare", "endpoint": "openAI"})
    assert (made.status_code, set(made.json())) == (201, set(PRESET))
    settings = {
        "endpointType": "custom",
        "model": "echo",
        "temperature": 0.5,
        "promptPrefix": "Rhyme.",
        "stop": ["END"],
        "tools": [{"pluginKey": "web"}],
    }
    body = {"title": "Full", "endpoint": "Fake", "resendFiles": True} | settings
    full = send(client, "post", "/api/presets", body).json()
    assert set(full) == {*PRESET, *settings, "resendFiles"}
    assert full["tools"] == ["web"]
    assert full["temperature"] == 0.5


def test_a_preset_is_replaced_by_its_id(client: APIClient) -> None:
    made = send(
        client, "post", "/api/presets", {"title": "A", "endpoint": "x", "model": "y"}
    ).json()
    again = {"presetId": made["presetId"], "title": "B", "endpoint": "x"}
    changed = send(client, "post", "/api/presets", again)
    assert (changed.status_code, changed.json()["_id"]) == (201, made["_id"])
    assert (changed.json()["title"], "model" in changed.json()) == ("B", False)
    assert Preset.objects.count() == 1


def test_one_preset_is_the_default_and_comes_first(client: APIClient) -> None:
    for title in ("A", "B"):
        body = {"title": title, "endpoint": "x", "defaultPreset": True}
        send(client, "post", "/api/presets", body)
    send(client, "post", "/api/presets", {"title": "C", "endpoint": "x"})
    rows = client.get("/api/presets").json()
    assert [row["title"] for row in rows] == ["B", "C", "A"]
    assert (rows[0]["defaultPreset"], rows[0]["order"]) == (True, 0)
    assert not any("defaultPreset" in row for row in rows[1:])


@pytest.mark.parametrize(
    "body",
    [
        {"title": 5},
        {"title": "x" * 1025},
        {"endpoint": ["openAI"]},
        {"presetId": "x" * 65},
        {"title": "A", "agent_id": 5},
    ],
)
def test_a_senseless_preset_is_not_saved(client: APIClient, body: dict[str, Any]) -> None:
    answer = send(client, "post", "/api/presets", body)
    assert (answer.status_code, list(answer.json())) == (400, ["message"])
    assert not Preset.objects.exists()


def test_presets_of_others_stay(client: APIClient, visitor: APIClient) -> None:
    made = send(client, "post", "/api/presets", {"title": "A", "endpoint": "x"}).json()
    assert visitor.get("/api/presets").json() == []
    gone = send(visitor, "post", "/api/presets/delete", {})
    assert (gone.status_code, gone.json()) == (201, {"acknowledged": True, "deletedCount": 0})
    unknown = send(visitor, "post", "/api/presets/delete", {"presetId": made["presetId"]})
    assert (unknown.status_code, list(unknown.json())) == (404, ["message"])
    send(visitor, "post", "/api/presets", {"presetId": made["presetId"], "title": "Mine"})
    assert [row["title"] for row in client.get("/api/presets").json()] == ["A"]


def test_a_project_has_these_keys_everywhere(client: APIClient, chat: Conversation) -> None:
    made = send(client, "post", "/api/projects", {"name": " Garden "})
    assert (made.status_code, list(made.json())) == (201, PROJECT)
    assert (made.json()["name"], made.json()["lastConversationAt"]) == ("Garden", None)
    project_id = made.json()["_id"]
    path = f"/api/projects/{project_id}"
    assert client.get(path).json() == made.json()
    changed = send(client, "patch", path, {"description": "Trees"})
    assert (changed.status_code, list(changed.json())) == (200, PROJECT)
    page = client.get("/api/projects").json()
    assert page == {"projects": [changed.json()], "nextCursor": None}
    moved = send(
        client,
        "put",
        f"/api/projects/conversations/{chat.conversation_id}",
        {"projectId": project_id},
    )
    assert list(moved.json()) == ["conversation", "previousProjectId", "projectId"]
    chat.refresh_from_db()
    assert client.get(path).json()["lastConversationAt"] == clock.iso(chat.updated_at)


@pytest.mark.parametrize(
    ("sort_by", "expected"),
    [
        ("name", ["A", "B", "C"]),
        ("createdAt", ["B", "C", "A"]),
        ("updatedAt", ["C", "A", "B"]),
        ("lastConversationAt", ["B", "C", "A"]),
    ],
)
def test_projects_follow_the_asked_order_page_by_page(
    client: APIClient,
    owner: User,
    sort_by: str,
    expected: list[str],
) -> None:
    for name, created, updated in (("A", 3, 2), ("B", 1, 3), ("C", 2, 1)):
        row = Project.objects.create(user=owner, name=name)
        Project.objects.filter(pk=row.pk).update(
            created_at=clock.now() + timedelta(hours=created),
            updated_at=clock.now() + timedelta(hours=updated),
        )
    for direction, names in (("asc", expected), ("desc", expected[::-1])):
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {"sortBy": sort_by, "sortDirection": direction, "limit": "2", "cursor": cursor}
            page = client.get("/api/projects", query).json()
            found += [row["name"] for row in page["projects"]]
            cursor = page["nextCursor"]
        assert found == names


def test_a_senseless_project_is_refused(client: APIClient, chat: Conversation) -> None:
    path = f"/api/projects/conversations/{chat.conversation_id}"
    wrong: list[Any] = [{}, {"name": ""}, {"name": "  "}, {"name": 5}, {"name": "x" * 101}, []]
    for body in wrong:
        answer = send(client, "post", "/api/projects", body)
        assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert not Project.objects.exists()
    answers = [
        client.get(f"/api/projects/{NONE}"),
        client.get("/api/projects/nope"),
        send(client, "patch", f"/api/projects/{NONE}", {"name": "x"}),
        client.delete(f"/api/projects/{NONE}"),
        send(client, "put", path, {"projectId": NONE}),
        send(client, "put", "/api/projects/conversations/nope", {"projectId": None}),
    ]
    assert [(one.status_code, list(one.json())) for one in answers] == [(404, ["error"])] * 6
    assert send(client, "put", path, {"projectId": 5}).status_code == 400


@pytest.mark.parametrize("path", ["/api/tags", "/api/presets", "/api/projects"])
@pytest.mark.django_db
def test_without_a_token_nothing_is_said_or_made(path: str) -> None:
    for answer in (APIClient().get(path), send(APIClient(), "post", path, {"name": "A"})):
        assert (answer.status_code, list(answer.json())) == (401, ["message"])
    assert not Project.objects.exists()
