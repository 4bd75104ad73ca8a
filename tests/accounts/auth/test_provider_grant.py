"""The provider's refresh token on its way to the session it belongs to."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.auth.provider_grant import WAITING, lasts
from accounts.models import AuthSession, ProviderToken, User
from accounts.services.cleanup import expired_purge
from librechat.kernel import clock, secrets
from tests.factories.factors import app_of
from tests.factories.people import PASSWORD, person, post_auth
from tests.fakes.identity.grants import Grants
from tests.fakes.identity.travel import (
    SwitchOn,
    come_back,
    journey,
    leave,
    openid_variables,
    read,
    refused,
)
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db


def test_it_waits_for_the_second_factor_and_is_encrypted_meanwhile(
    client: Client,
    wires: Wires,
    grants: Grants,
) -> None:
    journey(Client(), "openid", wires)
    app = app_of(User.objects.get())
    ProviderToken.objects.all().delete()
    assert journey(client, "openid", wires)["Location"] == "/login/second-factor"
    assert not ProviderToken.objects.exists()
    assert "refresh-2" not in str(dict(client.session))
    client.post("/login/second-factor", {"code": app.code()})
    row = ProviderToken.objects.get()
    assert row.session == AuthSession.objects.latest("created_at", "id")
    assert secrets.decrypt(row.secret) == "refresh-2"
    assert WAITING not in client.session


def test_what_an_older_sign_in_left_behind_is_replaced(
    client: Client,
    wires: Wires,
    grants: Grants,
) -> None:
    asked = leave(client, "openid", wires)
    session = client.session
    stale = {"uid": "x", "secret": secrets.encrypt("stale"), "seconds": 300.0}
    session[WAITING] = stale
    session.save()
    come_back(client, "openid", asked)
    assert secrets.decrypt(ProviderToken.objects.get().secret) == "refresh-1"


@pytest.mark.parametrize("stale", ["nonsense", {"uid": 1}, {"uid": "x", "secret": "?"}], ids=str)
def test_what_was_left_behind_never_stands_in_the_way(
    stale: object,
    client: Client,
    wires: Wires,
    grants: Grants,
) -> None:
    asked = leave(client, "openid", wires)
    session = client.session
    session[WAITING] = stale
    session.save()
    assert come_back(client, "openid", asked)["Location"].endswith("/c/new")
    assert ProviderToken.objects.count() == 1


def test_it_never_ends_up_with_a_sign_in_by_password(
    client: Client,
    wires: Wires,
    grants: Grants,
) -> None:
    journey(Client(), "openid", wires)
    app_of(User.objects.get())
    journey(client, "openid", wires)  # broken off before the second step
    local = person("local@example.org")
    client.post("/login", {"email": local.email, "password": PASSWORD})
    assert AuthSession.objects.filter(user=local).count() == 1
    assert not ProviderToken.objects.filter(session__user=local).exists()
    assert WAITING not in client.session


def test_it_never_ends_up_with_another_account_of_the_provider(
    client: Client,
    wires: Wires,
    grants: Grants,
) -> None:
    journey(Client(), "openid", wires)
    app = app_of(User.objects.get())
    journey(client, "openid", wires)
    session = client.session
    session[WAITING] = {**session[WAITING], "uid": "somebody-else"}
    session.save()
    ProviderToken.objects.all().delete()
    client.post("/login/second-factor", {"code": app.code()})
    assert not ProviderToken.objects.exists()


def test_a_refused_sign_in_keeps_nothing(client: Client, wires: Wires, grants: Grants) -> None:
    journey(Client(), "openid", wires)
    User.objects.update(is_active=False)
    assert refused(journey(client, "openid", wires)) == "account_disabled"
    assert WAITING not in client.session
    assert ProviderToken.objects.count() == 1


def test_a_provider_without_a_refresh_token_signs_in_all_the_same(
    client: Client,
    wires: Wires,
    grants: Grants,
    caplog: pytest.LogCaptureFixture,
) -> None:
    grants.more = {"refresh_token": None}
    answer = journey(client, "openid", wires)
    assert answer.cookies["token_provider"].value == "librechat"
    assert not ProviderToken.objects.exists()
    assert "offline_access" in caplog.text
    assert post_auth(client, "refresh").status_code == 200


def test_signing_out_forgets_it(client: Client, wires: Wires, grants: Grants) -> None:
    journey(client, "openid", wires)
    post_auth(client, "logout")
    assert not ProviderToken.objects.exists()


def test_that_of_a_session_that_ran_out_is_removed(
    client: Client,
    wires: Wires,
    grants: Grants,
    clock_at: Callable[[datetime], None],
) -> None:
    journey(client, "openid", wires)
    expired_purge()
    assert ProviderToken.objects.count() == 1
    clock_at(clock.now() + timedelta(days=8))
    expired_purge()
    assert not ProviderToken.objects.exists()


@pytest.mark.parametrize(
    ("told", "seconds"),
    [(300, 300), ("300", 300), (3600, 900), (None, 900), ("soon", 900), (-5, 900)],
)
def test_an_answer_is_good_as_long_as_it_says_but_not_longer_than_the_operator_wants(
    told: object,
    seconds: int,
    wires: Wires,
) -> None:
    given = read(openid_variables(wires, OPENID_REUSE_TOKENS="true")).openid
    assert given is not None
    assert lasts(given, {"expires_in": told}) == timedelta(seconds=seconds)


def test_clients_are_told(client: Client, wires: Wires, switch_on: SwitchOn) -> None:
    for value in (True, False):
        given = {"OPENID_REUSE_TOKENS": str(value).lower()}
        switch_on(read(openid_variables(wires, **given)))
        client.force_login(person())
        assert client.get("/api/config").json()["openidReuseTokens"] is value
