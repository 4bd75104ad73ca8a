"""Groups over the API, from their making to their end."""

import pytest

from accounts.models import Group, User
from tests.accounts.api.conftest import Ask
from tests.factories.rights import group

pytestmark = pytest.mark.django_db


def test_a_group_from_its_making_to_its_end(ask: Ask, owner: User, viewer: User) -> None:
    made = ask("post", "groups", {"name": "Staff", "memberIds": [owner.pk], "email": None})
    assert made.status_code == 201
    row = made.json()["group"]
    path = f"groups/{row['_id']}"
    assert (row["name"], row["memberIds"], row["source"]) == ("Staff", [owner.pk], "local")
    assert ask("get", path).json()["group"] == row
    assert ask("patch", path, {"name": "Crew"}).json()["group"]["name"] == "Crew"
    added = ask("post", f"{path}/members", {"userId": viewer.pk})
    assert set(added.json()["group"]["memberIds"]) == {owner.pk, viewer.pk}
    members = ask("get", f"{path}/members?limit=1").json()
    assert (members["total"], members["members"][0]) == (
        2,
        {"userId": owner.pk, "name": "Owner", "email": owner.email, "avatarUrl": None},
    )
    assert ask("delete", f"{path}/members/{owner.pk}").json() == {"success": True}
    assert ask("delete", path).json() == {"success": True, "id": row["_id"]}
    assert ask("get", path).status_code == 404


def test_groups_are_listed_and_filtered(ask: Ask, owner: User) -> None:
    group("Alpha", owner)
    group("Beta", source="ldap", external_id="x")
    body = ask("get", "groups").json()
    assert [row["name"] for row in body["groups"]] == ["Alpha", "Beta"]
    assert [row["name"] for row in ask("get", "groups?source=ldap").json()["groups"]] == ["Beta"]
    assert ask("get", "groups?search=alp&limit=1").json()["total"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": 5},
        {"name": "x", "source": "entra"},
        {"name": "x", "memberIds": "y"},
        {"name": "x", "memberIds": [5]},
        {"name": "x", "memberIds": ["f" * 24]},
        {"name": "x", "memberIds": ["f" * 24] * 501},
    ],
)
def test_a_malformed_group_is_refused(ask: Ask, body: object) -> None:
    assert ask("post", "groups", body).status_code == 400
    assert not Group.objects.exists()


def test_strangers_to_a_group_are_named(ask: Ask, owner: User) -> None:
    path = f"groups/{group('Staff').pk}"
    assert ask("post", f"{path}/members", {}).status_code == 400
    assert ask("post", f"{path}/members", {"userId": "f" * 24}).status_code == 404
    assert ask("delete", f"{path}/members/{'f' * 24}").status_code == 404
    assert ask("patch", path, {}).status_code == 400
    kept = group("Kept", source="ldap", external_id="x")
    refused = ask("post", f"groups/{kept.pk}/members", {"userId": owner.pk})
    assert refused.status_code == 409
