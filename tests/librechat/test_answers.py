"""ETags, "not modified" and gzip of the API's answers."""

import gzip
from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation
from conversations.services.conversations import conversation_rename
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make, turn_make

PACKED: Any = {"HTTP_ACCEPT_ENCODING": "br, gzip"}


@pytest.fixture
def chat(owner: User) -> Conversation:
    chat = conversation_make(owner, "Harbour")
    for _ in range(10):
        turn_make(chat)
    return chat


@pytest.fixture
def client(owner: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(owner).access_token}")
    return client


def paths(chat: Conversation) -> list[str]:
    public = chat.conversation_id
    return [
        "/api/convos",
        f"/api/convos/{public}",
        f"/api/messages/{public}",
        "/api/messages?search=Harbour",
    ]


@pytest.mark.parametrize("place", range(4))
def test_what_did_not_change_is_answered_without_a_body(
    client: APIClient,
    chat: Conversation,
    place: int,
) -> None:
    path = paths(chat)[place]
    first = client.get(path)
    etag = first["ETag"]
    assert (first.status_code, etag[:3]) == (200, 'W/"')
    again = client.get(path, HTTP_IF_NONE_MATCH=etag, HTTP_ORIGIN="https://app.test")
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert again["Access-Control-Allow-Origin"] == "*"
    assert client.head(path, HTTP_IF_NONE_MATCH=etag).status_code == 304


def test_what_changed_is_answered_in_full(client: APIClient, chat: Conversation) -> None:
    etag = client.get("/api/convos")["ETag"]
    conversation_rename(conversation=chat, title="Lighthouse")
    answer = client.get("/api/convos", HTTP_IF_NONE_MATCH=etag)
    assert answer.status_code == 200
    assert answer["ETag"] != etag
    assert answer.json()["conversations"][0]["title"] == "Lighthouse"


def test_an_answer_is_kept_by_its_browser_alone(client: APIClient, chat: Conversation) -> None:
    answer = client.get("/api/convos")
    assert answer["Cache-Control"] == "private, no-cache"
    assert {"Accept-Encoding", "Authorization"} <= set(answer["Vary"].split(", "))


def test_a_long_answer_is_compressed_and_named_the_same(
    client: APIClient,
    chat: Conversation,
) -> None:
    path = f"/api/messages/{chat.conversation_id}"
    plain, packed = client.get(path), client.get(path, **PACKED)
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    assert packed["Content-Length"] == str(len(packed.content))
    assert packed["ETag"] == plain["ETag"]
    assert not plain.has_header("Content-Encoding")


def test_the_size_of_the_same_answer_varies(client: APIClient, chat: Conversation) -> None:
    path = f"/api/messages/{chat.conversation_id}"
    assert len({len(client.get(path, **PACKED).content) for _ in range(20)}) > 1


def test_an_operator_can_leave_compression_to_a_proxy(
    client: APIClient,
    chat: Conversation,
    settings: LazySettings,
) -> None:
    settings.DISABLE_COMPRESSION = True
    answer = client.get(f"/api/messages/{chat.conversation_id}", **PACKED)
    assert not answer.has_header("Content-Encoding")


def test_a_short_answer_is_not_compressed(client: APIClient, owner: User) -> None:
    answer = client.get("/api/convos", **PACKED)
    assert (len(answer.content) < 1_024, answer.has_header("Content-Encoding")) == (True, False)


@pytest.mark.parametrize("path", ["/api/auth/2fa/enable", "/api/auth/login"])
def test_answers_that_may_hold_secrets_stay_as_they_are(client: APIClient, path: str) -> None:
    answer: Any = client.get(path, **PACKED)
    assert not answer.has_header("ETag")
    assert not answer.has_header("Content-Encoding")


def test_a_refusal_has_no_name(client: APIClient, chat: Conversation) -> None:
    answer = client.get("/api/convos?projectId=nonsense", **PACKED)
    assert (answer.status_code, answer.has_header("ETag")) == (400, False)


def test_a_change_is_neither_named_nor_compressed(client: APIClient, chat: Conversation) -> None:
    body = {"arg": {"conversationId": chat.conversation_id, "title": "x" * 1_000}}
    answer = client.post("/api/convos/update", body, format="json", **PACKED)
    assert answer.status_code == 201
    assert not answer.has_header("ETag")
    assert not answer.has_header("Content-Encoding")
