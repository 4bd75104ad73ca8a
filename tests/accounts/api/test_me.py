"""The signed-in person over the API."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import AuthSession, User
from accounts.signals import user_deleted
from tests.factories.people import bearer, person

JSON = "application/json"


def test_me_has_both_ids_and_takes_two_queries(
    client: Client,
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    headers = bearer(owner)
    with django_assert_num_queries(2):  # person and session, second factor
        answer = client.get("/api/user", headers=headers)
    body = answer.json()
    assert answer.status_code == 200
    assert body["_id"] == body["id"] == owner.pk
    assert body["personalization"] == {"memories": True}
    assert body["createdAt"].endswith("Z")
    assert "password" not in body


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/api/user",
        "/api/user/terms",
        "/api/user/settings/favorites",
        "/api/user/settings/favorites/tools",
        "/api/user/settings/pinned-order",
        "/api/user/settings/skills/active",
        "/api/roles/USER",
    ],
)
def test_nobody_is_401_with_a_message(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 401
    assert list(answer.json()) == ["message"]
    bad = client.get(path, headers={"Authorization": "Bearer x"})
    assert (bad.status_code, bad.json()) == (401, {"message": "jwt malformed"})


def test_terms_are_accepted_once(
    client: Client,
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    headers = bearer(owner)
    nothing = {"termsAccepted": False, "termsAcceptedAt": None}
    assert client.get("/api/user/terms", headers=headers).json() == nothing
    clock_at(datetime(2026, 11, 20, 9, tzinfo=UTC))
    for _ in range(2):
        answer = client.post("/api/user/terms/accept", headers=headers)
        assert answer.json() == {
            "message": "Terms accepted successfully",
            "termsAcceptedAt": "2026-11-20T09:00:00.000Z",
        }
        clock_at(datetime(2026, 11, 20, 9, 5, tzinfo=UTC))
    assert client.get("/api/user/terms", headers=headers).json() == {
        "termsAccepted": True,
        "termsAcceptedAt": "2026-11-20T09:00:00.000Z",
    }


def test_the_code_environment_can_be_chosen(client: Client, owner: User) -> None:
    headers = bearer(owner)
    body = {"statefulCodeEnvironment": "conversation"}
    answer = client.patch("/api/user/preferences", body, content_type=JSON, headers=headers)
    assert answer.json() == {"updated": True, "preferences": body}
    owner.refresh_from_db()
    assert owner.personalization == body
    wrongs: list[object] = [
        {"statefulCodeEnvironment": "moon"},
        {"statefulCodeEnvironment": []},
        {},
        [],
    ]
    for wrong in wrongs:
        refused = client.patch("/api/user/preferences", wrong, content_type=JSON, headers=headers)
        assert refused.status_code == 400
    owner.refresh_from_db()
    assert owner.personalization == body


def test_favorites_are_replaced_and_answered_bare(client: Client, owner: User) -> None:
    headers = bearer(owner)
    wanted = [
        {"model": "gpt-4o", "endpoint": "openAI"},
        {"agentId": "agent_1"},
        {"spec": "fast", "agentId": None},
    ]
    answer = client.post(
        "/api/user/settings/favorites",
        {"favorites": wanted},
        content_type=JSON,
        headers=headers,
    )
    stored = [wanted[0], wanted[1], {"spec": "fast"}]
    assert answer.json() == stored
    assert client.get("/api/user/settings/favorites", headers=headers).json() == stored


@pytest.mark.parametrize(
    "favorites",
    [
        None,
        "gpt-4o",
        ["gpt-4o"],
        [{"model": "gpt-4o"}],
        [{"agentId": "a", "spec": "b"}],
        [{"agentId": ""}],
        [{"agentId": "a" * 257}],
        [{"agentId": 5}],
        [{"agentId": f"agent_{number}"} for number in range(51)],
    ],
)
def test_wrong_favorites_are_400_and_change_nothing(
    client: Client,
    owner: User,
    favorites: object,
) -> None:
    answer = client.post(
        "/api/user/settings/favorites",
        {"favorites": favorites},
        content_type=JSON,
        headers=bearer(owner),
    )
    assert answer.status_code == 400
    owner.refresh_from_db()
    assert owner.favorites == []


def test_favorite_tools_are_added_once_and_removed(client: Client, owner: User) -> None:
    headers = bearer(owner)
    path = "/api/user/settings/favorites/tools"
    item = {"itemType": "mcp", "itemId": "srv/one"}
    for _ in range(2):
        answer = client.put(f"{path}/mcp/srv/one", headers=headers)
        assert (answer.status_code, answer.json()) == (200, item)
    assert client.get(path, headers=headers).json() == [item]
    assert client.put(f"{path}/planet/x", headers=headers).status_code == 400
    assert client.put(f"{path}/tool/{'x' * 257}", headers=headers).status_code == 400
    assert client.delete(f"{path}/mcp/srv/one", headers=headers).json() == {"ok": True}
    assert client.get(path, headers=headers).json() == []


def test_at_most_fifty_favorite_tools_are_kept(client: Client, owner: User) -> None:
    headers = bearer(owner)
    path = "/api/user/settings/favorites/tools"
    owner.preferences = {
        "favoriteTools": [{"itemType": "tool", "itemId": str(number)} for number in range(50)],
    }
    owner.save()
    assert client.put(f"{path}/tool/51", headers=headers).status_code == 400


def test_the_order_of_pins_is_a_bare_array(client: Client, owner: User) -> None:
    headers = bearer(owner)
    path = "/api/user/settings/pinned-order"
    assert client.get(path, headers=headers).json() == []
    body = {"pinnedOrder": ["b", "a"]}
    assert client.post(path, body, content_type=JSON, headers=headers).json() == ["b", "a"]
    assert client.get(path, headers=headers).json() == ["b", "a"]
    wrongs: list[object] = ["b", [1], ["x" * 257], ["x"] * 501]
    for wrong in wrongs:
        refused = {"pinnedOrder": wrong}
        assert client.post(path, refused, content_type=JSON, headers=headers).status_code == 400


def test_skill_states_are_a_map(client: Client, owner: User) -> None:
    headers = bearer(owner)
    path = "/api/user/settings/skills/active"
    assert client.get(path, headers=headers).json() == {}
    states = {"skill": True, "other": False}
    body = {"skillStates": states}
    assert client.post(path, body, content_type=JSON, headers=headers).json() == states
    assert client.get("/api/user", headers=headers).json()["skillStates"] == states
    wrongs: list[object] = [[], {"skill": "yes"}, {"x" * 257: True}]
    for wrong in wrongs:
        refused = {"skillStates": wrong}
        assert client.post(path, refused, content_type=JSON, headers=headers).status_code == 400


def test_an_account_can_be_deleted_with_all_its_sessions(
    client: Client,
    admin: User,
    settings: Settings,
) -> None:
    settings.ACCOUNT_DELETION_GRACE_DAYS = 0
    user = person()
    told: list[str] = []

    def listen(user: User, **_kwargs: object) -> None:
        told.append(user.pk)

    user_deleted.connect(listen)
    try:
        answer = client.delete("/api/user/delete", headers=bearer(user))
    finally:
        user_deleted.disconnect(listen)
    assert (answer.status_code, answer.json()) == (200, {"message": "User deleted"})
    assert answer.cookies["refreshToken"].value == ""
    assert told == [user.pk]
    assert list(User.objects.all()) == [admin]
    assert not AuthSession.objects.filter(user_id=user.pk).exists()


def test_deletion_can_be_kept_to_administrators(
    client: Client,
    owner: User,
    admin: User,
    settings: Settings,
) -> None:
    settings.ALLOW_ACCOUNT_DELETION = False
    person(role="ADMIN")
    assert client.delete("/api/user/delete", headers=bearer(owner)).status_code == 403
    assert User.objects.filter(pk=owner.pk).exists()
    assert client.delete("/api/user/delete", headers=bearer(admin)).status_code == 200


def test_the_last_administrator_stays_while_there_are_others(
    client: Client,
    admin: User,
    settings: Settings,
) -> None:
    settings.ACCOUNT_DELETION_GRACE_DAYS = 0
    other = person()
    assert client.delete("/api/user/delete", headers=bearer(admin)).status_code == 409
    assert User.objects.filter(pk=admin.pk).exists()
    other.delete()
    assert client.delete("/api/user/delete", headers=bearer(admin)).status_code == 200
    assert not User.objects.exists()


def test_writes_of_two_tabs_do_not_undo_each_other(client: Client, owner: User) -> None:
    headers = bearer(owner)
    client.post(
        "/api/user/settings/pinned-order",
        {"pinnedOrder": ["a"]},
        content_type=JSON,
        headers=headers,
    )
    client.put("/api/user/settings/favorites/tools/tool/x", headers=headers)
    owner.refresh_from_db()
    assert set(owner.preferences) == {"pinnedOrder", "favoriteTools"}
