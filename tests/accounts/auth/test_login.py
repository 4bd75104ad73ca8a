"""The one login path."""

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory

from accounts.auth.login import (
    GATES,
    login_complete,
    login_proved,
    login_with_password,
    page_session,
)
from accounts.errors import (
    AccountDisabledError,
    BannedError,
    DomainNotAllowedError,
    EmailNotVerifiedError,
    LoginRefusedError,
)
from accounts.life_errors import AccountClosingError
from accounts.limits.caller import Caller
from accounts.models import AuthSession, Ban, User
from librechat.kernel import clock, yaml_config
from tests.factories.people import CALLER, PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db


def test_a_sign_in_remembers_where_it_came_from(owner: User) -> None:
    request = RequestFactory().get(
        "/",
        REMOTE_ADDR="192.0.2.7",
        headers={"User-Agent": "Agent " + "x" * 500},
    )
    caller = Caller.of(request)
    login = login_with_password(email=owner.email, password=PASSWORD, caller=caller)
    stored = AuthSession.objects.get(pk=login.session.pk)
    assert (stored.user, stored.address) == (owner, "192.0.2.7")
    assert stored.user_agent == ("Agent " + "x" * 500)[:300]


def test_every_way_in_passes_every_gate() -> None:
    refusals = {
        AccountDisabledError: person(is_active=False),
        EmailNotVerifiedError: person(email_verified=False),
        DomainNotAllowedError: person("a@bad.example"),
        AccountClosingError: person(delete_after=clock.now() + timedelta(days=1)),
        BannedError: person(),
    }
    Ban.objects.create(user=refusals[BannedError], kind="manual")
    assert len(GATES) == len(refusals)
    with yaml_config.override({"registration": {"allowedDomains": ["example.org"]}}):
        for error, user in refusals.items():
            for way_in in (login_complete, login_proved):
                with pytest.raises(error):
                    way_in(user=user, caller=CALLER)
    assert not AuthSession.objects.exists()


def test_somebody_without_a_password_cannot_sign_in_with_one() -> None:
    user = person(password=None)
    for password in ("", "!", user.password):
        with pytest.raises(LoginRefusedError):
            login_with_password(email=user.email, password=password, caller=CALLER)


def test_a_request_without_a_page_sign_in_has_no_session(client: Client) -> None:
    request = RequestFactory().get("/")
    request.session = client.session
    assert page_session(request) is None


def test_two_sign_ins_are_two_sessions(owner: User) -> None:
    assert sign_in(owner).session != sign_in(owner).session
