"""The routes of share links (api.md section 4)."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Role, User
from conversations.models import Conversation, SharedLink
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make, turn_make


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access_token}")
    return client


@pytest.fixture
def client(owner: User) -> APIClient:
    return signed_in(owner)


@pytest.fixture
def chat(owner: User) -> Conversation:
    conversation = conversation_make(owner, "Primes")
    turn_make(conversation)
    return conversation


def share(client: APIClient, chat: Conversation, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/share/{chat.conversation_id}", body, format="json")
    assert answer.status_code == 200, answer.json()
    return dict(answer.json())


def test_a_chat_is_shared_found_read_and_revoked(
    client: APIClient,
    chat: Conversation,
    stranger: User,
) -> None:
    before = client.get(f"/api/share/link/{chat.conversation_id}").json()
    assert before == {"success": False, "shareId": None, "conversationId": chat.conversation_id}
    made = share(client, chat)
    assert list(made) == ["_id", "shareId", "conversationId"]
    assert len(made["shareId"]) == 21
    after = client.get(f"/api/share/link/{chat.conversation_id}").json()
    assert (after["success"], after["shareId"]) == (True, made["shareId"])
    visitor = signed_in(stranger)
    read = visitor.get(f"/api/share/{made['shareId']}").json()
    assert read["title"] == "Primes"
    assert read["conversationId"].startswith("convo_")
    assert all(one["messageId"].startswith("msg_") for one in read["messages"])
    gone = client.delete(f"/api/share/{made['shareId']}")
    assert gone.json() == {
        "success": True,
        "shareId": made["shareId"],
        "message": "Share deleted successfully",
    }
    assert visitor.get(f"/api/share/{made['shareId']}").status_code == 404


def test_a_second_link_of_a_branch_is_a_conflict(client: APIClient, chat: Conversation) -> None:
    share(client, chat)
    again = client.post(f"/api/share/{chat.conversation_id}", {}, format="json")
    assert (again.status_code, bool(again.json()["message"])) == (409, True)
    assert SharedLink.objects.count() == 1


def test_only_the_owner_changes_or_deletes_a_link(
    client: APIClient,
    chat: Conversation,
    stranger: User,
) -> None:
    share_id = share(client, chat)["shareId"]
    visitor = signed_in(stranger)
    assert visitor.patch(f"/api/share/{share_id}", {}, format="json").status_code == 404
    assert visitor.delete(f"/api/share/{share_id}").status_code == 404
    assert visitor.post(f"/api/share/{chat.conversation_id}").status_code == 404
    assert SharedLink.objects.get(share_id=share_id).revision == 1
    updated = client.patch(f"/api/share/{share_id}", {"snapshotFiles": True}, format="json")
    assert updated.json()["shareId"] == share_id
    assert SharedLink.objects.get(share_id=share_id).revision == 2


def test_nobody_reads_a_link_signed_out_unless_the_operator_allows(
    client: APIClient,
    chat: Conversation,
    settings: Any,
) -> None:
    share_id = share(client, chat)["shareId"]
    anonymous = APIClient()
    for path in (share_id, f"{share_id}/config", "unknown"):
        assert anonymous.get(f"/api/share/{path}").status_code == 401
    settings.ALLOW_SHARED_LINKS_PUBLIC = True
    assert anonymous.get(f"/api/share/{share_id}").status_code == 200
    config = anonymous.get(f"/api/share/{share_id}/config").json()
    assert sorted(config) == ["appTitle", "interface"]


def test_a_visitor_copies_the_chat(
    client: APIClient,
    chat: Conversation,
    stranger: User,
) -> None:
    share_id = share(client, chat)["shareId"]
    visitor = signed_in(stranger)
    seen = {"shareRevision": visitor.get(f"/api/share/{share_id}").json()["updatedAt"]}
    copied = visitor.post(f"/api/share/{share_id}/fork", seen, format="json")
    assert copied.status_code == 201
    body = copied.json()
    assert body["conversation"]["user"] == stranger.pk
    assert len(body["messages"]) == 2
    client.patch(f"/api/share/{share_id}", {}, format="json")
    changed = visitor.post(f"/api/share/{share_id}/fork", seen, format="json")
    assert changed.status_code == 409


def test_the_list_pages_sorts_and_searches(client: APIClient, owner: User) -> None:
    for number in range(3):
        conversation = conversation_make(owner, f"Chat {number}")
        turn_make(conversation)
        share(client, conversation)
    first = client.get("/api/share", {"pageSize": "2", "sortBy": "title"}).json()
    assert [link["title"] for link in first["links"]] == ["Chat 2", "Chat 1"]
    assert first["hasNextPage"] is True
    rest = client.get(
        "/api/share",
        {"pageSize": "2", "sortBy": "title", "cursor": first["nextCursor"]},
    ).json()
    assert [link["title"] for link in rest["links"]] == ["Chat 0"]
    assert (rest["nextCursor"], rest["hasNextPage"]) == (None, False)
    found = client.get("/api/share", {"search": "chat 1"}).json()["links"]
    assert [link["title"] for link in found] == ["Chat 1"]


def test_a_role_without_the_right_makes_no_link(
    client: APIClient,
    chat: Conversation,
    owner: User,
) -> None:
    Role.objects.update_or_create(
        name=owner.role,
        defaults={"permissions": {"SHARED_LINKS": {"CREATE": False}}},
    )
    answer = client.post(f"/api/share/{chat.conversation_id}", {}, format="json")
    assert answer.status_code == 403
    assert not SharedLink.objects.exists()
