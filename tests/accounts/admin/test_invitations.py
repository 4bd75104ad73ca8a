"""Invitations in the admin: several at once, sent again, withdrawn."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import AuditEvent, Group, OneTimeToken, User
from accounts.services.invites import invite_make
from librechat.kernel import clock
from tests.accounts.mails import mail_on, mails
from tests.factories.people import PASSWORD, person, role
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db

LINKS = "/admin/accounts/onetimetoken/"
INVITE = f"{LINKS}invite/"


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def act(desk: Client, action: str, *chosen: OneTimeToken) -> Any:
    names = [one.pk for one in chosen]
    body = {"action": action, "_selected_action": names, "confirmed": "yes"}
    return desk.post(LINKS, body, follow=True)


def invited() -> dict[str, dict[str, object]]:
    rows = OneTimeToken.objects.filter(purpose="invite")
    return {row.email: row.data for row in rows}


def test_several_people_are_invited_at_once_with_role_and_groups(
    desk: Client,
    admin: User,
    owner: User,
) -> None:
    role("editors")
    red = group("Red")
    page = desk.post(
        INVITE,
        {
            "emails": f"one@example.org, two@example.org\nONE@example.org; nonsense {owner.email}",
            "role": "editors",
            "groups": [red.pk],
        },
    )
    data = {"role": "editors", "groups": [red.pk], "by": admin.pk}
    assert invited() == {"one@example.org": data, "two@example.org": data}
    text = page.content.decode()
    assert "This is not an e-mail address." in text
    assert f"{owner.email} has an account." in text
    assert text.count("/register?token=") == 2
    assert AuditEvent.objects.filter(action="invite.made", actor_id=admin.pk).count() == 2


def test_with_mail_the_links_are_mailed_and_not_shown(
    desk: Client,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mail_on(settings)
    with django_capture_on_commit_callbacks(execute=True):
        page = desk.post(INVITE, {"emails": "one@example.org", "role": "USER"})
    assert "/register?token=" not in page.content.decode()
    assert [item.to for item in mails()] == [["one@example.org"]]


@pytest.mark.parametrize(
    "given",
    [
        {"emails": "", "role": "USER"},
        {"emails": "one@example.org", "role": "kings"},
        {"emails": "one@example.org", "role": "USER", "groups": ["0" * 24]},
        {"emails": " ".join(f"p{n}@example.org" for n in range(501)), "role": "USER"},
    ],
)
def test_a_form_that_says_nonsense_invites_nobody(desk: Client, given: dict[str, object]) -> None:
    assert desk.post(INVITE, given).status_code == 422
    assert invited() == {}


def test_a_group_of_a_directory_cannot_be_chosen(desk: Client) -> None:
    company = Group.objects.create(name="Company", source="ldap", external_id="x")
    given = {"emails": "one@example.org", "role": "USER", "groups": [company.pk]}
    assert desk.post(INVITE, given).status_code == 422
    assert invited() == {}


def test_nobody_invites_somebody_who_may_do_more(client: Client) -> None:
    keeper = person()
    grant(keeper, "access:admin", "manage:users")
    client.post("/login", {"email": keeper.email, "password": PASSWORD})
    page = client.post(INVITE, {"emails": "one@example.org", "role": "ADMIN"})
    assert page.status_code == 422
    assert "capabilities that you do not have yourself" in page.content.decode()
    assert invited() == {}
    waiting = _waiting("chief@example.org", role_name="ADMIN")
    act(client, "resend", waiting)
    assert OneTimeToken.objects.get() == waiting


def test_who_may_only_look_invites_nobody(client: Client) -> None:
    looker = person()
    grant(looker, "access:admin", "read:users")
    client.post("/login", {"email": looker.email, "password": PASSWORD})
    assert client.get(INVITE).status_code == 403
    assert client.post(INVITE, {"emails": "a@example.org", "role": "USER"}).status_code == 403
    assert "Invite people" not in client.get(LINKS).content.decode()
    assert invited() == {}


def test_inviting_wants_a_fresh_proof(
    desk: Client,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(clock.now() + timedelta(minutes=6))
    answer = desk.post(INVITE, {"emails": "a@example.org", "role": "USER"})
    assert answer.headers["Location"].startswith("/settings/confirm?")
    assert invited() == {}


def test_the_list_says_what_became_of_each_and_who_invited(
    desk: Client,
    admin: User,
    clock_at: Callable[[datetime], None],
) -> None:
    waiting = _waiting("waiting@example.org", by=admin)
    used = _waiting("used@example.org")
    OneTimeToken.objects.filter(pk=used.pk).update(used_at=clock.now())
    over = _waiting("over@example.org")
    OneTimeToken.objects.filter(pk=over.pk).update(expires_at=clock.now())
    for state, row in (("waiting", waiting), ("used", used), ("over", over)):
        [found] = desk.get(f"{LINKS}?state={state}").context["cl"].result_list
        assert found == row
    text = desk.get(f"{LINKS}?state=waiting").content.decode()
    assert admin.email in text
    assert desk.get(f"{LINKS}?state=x").context["cl"].result_count == 3


def test_an_invitation_is_sent_again_with_what_it_gives(desk: Client, admin: User) -> None:
    role("editors")
    red = group("Red")
    old = _waiting("one@example.org", role_name="editors", groups=("Red",), by=admin)
    OneTimeToken.objects.filter(pk=old.pk).update(data={**old.data, "promised": 5})
    page = act(desk, "resend", old)
    fresh = OneTimeToken.objects.get()
    assert fresh.pk != old.pk
    assert fresh.token_hash != old.token_hash
    given = {"role": "editors", "groups": [red.pk], "by": admin.pk, "promised": 5}
    assert fresh.data == given
    assert "one@example.org: " in page.content.decode()
    assert "/register?token=" in page.content.decode()


def test_a_used_invitation_is_neither_sent_again_nor_withdrawn(desk: Client) -> None:
    used = _waiting("used@example.org")
    OneTimeToken.objects.filter(pk=used.pk).update(used_at=clock.now())
    for action in ("resend", "withdraw"):
        page = act(desk, action, used)
        assert "This invitation is invalid" in page.content.decode()
    assert OneTimeToken.objects.get() == used


def test_a_withdrawn_invitation_opens_nothing_and_is_on_record(desk: Client, admin: User) -> None:
    act(desk, "withdraw", _waiting("one@example.org"))
    assert invited() == {}
    event = AuditEvent.objects.get(action="invite.withdrawn")
    assert (event.actor_id, event.target_name) == (admin.pk, "one@example.org")


def test_other_links_are_not_touched_by_these_actions(desk: Client, owner: User) -> None:
    reset = OneTimeToken.objects.create(
        user=owner,
        purpose="password_reset",
        token_hash="x",
        expires_at=clock.now() + timedelta(hours=1),
    )
    for action in ("resend", "withdraw"):
        act(desk, action, reset)
    assert OneTimeToken.objects.get() == reset


def _waiting(
    email: str,
    *,
    role_name: str = "USER",
    groups: tuple[str, ...] = (),
    by: User | None = None,
) -> OneTimeToken:
    invite_make(email=email, role=role_name, groups=groups, actor=by)
    return OneTimeToken.objects.get(email=email)
