"""What an administrator does to people, sessions, keys and bans."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts.admin.asking import actor_of
from accounts.limits.violations import violation_log
from accounts.models import (
    AuditEvent,
    AuthSession,
    Ban,
    Group,
    GroupMember,
    OneTimeToken,
    User,
)
from accounts.services.api_keys import api_key_create
from librechat.kernel.errors import ForbiddenError
from tests.accounts.admin.people_desk import PEOPLE, act
from tests.factories.people import person, sign_in

pytestmark = pytest.mark.django_db


def test_every_action_asks_first_and_does_nothing_yet(desk: Client, owner: User) -> None:
    sign_in(owner)
    names = (
        "disable enable sign_out reset_factors send_reset add_to_group change_role ban unban act_as"
    )
    before = AuditEvent.objects.count()
    for name in names.split():
        page = desk.post(PEOPLE, {"action": name, "_selected_action": [owner.pk]})
        text = page.content.decode()
        assert page.status_code == 200
        assert 'name="confirmed"' in text
        assert owner.email in text
    owner.refresh_from_db()
    assert (owner.is_active, owner.role, owner.auth_epoch) == (True, "USER", 0)
    assert AuditEvent.objects.count() == before
    assert not Ban.objects.exists()
    assert AuthSession.objects.alive().filter(user=owner).exists()


def test_the_question_names_fifty_people_and_counts_the_rest(desk: Client) -> None:
    people = [person() for _ in range(52)]
    page = desk.post(
        PEOPLE,
        {"action": "disable", "_selected_action": [one.pk for one in people]},
    )
    text = page.content.decode()
    assert "and 2 more" in text
    assert text.count('name="_selected_action"') == 52


def test_people_are_switched_off_and_on_but_never_oneself(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    sign_in(owner)
    page = act(desk, "disable", owner, admin)
    assert "You cannot do this to yourself." in page.content.decode()
    for user, is_active in ((owner, False), (admin, True)):
        user.refresh_from_db()
        assert user.is_active is is_active
    assert AuditEvent.objects.get(action="account.disabled").actor_id == admin.pk
    act(desk, "enable", owner)
    owner.refresh_from_db()
    assert owner.is_active
    assert AuditEvent.objects.get(action="account.enabled").target_id == owner.pk


def test_signing_out_is_on_record(desk: Client, owner: User, admin: User) -> None:
    sign_in(owner)
    act(desk, "sign_out", owner)
    event = AuditEvent.objects.get(action="session.ended")
    assert (event.actor_id, event.target_id) == (admin.pk, owner.pk)
    assert event.metadata == {"sessions": 1}


def test_a_lost_second_factor_is_removed(desk: Client, owner: User, admin: User) -> None:
    Authenticator.objects.create(user=owner, type="totp", data={"secret": "x"})
    act(desk, "reset_factors", owner)
    assert not Authenticator.objects.filter(user=owner).exists()
    assert AuditEvent.objects.filter(actor_id=admin.pk, target_id=owner.pk).exists()


def test_a_password_link_is_shown_while_no_mail_is_set_up(
    desk: Client,
    owner: User,
    settings: Settings,
) -> None:
    refused = act(desk, "send_reset", owner)
    assert "Password reset is not allowed." in refused.content.decode()
    settings.ALLOW_PASSWORD_RESET = True
    page = act(desk, "send_reset", owner)
    assert "/reset-password?token=" in page.content.decode()
    assert OneTimeToken.objects.get().user == owner


def test_people_are_added_to_a_group(desk: Client, owner: User, viewer: User) -> None:
    group = Group.objects.create(name="Desk")
    act(desk, "add_to_group", owner, viewer, group=group.pk)
    assert set(GroupMember.objects.values_list("user", flat=True)) == {owner.pk, viewer.pk}
    assert desk.get(f"{PEOPLE}?group={group.pk}").content.decode().count("field-email") == 2


def test_a_role_is_changed_and_the_last_administrator_stays(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    page = act(desk, "change_role", owner, role="nonsense")
    assert 'name="confirmed"' in page.content.decode()
    act(desk, "change_role", owner, role="ADMIN")
    owner.refresh_from_db()
    assert owner.role == "ADMIN"
    event = AuditEvent.objects.get(action="role.changed")
    assert event.metadata == {"before": "USER", "after": "ADMIN"}


def test_a_ban_needs_a_reason_and_is_lifted_again(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    asked = act(desk, "ban", owner, reason="", minutes="60")
    assert 'name="confirmed"' in asked.content.decode()
    assert not Ban.objects.exists()
    page = act(desk, "ban", owner, admin, reason="Asked to stop twice.", minutes="60")
    assert "You and the last administrator cannot be banned." in page.content.decode()
    made = Ban.objects.get()
    assert (made.user, made.banned_by, made.reason) == (owner, admin, "Asked to stop twice.")
    assert made.expires_at == made.created_at + timedelta(minutes=60)
    for answer, count in (("yes", 1), ("no", 1), ("", 2)):
        listed = desk.get(f"{PEOPLE}?banned={answer}").content.decode()
        assert listed.count("field-email") == count
    act(desk, "unban", owner)
    assert not Ban.objects.in_force().exists()


def test_a_ban_without_minutes_lasts_until_it_is_lifted_in_the_list_of_bans(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    act(desk, "ban", owner, reason="For good.")
    made = Ban.objects.get()
    assert made.expires_at is None
    assert "For good." in desk.get("/admin/accounts/ban/").content.decode()
    assert desk.get(f"/admin/accounts/ban/{made.pk}/change/").status_code == 200
    act(desk, "lift", made, path="/admin/accounts/ban/")
    made.refresh_from_db()
    assert made.lifted_by == admin


def test_violations_are_listed_and_never_edited(desk: Client, owner: User) -> None:
    violation_log(kind="concurrent", user=owner)
    path = "/admin/accounts/violation/"
    assert "concurrent" in desk.get(path).content.decode()
    assert desk.get(f"{path}add/").status_code == 403


def test_a_key_is_revoked_and_never_shown(desk: Client) -> None:
    key, text = api_key_create(user=person(role="ADMIN"), name="script")
    path = "/admin/accounts/apikey/"
    pages = [desk.get(path), desk.get(f"{path}{key.pk}/change/")]
    for page in pages:
        assert page.status_code == 200
        assert text not in page.content.decode()
        assert key.key_hash not in page.content.decode()
    act(desk, "revoke", key, path=path)
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_ending_a_session_is_on_record(desk: Client, owner: User) -> None:
    session = sign_in(owner).session
    act(desk, "end", session, path="/admin/accounts/authsession/")
    event = AuditEvent.objects.get(action="session.ended")
    assert (event.target_id, event.metadata) == (owner.pk, {"session": session.pk})


def test_the_table_of_people_holds_no_secret_and_no_formula(
    desk: Client,
    owner: User,
) -> None:
    owner.name = "=1+1"
    owner.save()
    answer = desk.post(PEOPLE, {"action": "export", "_selected_action": [owner.pk]})
    heading, row = csv.reader(StringIO(answer.content.decode()))
    found = dict(zip(heading, row, strict=True))
    assert (found["email"], found["name"], found["last_login"]) == (owner.email, "'=1+1", "")
    assert "password" not in heading
    assert AuditEvent.objects.get(action="account.exported").metadata == {"people": 1}


def test_an_action_needs_somebody_who_acts() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with pytest.raises(ForbiddenError):
        actor_of(request)
