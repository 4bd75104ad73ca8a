"""The tabs on the page of a person."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.admin.user_rights import capability_reasons
from accounts.limits.violations import violation_log
from accounts.models import ApiKey, AuditEvent, AuthSession, Ban, Grant, PrincipalType, User
from accounts.services.api_keys import api_key_create
from accounts.services.bans import ban_add
from tests.factories.budgets import budget_make
from tests.factories.people import PASSWORD, person, sign_in
from tests.factories.rights import AGENT, entry, grant, group
from tests.factories.threads import conversation_make, turn_make

pytestmark = pytest.mark.django_db

CAPABILITIES = {
    "sessions": "read:users",
    "keys": "read:users",
    "rights": "read:roles",
    "holds": "read:legal_holds",
    "ledger": "read:billing",
    "budgets": "read:billing",
    "conversations": "read:conversations",
    "trust": "read:moderation",
    "audit": "read:audit_log",
}


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def address(user: User, tab: str) -> str:
    return f"/admin/accounts/user/{user.pk}/tab/{tab}/"


def text(client: Client, user: User, tab: str) -> str:
    answer = client.get(address(user, tab))
    assert answer.status_code == 200
    return str(answer.content.decode())


def act(client: Client, user: User, tab: str, action: str, chosen: str = "", **given: str) -> Any:
    body = {"action": action, "_selected_action": chosen or user.pk, "confirmed": "yes", **given}
    return client.post(address(user, tab), body)


def helper(client: Client, *capabilities: str) -> User:
    """Return somebody with these capabilities, signed in."""
    user = person()
    grant(user, *{"access:admin", *capabilities})
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return user


@pytest.mark.parametrize("tab", sorted(CAPABILITIES))
def test_a_tab_opens_with_its_capability_and_is_named_on_the_others(
    client: Client,
    owner: User,
    tab: str,
) -> None:
    helper(client, "read:users", CAPABILITIES[tab])
    assert client.get(address(owner, tab)).status_code == 200
    form = client.get(f"/admin/accounts/user/{owner.pk}/change/").content.decode()
    assert address(owner, tab) in form


@pytest.mark.parametrize("tab", sorted(set(CAPABILITIES) - {"sessions", "keys"}))
def test_a_tab_is_closed_and_unnamed_without_it(client: Client, owner: User, tab: str) -> None:
    others = set(CAPABILITIES.values()) - {CAPABILITIES[tab]}
    helper(client, "read:users", *others)
    assert client.get(address(owner, tab)).status_code == 403
    assert client.post(address(owner, tab), {"action": "sign_out"}).status_code == 403
    form = client.get(f"/admin/accounts/user/{owner.pk}/change/").content.decode()
    assert address(owner, tab) not in form


def test_every_tab_is_tested_here(desk: Client, owner: User) -> None:
    page = desk.get(f"/admin/accounts/user/{owner.pk}/change/")
    addresses = {one["address"] for one in page.context["person_tabs"]}
    assert addresses - {f"/admin/accounts/user/{owner.pk}/change/"} == {
        address(owner, tab) for tab in CAPABILITIES
    }


def test_what_does_not_exist_is_not_found(desk: Client, owner: User) -> None:
    assert desk.get(address(owner, "nonsense")).status_code == 404
    ghost = User(id="0" * 24)
    assert desk.get(address(ghost, "sessions")).status_code == 404


def test_sessions_are_ended_one_or_all_and_the_tab_comes_back(desk: Client, owner: User) -> None:
    first, second = sign_in(owner).session, sign_in(owner).session
    assert "Firefox" in text(desk, owner, "sessions")
    asked = desk.post(
        address(owner, "sessions"),
        {"action": "end", "_selected_action": first.pk},
    )
    assert b'name="confirmed"' in asked.content
    assert AuthSession.objects.alive().filter(user=owner).count() == 2
    ended = act(desk, owner, "sessions", "end", first.pk)
    assert ended.headers["Location"] == address(owner, "sessions")
    assert list(AuthSession.objects.alive().filter(user=owner)) == [second]
    act(desk, owner, "sessions", "sign_out")
    assert not AuthSession.objects.alive().filter(user=owner).exists()


def test_a_tab_touches_nobody_elses_things(desk: Client, owner: User, viewer: User) -> None:
    theirs = sign_in(viewer).session
    act(desk, owner, "sessions", "end", theirs.pk)
    assert theirs in AuthSession.objects.alive()


def test_who_may_only_look_is_offered_and_does_nothing(client: Client, owner: User) -> None:
    helper(client, "read:users")
    session = sign_in(owner).session
    page = text(client, owner, "sessions")
    assert 'value="end"' not in page
    assert 'value="sign_out"' not in page
    assert act(client, owner, "sessions", "end", session.pk).status_code == 403
    assert act(client, owner, "sessions", "sign_out").status_code == 403
    assert act(client, owner, "sessions", "ban", reason="No.").status_code == 403
    assert session in AuthSession.objects.alive()
    assert not Ban.objects.exists()


def test_a_key_is_revoked_and_never_shown(desk: Client) -> None:
    keeper = person(role="ADMIN")
    key, secret = api_key_create(user=keeper, name="A program")
    page = text(desk, keeper, "keys")
    assert "A program" in page
    assert secret not in page
    act(desk, keeper, "keys", "revoke", key.pk)
    assert ApiKey.objects.get().revoked_at is not None
    assert 'value="revoke"' not in text(desk, keeper, "keys")


def test_rights_say_why(desk: Client, owner: User) -> None:
    crew = group("Crew", owner)
    Grant.objects.create(principal_type="group", principal_id=crew.pk, capability="manage:prompts")
    grant(owner, "read:usage")
    entry(AGENT, "a" * 24, PrincipalType.GROUP, crew.pk, "editor")
    assert capability_reasons(owner, {crew.pk: "Crew"}) == {
        "manage:prompts": ["granted to the group Crew"],
        "read:prompts": ["included in manage:prompts"],
        "read:usage": ["granted to the person"],
    }
    page = text(desk, owner, "rights")
    assert "granted to the group Crew" in page
    assert "shared with the group Crew" in page
    assert "view, edit" in page
    assert "as the role USER has it by default" in page


def test_an_administrator_has_what_the_role_has_and_not_more(admin: User) -> None:
    reasons = capability_reasons(admin, {})
    assert reasons["read:users"][0] == "the role ADMIN has it always"
    assert "read:conversation_content" not in reasons
    grant(admin, "read:conversation_content")
    found = capability_reasons(admin, {})["read:conversation_content"]
    assert found == ["granted to the person"]


def test_budgets_show_where_they_stand(desk: Client, owner: User) -> None:
    budget_make(name="House rule", limit=1_000_000)
    page = text(desk, owner, "budgets")
    assert "House rule" in page
    assert "(0 %)" in page


def test_conversations_show_no_word_of_them(desk: Client, owner: User) -> None:
    conversation = conversation_make(owner, title="About my illness")
    turn_make(conversation)
    page = text(desk, owner, "conversations")
    assert conversation.conversation_id in page
    assert "<td>2</td>" in page
    assert "illness" not in page
    assert "Ninety-seven" not in page


def test_a_ban_is_made_and_lifted_where_violations_are_listed(desk: Client, owner: User) -> None:
    violation_log(kind="concurrent", user=owner)
    assert "concurrent" in text(desk, owner, "trust")
    act(desk, owner, "trust", "ban", reason="Asked twice.")
    ban = Ban.objects.get()
    assert ban.reason == "Asked twice."
    assert 'value="lift"' in text(desk, owner, "trust")
    act(desk, owner, "trust", "lift", ban.pk)
    assert not Ban.objects.in_force().exists()
    assert 'value="lift"' not in text(desk, owner, "trust")


def test_the_record_of_and_about_a_person_is_one_list(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    ban_add(user=owner, reason="About.", by=admin)
    assert "ban.added" in text(desk, owner, "audit")
    assert "ban.added" in text(desk, admin, "audit")
    assert AuditEvent.objects.filter(action="ban.added").count() == 1


def test_long_lists_are_paged(desk: Client, owner: User) -> None:
    for _ in range(51):
        violation_log(kind="concurrent", user=owner)
    first = desk.get(address(owner, "trust"))
    second = desk.get(f"{address(owner, 'trust')}?page=2")
    assert "?page=2" in first.content.decode()
    assert second.content.decode().count("<td>concurrent</td>") == 1
    assert desk.get(f"{address(owner, 'trust')}?page=²").status_code == 200


def test_a_person_with_a_hostile_name_stays_inert(desk: Client, owner: User) -> None:
    hostile = "<script>alert(1)</script>"
    group(hostile, owner)
    ban_add(user=owner, reason=hostile)
    conversation_make(owner, model=hostile)
    for tab in CAPABILITIES:
        assert "<script>alert" not in text(desk, owner, tab), tab


@pytest.mark.parametrize("tab", sorted(CAPABILITIES))
def test_a_tab_costs_the_same_for_little_and_much(desk: Client, owner: User, tab: str) -> None:
    def more() -> None:
        sign_in(owner)
        violation_log(kind="concurrent", user=owner)
        turn_make(conversation_make(owner))
        group("Crew", owner)

    more()
    desk.get(address(owner, tab))
    with CaptureQueriesContext(connection) as few:
        desk.get(address(owner, tab))
    for _ in range(5):
        more()
    with CaptureQueriesContext(connection) as many:
        desk.get(address(owner, tab))
    assert len(many) <= len(few)
    assert len(many) <= 14
