"""Bodies that are no JSON object, or miss what they are about: refused, and nothing happens."""

from collections.abc import Iterator

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message, Preset, Project
from tests.factories.threads import conversation_make, turn_make

NO_OBJECTS = ["[]", "null", '"x"', "1", "true", '[{"presetId": "x"}]']
RATED = {"rating": "thumbsUp"}


@pytest.fixture
def chat(owner: User) -> Conversation:
    """A rated turn in a project; its owner has two presets."""
    chat = conversation_make(owner, project=Project.objects.create(user=owner, name="Garden"))
    _question, answer = turn_make(chat)
    Message.objects.filter(pk=answer.pk).update(feedback=RATED)
    for title in ("Poet", "Critic"):
        Preset.objects.create(user=owner, title=title)
    return chat


def routes(chat: Conversation) -> Iterator[tuple[str, str]]:
    """Yield method and path of what an empty object means something to."""
    answer = chat.messages.get(is_created_by_user=False)
    yield "POST", "/api/presets"
    yield "POST", "/api/presets/delete"
    yield "POST", f"/api/messages/{chat.conversation_id}"
    yield "PUT", f"/api/messages/{chat.conversation_id}/{answer.message_id}/feedback"
    yield "PUT", f"/api/projects/conversations/{chat.conversation_id}"
    yield "PATCH", f"/api/projects/{chat.project_id}"
    yield "DELETE", "/api/convos"


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_a_body_that_is_no_object_is_400_and_changes_nothing(
    client: APIClient,
    chat: Conversation,
    body: str,
) -> None:
    for method, path in routes(chat):
        refused = client.generic(method, path, body, content_type="application/json")
        assert refused.status_code == 400, (path, refused.content)
        assert "The body is not a JSON object." in refused.json().values()
    assert Preset.objects.count() == 2
    assert Conversation.objects.get().project is not None
    assert [one.feedback for one in Message.objects.filter(is_created_by_user=False)] == [RATED]
    assert Message.objects.count() == 2


@pytest.mark.parametrize("lost", [None, ""])
def test_a_preset_id_that_got_lost_does_not_mean_all_presets(
    client: APIClient,
    chat: Conversation,
    lost: str | None,
) -> None:
    refused = client.post("/api/presets/delete", {"presetId": lost}, format="json")
    assert refused.status_code == 400
    assert refused.json() == {"message": "presetId: This field may not be empty."}
    assert Preset.objects.count() == 2


def test_no_body_at_all_clears_the_presets_as_libre_chats_client_asks(
    client: APIClient,
    chat: Conversation,
) -> None:
    cleared = client.generic("POST", "/api/presets/delete", "", content_type="application/json")
    assert (cleared.status_code, cleared.json()["deletedCount"]) == (201, 2)


def test_a_chat_leaves_its_project_for_null_not_for_a_missing_id(
    client: APIClient,
    chat: Conversation,
) -> None:
    path = f"/api/projects/conversations/{chat.conversation_id}"
    refused = client.put(path, {"projectID": None}, format="json")
    assert refused.status_code == 400
    assert refused.json() == {"error": "projectId: This field is required."}
    assert Conversation.objects.get().project is not None
    assert client.put(path, {"projectId": None}, format="json").json()["projectId"] is None


@pytest.mark.parametrize(
    "body",
    [{"presetId": 7}, {"presetId": ["a"]}, {"presetId": {"$gt": ""}}, {"defaultPreset": "yes"}],
)
def test_a_preset_of_the_wrong_types_is_not_saved(
    client: APIClient,
    chat: Conversation,
    body: dict[str, object],
) -> None:
    refused = client.post("/api/presets", {"title": "Wrong", **body}, format="json")
    assert refused.status_code == 400
    assert not Preset.objects.filter(title="Wrong").exists()
