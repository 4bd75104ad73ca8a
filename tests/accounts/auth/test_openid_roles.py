"""Roles and groups that an OpenID provider decides about."""

from typing import Any

import jwt
import pytest
from django.test import Client

from accounts.auth.openid import claim_at, words_at
from accounts.models import ADMIN, USER, AuditEvent, Group, User
from tests.factories.people import role
from tests.fakes.identity.ada import ADDRESS, visit
from tests.fakes.identity.company import Company
from tests.fakes.identity.travel import (
    SERVER,
    come_back,
    journey,
    leave,
    refused,
)
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db


def test_groups_of_the_claim_are_followed_and_left(
    client: Client,
    company: Company,
    at_company: Any,
    owner: User,
) -> None:
    at_company(OPENID_GROUPS_CLAIM="groups")
    visit(client, company)
    ada = User.objects.get(email=ADDRESS)
    local = Group.objects.create(name="Local")
    local.memberships.create(user=ada)
    assert {group.external_id for group in ada.member_groups.filter(source="openid")} == {
        "Analysts",
        "Engine",
    }
    at_company({"groups": ["Engine", "Poets"]}, OPENID_GROUPS_CLAIM="groups")
    visit(Client(), company)
    assert {group.name for group in ada.member_groups.all()} == {"Engine", "Poets", "Local"}
    assert AuditEvent.objects.filter(action="group.members_mirrored").count() == 2
    at_company({"groups": None}, OPENID_GROUPS_CLAIM="groups")
    visit(Client(), company)
    assert {group.name for group in ada.member_groups.all()} == {"Local"}


@pytest.mark.parametrize("kind", ["id", "userinfo"])
def test_only_people_with_the_required_role_come_in(
    kind: str,
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    needed = {
        "OPENID_REQUIRED_ROLE": "chat, talk",
        "OPENID_REQUIRED_ROLE_PARAMETER_PATH": "roles",
        "OPENID_REQUIRED_ROLE_TOKEN_KIND": kind,
    }
    at_company({"roles": ["other"]}, **needed)
    assert refused(visit(client, company)) == "role_required"
    assert not User.objects.exists()
    at_company({"roles": ["talk"]}, **needed)
    assert visit(client, company)["Location"] == f"{SERVER}/c/new"


def test_the_role_of_administrators_promotes_and_demotes(
    client: Client,
    company: Company,
    at_company: Any,
    admin: User,
) -> None:
    given = {
        "OPENID_ADMIN_ROLE": "boss",
        "OPENID_ADMIN_ROLE_PARAMETER_PATH": "realm.roles",
        "OPENID_ADMIN_ROLE_TOKEN_KIND": "userinfo",
    }
    at_company({"realm": {"roles": []}}, **given)
    visit(client, company)
    ada = User.objects.get(email=ADDRESS)
    assert ada.role == USER
    at_company(**given)
    visit(Client(), company)
    ada.refresh_from_db()
    assert ada.role == ADMIN
    assert AuditEvent.objects.filter(action="role.changed", target_id=ada.pk).count() == 1
    at_company({"realm": {"roles": ["other"]}}, **given)
    visit(Client(), company)
    ada.refresh_from_db()
    assert ada.role == USER
    admin.delete()
    at_company(**given)
    visit(Client(), company)
    at_company({"realm": {}}, **given)
    visit(Client(), company)
    ada.refresh_from_db()
    assert ada.role == ADMIN  # the last one stays


def test_a_new_person_with_the_role_of_administrators_is_one(
    client: Client,
    company: Company,
    at_company: Any,
    owner: User,
) -> None:
    at_company(OPENID_ADMIN_ROLE="chat", OPENID_ADMIN_ROLE_PARAMETER_PATH="roles")
    visit(client, company)
    assert User.objects.get(email=ADDRESS).role == ADMIN


def test_roles_of_the_provider_become_ours_by_priority(
    client: Client,
    company: Company,
    at_company: Any,
    owner: User,
) -> None:
    for name in ("editor", "reader"):
        role(name)
    given = {
        "OPENID_ROLE_SYNC_ENABLED": "true",
        "OPENID_ROLE_SYNC_CLAIM": "roles",
        "OPENID_ROLE_SYNC_SOURCE": "userinfo",
        "OPENID_ROLE_PRIORITY": "editor,reader,missing",
    }
    at_company({"roles": ["reader", "editor"]}, **given)
    visit(client, company)
    ada = User.objects.get(email=ADDRESS)
    assert ada.role == "editor"
    for theirs, ours in ((["reader"], "reader"), (["missing"], USER), (["reader"], "reader")):
        at_company({"roles": theirs}, **given)
        visit(Client(), company)
        ada.refresh_from_db()
        assert ada.role == ours
    at_company({"roles": []}, **given)
    visit(Client(), company)
    ada.refresh_from_db()
    assert ada.role == USER


def test_the_roles_of_an_access_token_count_where_it_can_be_read(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(
        OPENID_REQUIRED_ROLE="chat",
        OPENID_REQUIRED_ROLE_PARAMETER_PATH="roles",
        OPENID_REQUIRED_ROLE_TOKEN_KIND="access",
    )
    assert refused(journey(client, "openid", wires)) == "role_required"  # not a JWT
    readable = jwt.encode({"roles": "chat other"}, wires.key, algorithm="RS256")
    asked = leave(client, "openid", wires)
    wires.documents["/token"] = {"access_token": readable, "id_token": wires.id_token()}
    assert come_back(client, "openid", asked)["Location"] == f"{SERVER}/c/new"


def test_claims_are_found_by_name_or_path() -> None:
    claims = {"a.b": ["1"], "a": {"c": {"d": "x y"}}, "n": 7}
    assert claim_at(claims, "a.b") == ["1"]
    assert claim_at(claims, "a.c.d") == "x y"
    assert claim_at(claims, "a.x.y") is None
    assert words_at(claims, "a.c.d") == ["x y", "x", "y"]
    assert words_at(claims, "n") == []
