"""A temporary chat is in no list: what would give it a place in one is refused."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Project, Tag
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make

Send = Callable[..., Any]


@pytest.fixture
def send(owner: User) -> Send:
    client, token = Client(), sign_in(owner).access_token

    def ask(method: str, path: str, body: object) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return client.generic(
            method,
            path,
            orjson.dumps(body),
            content_type="application/json",
            headers=headers,
        )

    return ask


@pytest.fixture
def chat(owner: User) -> Conversation:
    return conversation_make(owner, is_temporary=True)


@pytest.fixture
def project(owner: User) -> Project:
    return Project.objects.create(user=owner, name="Garden")


def acts(chat: Conversation, project: Project) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what would give a chat a place: method, path, body."""
    public, several = chat.conversation_id, [chat.conversation_id]
    return [
        ("POST", "/api/convos/pin", {"arg": {"conversationId": public, "pinned": True}}),
        ("POST", "/api/convos/archive", {"arg": {"conversationId": public, "isArchived": True}}),
        ("PUT", f"/api/tags/convo/{public}", {"tags": ["Saved"]}),
        (
            "POST",
            "/api/tags",
            {"tag": "Saved", "addToConversation": True, "conversationId": public},
        ),
        ("PUT", f"/api/projects/conversations/{public}", {"projectId": project.pk}),
        ("POST", "/api/convos/bulk", {"action": "archive", "conversationIds": several}),
        ("POST", "/api/convos/bulk", {"action": "tag", "conversationIds": several, "tag": "S"}),
        (
            "POST",
            "/api/convos/bulk",
            {"action": "move", "conversationIds": several, "projectId": project.pk},
        ),
    ]


@pytest.mark.parametrize("number", range(8))
def test_a_temporary_chat_is_given_no_place_and_nothing_changes(
    send: Send,
    chat: Conversation,
    project: Project,
    number: int,
) -> None:
    before = Conversation.objects.values().get()
    answer = send(*acts(chat, project)[number])
    assert answer.status_code == 400, answer.content
    assert b"temporary chat is in no list" in answer.content
    assert Conversation.objects.values().get() == before
    assert (Tag.objects.count(), chat.tags.count()) == (0, 0)


def test_what_has_a_place_already_can_leave_it(send: Send, owner: User, project: Project) -> None:
    chat = conversation_make(
        owner,
        is_temporary=True,
        is_pinned=True,
        is_archived=True,
        project=project,
    )
    public = chat.conversation_id
    for path, body in (
        ("/api/convos/pin", {"arg": {"conversationId": public, "pinned": False}}),
        ("/api/convos/archive", {"arg": {"conversationId": public, "isArchived": False}}),
        ("/api/convos/bulk", {"action": "move", "conversationIds": [public], "projectId": ""}),
    ):
        assert send("POST", path, body).status_code == 200
    chat.refresh_from_db()
    assert not any([chat.is_pinned, chat.is_archived, chat.project_id])
