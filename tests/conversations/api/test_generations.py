"""Starting an answer by LibreChat's contract (api.md section 5.1)."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Generation, Message
from librechat.kernel.ids import NO_PARENT
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make, generation_make, turn_make

CLIENT_BODY: dict[str, Any] = {
    "text": "Name one prime above 90.",
    "sender": "User",
    "clientTimestamp": "2026-11-20T09:00:12",
    "isCreatedByUser": True,
    "parentMessageId": NO_PARENT,
    "messageId": "0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5",
    "error": False,
    "endpoint": "openAI",
    "model": "gpt-4o",
    "key": "never",
    "isTemporary": False,
    "isRegenerate": False,
    "isContinued": False,
    "timezone": "Europe/London",
    "clientRequestId": "5e1b6a77-3c0f-4b5e-8a10-6a4c2b9d7f13",
    "generationProtocolVersion": 2,
}


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access_token}")
    return client


@pytest.fixture
def client(owner: User) -> APIClient:
    return signed_in(owner)


def test_the_client_s_own_body_starts_an_answer(client: APIClient) -> None:
    answer = client.post("/api/agents/chat/openAI", CLIENT_BODY)
    assert (answer.status_code, answer["x-librechat-generation-protocol"]) == (200, "1")
    body = answer.json()
    assert list(body) == [
        "streamId",
        "conversationId",
        "generationCreatedAt",
        "status",
        "generationProtocolVersion",
        "generationId",
    ]
    assert body["streamId"] == body["conversationId"]
    assert (body["status"], body["generationProtocolVersion"]) == ("started", 1)
    generation = Generation.objects.get(id=body["generationId"])
    assert (generation.endpoint, generation.model) == ("openAI", "gpt-4o")
    question = Message.objects.get(message_id=generation.user_message_id)
    assert question.text == "Name one prime above 90."
    assert question.message_id != CLIENT_BODY["messageId"]


def test_the_same_request_again_finds_the_same_answer(client: APIClient) -> None:
    first = client.post("/api/agents/chat/openAI", CLIENT_BODY).json()
    again = client.post("/api/agents/chat/openAI", CLIENT_BODY).json()
    assert again == first | {"status": "resumed"}
    assert Generation.objects.count() == 1


def test_nulls_count_as_absent_and_unknown_fields_are_ignored(client: APIClient) -> None:
    body = CLIENT_BODY | {"conversationId": None, "spec": None, "temperature": None, "zzz": [1]}
    assert client.post("/api/agents/chat/openAI", body).status_code == 200
    assert Conversation.objects.get().parameters == {}


def test_parameters_are_kept_under_the_client_s_names(client: APIClient) -> None:
    body = CLIENT_BODY | {"temperature": 0.3, "promptPrefix": "Be brief.", "max_tokens": 50}
    client.post("/api/agents/chat/openAI", body)
    kept = Conversation.objects.get().parameters
    assert kept == {"temperature": 0.3, "promptPrefix": "Be brief.", "max_tokens": 50}


@pytest.mark.parametrize("path", ["/api/agents/chat", "/api/agents/chat/My%20AI%2Fbeta"])
def test_custom_names_and_no_name_at_all_are_paths_too(client: APIClient, path: str) -> None:
    body = CLIENT_BODY | {"endpoint": "My AI/beta", "endpointType": "custom"}
    answer = client.post(path, body)
    assert Generation.objects.get(id=answer.json()["generationId"]).endpoint == "My AI/beta"


def test_the_path_names_the_endpoint_when_the_body_does_not(client: APIClient) -> None:
    body = {name: value for name, value in CLIENT_BODY.items() if name != "endpoint"}
    answer = client.post("/api/agents/chat/My%20AI%2Fbeta", body)
    assert Generation.objects.get(id=answer.json()["generationId"]).endpoint == "My AI/beta"


@pytest.mark.parametrize(
    "change",
    [
        {"text": 5},
        {"text": ["a"]},
        {"text": {"a": 1}},
        {"text": True},
        {"text": "x" * 1_048_576},
        {"conversationId": 7},
        {"conversationId": "a\x07b"},
        {"parentMessageId": "x" * 100},
        {"endpoint": "a\nb"},
        {"model": "x" * 300},
        {"model": []},
        {"isRegenerate": "perhaps"},
        {"isTemporary": {}},
        {"editedContent": "text"},
        {"editedContent": {"index": -1, "type": "text", "text": "x"}},
        {"editedContent": {"index": 0, "type": "image"}},
        {"temperature": "hot"},
        {"stop": "END"},
        {"clientRequestId": "no spaces please"},
    ],
)
def test_a_malformed_body_is_refused_and_changes_nothing(
    client: APIClient,
    change: dict[str, Any],
) -> None:
    answer = client.post("/api/agents/chat/openAI", CLIENT_BODY | change)
    assert answer.status_code == 400
    assert "error" in answer.json()
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("raw", ["", "{", "[]", "5", '{"text": "a\\u0000b"}'])
def test_what_is_no_json_object_starts_nothing(client: APIClient, raw: str) -> None:
    answer = client.generic("POST", "/api/agents/chat/", raw, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert not Message.objects.exists()


def test_a_bad_client_request_id_has_its_code(client: APIClient) -> None:
    answer = client.post("/api/agents/chat/openAI", CLIENT_BODY | {"clientRequestId": "a b"})
    assert answer.json()["code"] == "INVALID_CLIENT_REQUEST_ID"
    assert answer.json()["generationProtocolVersion"] == 1


def test_a_foreign_conversation_is_not_found(client: APIClient, stranger: User) -> None:
    conversation = conversation_make(stranger)
    _, reply = turn_make(conversation)
    body = CLIENT_BODY | {
        "conversationId": conversation.conversation_id,
        "parentMessageId": reply.message_id,
    }
    answer = client.post("/api/agents/chat/openAI", body)
    assert (answer.status_code, "error" in answer.json()) == (404, True)
    assert Message.objects.count() == 2


def test_active_lists_one_s_own_running_conversations(
    client: APIClient,
    owner: User,
    stranger: User,
) -> None:
    mine, other = conversation_make(owner), conversation_make(stranger)
    generation_make(turn_make(mine)[1])
    generation_make(turn_make(other)[1])
    generation_make(turn_make(conversation_make(owner))[1], state="done")
    assert client.get("/api/agents/chat/active").json() == {
        "activeJobIds": [mine.conversation_id],
    }
