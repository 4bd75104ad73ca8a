"""The routes of bookmarks, presets and projects (api.md section 4)."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Role, User
from conversations.models import Conversation, Preset, Project, Tag
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make


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


def send(client: APIClient, method: str, path: str, body: Any = None) -> Any:
    return getattr(client, method)(path, body, format="json")


def test_a_bookmark_is_made_on_a_chat_renamed_moved_and_deleted(
    client: APIClient,
    chat: Conversation,
) -> None:
    body = {
        "tag": "Saved",
        "description": "good ones",
        "addToConversation": True,
        "conversationId": chat.conversation_id,
    }
    made = send(client, "post", "/api/tags", body)
    assert made.status_code == 200
    assert list(made.json()) == [
        "_id",
        "user",
        "tag",
        "count",
        "position",
        "createdAt",
        "updatedAt",
        "description",
    ]
    assert (made.json()["tag"], made.json()["count"]) == ("Saved", 1)
    send(client, "post", "/api/tags", {"tag": "Work"})
    renamed = send(client, "put", "/api/tags/Saved", {"tag": "Kept/1", "position": 1})
    assert (renamed.json()["tag"], renamed.json()["position"]) == ("Kept/1", 1)
    assert [tag["tag"] for tag in client.get("/api/tags").json()] == ["Work", "Kept/1"]
    read = client.get(f"/api/convos/{chat.conversation_id}").json()
    assert read["tags"] == ["Kept/1"]
    gone = send(client, "delete", "/api/tags/Kept%2F1")
    assert (gone.status_code, gone.json()["tag"]) == (200, "Kept/1")
    assert client.get(f"/api/convos/{chat.conversation_id}").json()["tags"] == []


def test_the_bookmarks_of_a_chat_are_replaced(client: APIClient, chat: Conversation) -> None:
    path = f"/api/tags/convo/{chat.conversation_id}"
    assert send(client, "put", path, {"tags": ["A", "B"]}).json() == ["A", "B"]
    assert send(client, "put", path, {"tags": ["B"]}).json() == ["B"]
    found = client.get("/api/convos", {"tags": "B"}).json()["conversations"]
    assert [row["conversationId"] for row in found] == [chat.conversation_id]
    assert client.get("/api/convos", {"tags": "A"}).json()["conversations"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("put", "/api/tags/None", {"tag": "x"}, 404),
        ("delete", "/api/tags/None", None, 404),
        ("post", "/api/tags", {"tag": ""}, 400),
        ("post", "/api/tags", {"tag": 5}, 400),
        ("put", "/api/tags/convo/unknown", {"tags": ["A"]}, 404),
        ("put", "/api/tags/convo/unknown", {"tags": "A"}, 400),
    ],
)
def test_a_wrong_bookmark_request_is_refused_with_a_sentence(
    client: APIClient,
    method: str,
    path: str,
    body: Any,
    status: int,
) -> None:
    answer = send(client, method, path, body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert not Tag.objects.exists()


def test_a_role_without_bookmarks_has_none_of_their_routes(client: APIClient, owner: User) -> None:
    Role.objects.update_or_create(
        name=owner.role,
        defaults={"permissions": {"BOOKMARKS": {"USE": False}}},
    )
    assert client.get("/api/tags").status_code == 403
    assert send(client, "post", "/api/tags", {"tag": "A"}).status_code == 403
    assert not Tag.objects.exists()


def test_a_preset_is_saved_listed_and_deleted(client: APIClient) -> None:
    body = {"presetId": None, "title": "Poet", "endpoint": "openAI", "temperature": 0.9}
    made = send(client, "post", "/api/presets", body)
    assert made.status_code == 201
    [listed] = client.get("/api/presets").json()
    assert listed == made.json()
    gone = send(client, "post", "/api/presets/delete", {"presetId": listed["presetId"]})
    assert (gone.status_code, gone.json()) == (201, {"acknowledged": True, "deletedCount": 1})
    send(client, "post", "/api/presets", body)
    send(client, "post", "/api/presets", body)
    assert send(client, "post", "/api/presets/delete", {}).json()["deletedCount"] == 2
    assert client.get("/api/presets").json() == []


def test_a_foreign_preset_is_not_there(client: APIClient, stranger: User) -> None:
    theirs = Preset.objects.create(user=stranger, title="Theirs")
    gone = send(client, "post", "/api/presets/delete", {"presetId": theirs.preset_id})
    assert gone.status_code == 404
    assert Preset.objects.filter(pk=theirs.pk).exists()


def test_a_project_takes_a_chat_in_and_lets_it_go(client: APIClient, chat: Conversation) -> None:
    made = send(client, "post", "/api/projects", {"name": "Garden", "instructions": "Be brief."})
    assert made.status_code == 201
    project_id = made.json()["_id"]
    path = f"/api/projects/conversations/{chat.conversation_id}"
    moved = send(client, "put", path, {"projectId": project_id}).json()
    assert (moved["projectId"], moved["previousProjectId"]) == (project_id, None)
    assert moved["conversation"]["chatProjectId"] == project_id
    read = client.get(f"/api/projects/{project_id}").json()
    assert (read["conversationCount"], read["lastConversationId"]) == (1, chat.conversation_id)
    found = client.get("/api/convos", {"projectId": project_id}).json()["conversations"]
    assert [row["conversationId"] for row in found] == [chat.conversation_id]
    out = send(client, "put", path, {"projectId": None}).json()
    assert (out["projectId"], out["previousProjectId"]) == (None, project_id)


def test_a_project_is_changed_and_deleted_and_its_chats_stay(
    client: APIClient,
    chat: Conversation,
) -> None:
    project_id = send(client, "post", "/api/projects", {"name": "Garden"}).json()["_id"]
    path = f"/api/projects/{project_id}"
    body = {"name": "Trees", "defaults": {"endpoint": "openAI"}}
    changed = send(client, "patch", path, body)
    assert (changed.json()["name"], changed.json()["defaults"]) == ("Trees", {"endpoint": "openAI"})
    send(
        client,
        "put",
        f"/api/projects/conversations/{chat.conversation_id}",
        {
            "projectId": project_id,
        },
    )
    assert client.delete(path).json() == {"deletedCount": 1, "modifiedCount": 1}
    assert client.get(path).status_code == 404
    assert client.get(f"/api/convos/{chat.conversation_id}").json()["chatProjectId"] is None


def test_a_foreign_project_takes_nothing_in(
    client: APIClient,
    chat: Conversation,
    stranger: User,
) -> None:
    theirs = Project.objects.create(user=stranger, name="Theirs")
    path = f"/api/projects/conversations/{chat.conversation_id}"
    assert send(client, "put", path, {"projectId": theirs.pk}).status_code == 404
    assert client.get(f"/api/projects/{theirs.pk}").status_code == 404
    assert client.delete(f"/api/projects/{theirs.pk}").status_code == 404
    assert Conversation.objects.filter(pk=chat.pk, project=None).exists()
    assert Project.objects.filter(pk=theirs.pk).exists()
