"""POST /api/convos/import."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, MoveIn
from tests.conversations.transfer import exports
from tests.factories.people import sign_in

URL = "/api/convos/import"


@pytest.fixture
def client(owner: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(owner).access_token}")
    return client


def post(client: APIClient, content: bytes, name: str = "export.json") -> Any:
    return client.post(URL, {"file": SimpleUploadedFile(name, content)}, format="multipart")


def test_a_file_is_imported_at_once(client: APIClient, owner: User) -> None:
    answer = post(client, exports.as_json(exports.librechat()))
    assert answer.status_code == 201
    assert answer.json() == {"message": "Conversation(s) imported successfully"}
    conversation = Conversation.objects.get(user=owner)
    listed = client.get("/api/convos").json()["conversations"]
    assert [row["conversationId"] for row in listed] == [conversation.conversation_id]


def test_json_instead_of_a_file_is_refused(client: APIClient) -> None:
    assert client.post(URL, {"file": "x"}, format="json").status_code == 415


@pytest.mark.parametrize("name", ["chats.txt", "chats", "chats.json.exe"])
def test_a_file_of_another_type_is_refused(client: APIClient, name: str) -> None:
    answer = post(client, exports.as_json(exports.librechat()), name)
    assert answer.status_code == 415
    assert "Nothing was imported" in answer.json()["message"]
    assert not Conversation.objects.exists()


def test_a_form_without_a_file_is_refused(client: APIClient) -> None:
    assert client.post(URL, {"other": "1"}, format="multipart").status_code == 415


@pytest.mark.parametrize("limit", [100, 70_000])
def test_a_file_that_is_too_large_is_cut_off(client: APIClient, limit: int) -> None:
    content = exports.as_json(exports.librechat(title="x" * 80_000))
    with override_settings(CONVERSATION_IMPORT_MAX_FILE_SIZE_BYTES=limit):
        answer = post(client, content)
    assert answer.status_code == 413
    assert not MoveIn.objects.exists()


def test_an_unknown_file_is_refused(client: APIClient) -> None:
    answer = post(client, b'{"hello": "world"}')
    assert answer.status_code == 400
    assert "LibreChat, ChatGPT" in answer.json()["message"]


def test_imports_are_limited(client: APIClient, settings: Any) -> None:
    settings.LIMITS = {"IMPORT_USER_MAX": "1"}
    assert post(client, exports.as_json(exports.librechat())).status_code == 201
    answer = post(client, exports.as_json(exports.librechat()))
    assert answer.status_code == 429
    assert answer.json()["message"].startswith("Too many conversations imported")


def test_nobody_else_may_import(db: None) -> None:
    assert post(APIClient(), exports.as_json(exports.librechat())).status_code == 401
