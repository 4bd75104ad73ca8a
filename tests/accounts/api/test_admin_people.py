"""People in lists of the API for administrators."""

import pytest

from accounts.models import User
from tests.accounts.api.conftest import Ask

pytestmark = pytest.mark.django_db


def test_people_are_listed_in_pages(ask: Ask, owner: User, viewer: User) -> None:
    body = ask("get", "users?limit=2").json()
    assert (body["total"], body["limit"], body["offset"], len(body["users"])) == (3, 2, 0, 2)
    rest = ask("get", "users?limit=2&offset=2").json()["users"]
    assert len({row["id"] for row in [*body["users"], *rest]}) == 3
    assert set(rest[0]) == {
        "id",
        "name",
        "username",
        "email",
        "avatar",
        "role",
        "provider",
        "isActive",
        "createdAt",
        "updatedAt",
    }
    odd = ask("get", "users?limit=x&offset=-5").json()
    assert (odd["limit"], odd["offset"]) == (50, 0)


def test_people_are_filtered(ask: Ask, owner: User, admin: User) -> None:
    def ids(query: str) -> list[str]:
        return [row["id"] for row in ask("get", f"users?{query}").json()["users"]]

    assert ids("role=ADMIN") == [admin.pk]
    assert ids("search=owner@") == [owner.pk]
    assert ids("provider=ldap") == []
    assert ask("get", f"users?search={'x' * 201}").status_code == 400


def test_people_are_found(ask: Ask, owner: User) -> None:
    assert ask("get", "users/search?q=own&limit=1").json() == {
        "users": [
            {
                "id": owner.pk,
                "name": "Owner",
                "email": owner.email,
                "username": "owner",
                "avatarUrl": None,
            },
        ],
        "total": 1,
        "capped": True,
    }
    assert ask("get", "users/search?q=o").status_code == 400
