"""Invitations."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.life_errors import (
    AddressTakenError,
    InvalidInviteError,
    MailFailedError,
)
from accounts.models import AuditEvent, Group, OneTimeToken, Role, User
from accounts.services.invites import invite_find, invite_make, invite_use
from accounts.signals import group_changed
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError
from tests.accounts.mails import link_of, mail_on, mails, query_of
from tests.factories.people import PASSWORD, person, post_auth, role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _closed(settings: Settings, admin: User) -> None:
    settings.ALLOW_REGISTRATION = False


def body(link: str, email: str = "guest@example.org") -> dict[str, str]:
    return {
        "name": "A Guest",
        "email": email,
        "password": PASSWORD,
        "confirm_password": PASSWORD,
        **query_of(link),
    }


def test_an_invitation_opens_a_closed_door_once_for_one_address(client: Client) -> None:
    link = invite_make(email="Guest@Example.org")
    assert "/register?token=" in link
    assert query_of(link)["token"] not in str(list(OneTimeToken.objects.values()))
    other = post_auth(client, "register", body(link, "other@example.org"))
    assert other.status_code == 403
    assert post_auth(client, "register", body(link)).status_code == 200
    user = User.objects.get(email="guest@example.org")
    assert (user.role, user.email_verified, user.unverified_until) == ("USER", True, None)
    User.objects.filter(pk=user.pk).update(email="renamed@example.org")
    assert post_auth(client, "register", body(link)).status_code == 403
    assert User.objects.count() == 2


def test_an_invitation_gives_its_role_and_groups(client: Client) -> None:
    role("editors")
    groups = [Group.objects.create(name=name) for name in ("Red", "Blue", "Other")]
    told: list[str] = []

    def listen(user: User, **_kwargs: object) -> None:
        told.append(user.email)

    group_changed.connect(listen)
    try:
        link = invite_make(email="guest@example.org", role="editors", groups=["Red", "Blue"])
        assert post_auth(client, "register", body(link)).status_code == 200
    finally:
        group_changed.disconnect(listen)
    user = User.objects.get(email="guest@example.org")
    assert user.role == "editors"
    assert set(user.member_groups.all()) == set(groups[:2])
    assert told == ["guest@example.org"]


def test_a_role_that_is_gone_counts_as_a_plain_one(client: Client) -> None:
    role("editors")
    link = invite_make(email="guest@example.org", role="editors")
    Role.objects.filter(name="editors").delete()
    assert post_auth(client, "register", body(link)).status_code == 200
    assert User.objects.get(email="guest@example.org").role == "USER"


def test_an_invitation_ends_after_a_week_and_with_the_next_one(
    client: Client,
    clock_at: Callable[[datetime], None],
) -> None:
    first = invite_make(email="guest@example.org")
    second = invite_make(email="guest@example.org")
    assert post_auth(client, "register", body(first)).status_code == 403
    clock_at(clock.now() + timedelta(days=7, minutes=1))
    assert post_auth(client, "register", body(second)).status_code == 403
    assert not User.objects.filter(email="guest@example.org").exists()


def test_two_at_once_with_one_invitation_make_one_account() -> None:
    link = invite_make(email="guest@example.org")
    token = query_of(link)["token"]
    one, other = invite_find(token=token), invite_find(token=token)
    invite_use(invite=one, user=person("guest@example.org"))
    with pytest.raises(InvalidInviteError):
        invite_use(invite=other, user=User.objects.get(email="guest@example.org"))


@pytest.mark.parametrize("token", ["", "x", None, 5, []])
def test_there_is_no_invitation_without_a_token(token: object) -> None:
    with pytest.raises(InvalidInviteError):
        invite_find(token=token)


def test_who_has_an_account_or_no_address_is_not_invited(owner: User) -> None:
    with pytest.raises(AddressTakenError):
        invite_make(email=owner.email)
    with pytest.raises(InvalidInputError):
        invite_make(email="no")
    with pytest.raises(InvalidInputError, match="kings"):
        invite_make(email="a@example.org", role="kings")
    with pytest.raises(InvalidInputError, match="Nowhere"):
        invite_make(email="a@example.org", groups=["Nowhere"])
    assert not OneTimeToken.objects.exists()


def test_the_invitation_is_mailed_and_recorded(
    admin: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mail_on(settings)
    with django_capture_on_commit_callbacks(execute=True):
        link = invite_make(email="guest@example.org", actor=admin)
    [mail] = mails("invited")
    assert mail.to == ["guest@example.org"]
    assert link.endswith(link_of(mail))
    event = AuditEvent.objects.get(action="invite.made")
    assert (event.actor_id, event.target_name) == (admin.pk, "guest@example.org")


def test_whoever_waits_for_the_mail_hears_that_it_failed(settings: Settings) -> None:
    mail_on(settings)
    settings.EMAIL_BACKEND = "accounts.services.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(MailFailedError):
        invite_make(email="guest@example.org", is_waited_for=True)
    assert OneTimeToken.objects.filter(email="guest@example.org").exists()


def test_the_page_of_an_invitation_knows_the_address(client: Client) -> None:
    link = invite_make(email="guest@example.org")
    page = client.get("/signup", query_of(link))
    assert page.status_code == 200
    assert "guest@example.org" in page.content.decode()
    form = {"name": "A Guest", "email": "guest@example.org", "password": PASSWORD}
    answer = client.post("/signup", {**form, "invite": query_of(link)["token"]})
    assert (answer.status_code, answer["Location"]) == (302, "/c/new")
    assert User.objects.filter(email="guest@example.org").exists()


def test_the_page_of_a_wrong_invitation_says_so(client: Client) -> None:
    page = client.get("/signup", {"token": "x"})
    assert page.status_code == 403
    assert "invitation is invalid" in page.content.decode()
    form = {"name": "A Guest", "email": "guest@example.org", "password": PASSWORD, "invite": "x"}
    assert client.post("/signup", form).status_code == 403
    assert client.get("/signup").status_code == 403
