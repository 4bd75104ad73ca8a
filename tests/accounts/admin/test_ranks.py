"""What belongs to people who may do more than the administrator stays as it is."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, AuthSession, Ban, User
from accounts.services.api_keys import api_key_create
from tests.factories.people import person, role, sign_in
from tests.factories.rights import grant
from tests.librechat.dashboard.tables import signed_in

pytestmark = pytest.mark.django_db

SESSIONS, BANS = "/admin/accounts/authsession/", "/admin/accounts/ban/"
ABOVE = "This person may do what you may not. Nothing was changed."


def act(desk: Client, action: str, *chosen: Any, path: str) -> str:
    """Choose an action and confirm it; return the page that follows."""
    names = [one.pk for one in chosen]
    body = {"action": action, "_selected_action": names, "confirmed": "yes"}
    return desk.post(path, body, follow=True).content.decode()


@pytest.fixture
def helper() -> tuple[User, Client]:
    """Return somebody who manages people and bans without being an administrator."""
    somebody = person()
    grant(somebody, "access:admin", "manage:users", "manage:moderation")
    return somebody, signed_in(somebody)


def test_whoever_manages_people_ends_sessions_of_those_who_may_no_more(
    helper: tuple[User, Client], owner: User, admin: User
) -> None:
    somebody, desk = helper
    theirs, above = sign_in(owner).session, sign_in(admin).session
    page = act(desk, "end", theirs, above, path=SESSIONS)
    assert ABOVE in page
    alive = AuthSession.objects.alive()
    assert alive.filter(pk=above.pk).exists()
    assert not alive.filter(pk=theirs.pk).exists()
    event = AuditEvent.objects.get(action="session.ended")
    assert (event.actor_id, event.target_id) == (somebody.pk, owner.pk)


def test_a_granted_capability_outranks_too_and_the_tab_refuses_as_the_list_does(
    helper: tuple[User, Client], owner: User
) -> None:
    grant(owner, "manage:system")
    session = sign_in(owner).session
    path = f"/admin/accounts/user/{owner.pk}/tab/sessions/"
    assert ABOVE in act(helper[1], "end", session, path=path)
    assert AuthSession.objects.alive().filter(pk=session.pk).exists()
    assert not AuditEvent.objects.filter(action="session.ended").exists()


def test_a_ban_of_who_may_more_is_not_lifted_and_one_of_an_address_is(
    helper: tuple[User, Client], admin: User
) -> None:
    of_admin = Ban.objects.create(user=admin, kind="manual")
    of_address = Ban.objects.create(address="192.0.2.9", kind="manual")
    page = act(helper[1], "lift", of_admin, of_address, path=BANS)
    assert ABOVE in page
    assert list(Ban.objects.in_force()) == [of_admin]


def test_keys_of_who_may_more_are_neither_revoked_nor_bound_nor_changed(
    helper: tuple[User, Client], admin: User
) -> None:
    path = "/admin/accounts/apikey/"
    role("keyed", REMOTE_AGENTS={"USE": True})
    theirs, _ = api_key_create(user=person(role="keyed"), name="theirs")
    above, _ = api_key_create(user=admin, name="above")
    for action in ("hold", "free", "revoke"):
        assert ABOVE in act(helper[1], action, theirs, above, path=path)
    for key in (theirs, above):
        key.refresh_from_db()
    assert theirs.revoked_at is not None
    assert above.revoked_at is None
    assert helper[1].post(f"{path}{above.pk}/change/", {"name": "x"}).status_code == 403
