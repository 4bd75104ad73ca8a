"""The people picker over the API."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories.people import bearer, person, role
from tests.factories.rights import group

pytestmark = pytest.mark.django_db
PICKER = "/api/permissions/search-principals"
EVERYTHING = {"PEOPLE_PICKER": {"VIEW_USERS": True, "VIEW_GROUPS": True, "VIEW_ROLES": True}}


def test_the_picker_finds_people_groups_and_roles_best_first(client: Client) -> None:
    asker = person(name="Asker", role=role("asker", **EVERYTHING).name)
    person("anna@example.org", name="Anna")
    person("b@example.org", name="Joanna", external_id="x-1")
    person("c@example.org", name="Anna Off", is_active=False)
    group("Annapolis", asker)
    role("anna")
    headers = bearer(asker)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"{PICKER}?q=anna", headers=headers)
    assert len(queries) <= 5
    body = answer.json()
    assert {**body, "results": None} == {
        "query": "anna",
        "limit": 20,
        "types": None,
        "results": None,
        "count": 4,
        "sources": {"local": 4, "entra": 0},
    }
    found = [(row["type"], row["name"]) for row in body["results"]]
    assert found[2:] == [("group", "Annapolis"), ("user", "Joanna")]
    assert set(found[:2]) == {("user", "Anna"), ("role", "anna")}
    assert body["results"][2]["memberCount"] == 1
    assert body["results"][3]["idOnTheSource"] == "x-1"


def test_the_picker_has_limits_and_filters(client: Client) -> None:
    asker = person(role=role("asker", **EVERYTHING).name)
    for number in range(60):
        person(name=f"Twin {number}")
    headers = bearer(asker)

    def count(query: str) -> int:
        return int(client.get(f"{PICKER}?q=twin{query}", headers=headers).json()["count"])

    assert [count(""), count("&limit=500"), count("&limit=3")] == [20, 50, 3]
    assert [count("&types=group,role"), count("&types=user&types=group")] == [0, 20]
    assert count("&types=planet") == 20
    assert client.get(f"{PICKER}?q=%20", headers=headers).status_code == 400
    assert client.get(f"{PICKER}?q={'x' * 201}", headers=headers).status_code == 400
    wild = client.get(f"{PICKER}?q=%25", headers=headers)
    assert wild.json()["count"] == 0


def test_the_picker_shows_only_the_kinds_the_role_may_see(client: Client, owner: User) -> None:
    refused = client.get(f"{PICKER}?q=owner", headers=bearer(owner))
    assert refused.status_code == 403
    assert set(refused.json()) == {"error", "message"}
    person(name="Owner Two")
    group("Owners")
    only = person(role=role("only", PEOPLE_PICKER={"VIEW_GROUPS": True}).name)
    found = client.get(f"{PICKER}?q=owner", headers=bearer(only)).json()["results"]
    assert [row["name"] for row in found] == ["Owners"]
    denied = client.get(f"{PICKER}?q=owner&types=user", headers=bearer(only))
    assert denied.status_code == 403
