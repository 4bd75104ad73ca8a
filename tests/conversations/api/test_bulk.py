from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Project
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make

PATH = "/api/convos/bulk"


@pytest.fixture
def post(owner: User) -> Any:
    client, token = Client(), sign_in(owner).access_token

    def send(body: object) -> Any:
        return client.post(
            PATH,
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    return send


def test_an_act_answers_with_the_requests_that_take_it_back(post: Any, owner: User) -> None:
    chats = [conversation_make(owner) for _ in range(3)]
    ids = [chat.conversation_id for chat in chats]
    answer = post({"action": "archive", "conversationIds": [*ids, "nobody-s"]})
    assert (answer.status_code, answer.json()) == (
        200,
        {"changed": 3, "undo": [{"action": "unarchive", "conversationIds": ids}]},
    )
    for act in answer.json()["undo"]:
        assert post(act).json()["changed"] == 3
    assert not Conversation.objects.filter(is_archived=True).exists()
    assert post({"action": "unarchive", "conversationIds": ids}).json() == {
        "changed": 0,
        "undo": [],
    }


def test_a_move_goes_back_to_each_project(post: Any, owner: User) -> None:
    project = Project.objects.create(user=owner, name="Garden")
    chat = conversation_make(owner)
    body = {
        "action": "move",
        "conversationIds": [chat.conversation_id],
        "projectId": project.pk,
    }
    undo = post(body).json()["undo"]
    assert undo == [
        {"action": "move", "conversationIds": [chat.conversation_id], "projectId": ""},
    ]
    assert post(undo[0]).json()["changed"] == 1
    chat.refresh_from_db()
    assert chat.project is None


def test_a_bookmark_is_put_on_and_taken_off(post: Any, owner: User) -> None:
    chat = conversation_make(owner)
    body = {"action": "tag", "conversationIds": [chat.conversation_id], "tag": "Later"}
    undo = post(body).json()["undo"]
    assert undo == [body | {"action": "untag"}]
    assert post(undo[0]).json()["changed"] == 1
    assert not chat.tags.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"action": "burn", "conversationIds": ["x"]},
        {"action": "archive", "conversationIds": []},
        {"action": "archive", "conversationIds": "x"},
        {"action": "archive", "conversationIds": ["x"] * 1_001},
        {"action": "tag", "conversationIds": ["x"], "tag": "  "},
        {"action": "tag", "conversationIds": ["x"], "tag": 5},
    ],
)
def test_what_is_no_act_is_refused(post: Any, body: object) -> None:
    assert post(body).status_code == 400


def test_somebody_elses_project_is_not_there(post: Any, owner: User, stranger: User) -> None:
    project = Project.objects.create(user=stranger, name="Theirs")
    chat = conversation_make(owner)
    body = {
        "action": "move",
        "conversationIds": [chat.conversation_id],
        "projectId": project.pk,
    }
    assert post(body).status_code == 404
    chat.refresh_from_db()
    assert chat.project is None
