"""Sign-in over the API."""

from datetime import timedelta

import jwt
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import AuthSession, User
from librechat.kernel import yaml_config
from tests.factories.people import PASSWORD, person
from tests.factories.people import post_auth as post

pytestmark = pytest.mark.django_db

REFUSED = {"message": "The e-mail address or the password is not right."}


def test_login_answers_with_token_user_and_two_cookies(client: Client, owner: User) -> None:
    answer = post(client, "login", {"email": " Owner@Example.org", "password": PASSWORD})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"token", "user"}
    assert list(body["user"])[:6] == ["_id", "id", "name", "username", "email", "emailVerified"]
    assert body["user"]["_id"] == body["user"]["id"] == owner.pk
    assert body["user"]["avatar"] is None
    assert body["user"]["role"] == "USER"
    claims = jwt.decode(body["token"], django_settings.JWT_SECRET, algorithms=["HS256"])
    assert {name: claims[name] for name in ("id", "username", "provider", "email")} == {
        "id": owner.pk,
        "username": "owner",
        "provider": "local",
        "email": "owner@example.org",
    }
    assert claims["exp"] - claims["iat"] == 15 * 60
    for name in ("refreshToken", "token_provider"):
        cookie = answer.cookies[name]
        assert cookie["path"] == "/"
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Strict"
        assert cookie["secure"] == ""
        assert cookie["expires"]
    assert answer.cookies["token_provider"].value == "librechat"
    refresh = jwt.decode(
        answer.cookies["refreshToken"].value,
        django_settings.JWT_REFRESH_SECRET,
        algorithms=["HS256"],
    )
    session = AuthSession.objects.get()
    assert (refresh["id"], refresh["sessionId"]) == (owner.pk, session.pk)
    assert session.expires_at - session.created_at == timedelta(days=7)


def test_cookies_are_secure_when_the_product_is_served_over_https(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.SECURE_COOKIES = True
    answer = post(client, "login", {"email": owner.email, "password": PASSWORD})
    assert answer.cookies["refreshToken"]["secure"] is True


def test_no_secret_of_the_account_is_in_the_answer(client: Client, owner: User) -> None:
    answer = post(client, "login", {"email": owner.email, "password": PASSWORD})
    text = answer.content.decode()
    assert owner.password not in text
    assert "password" not in text
    assert "md5$" not in text


@pytest.mark.parametrize(
    "body",
    [
        {"email": "owner@example.org", "password": "wrong horse battery"},
        {"email": "nobody@example.org", "password": PASSWORD},
        {"email": "owner@example.org"},
        {"email": "owner@example.org", "password": ""},
        {"email": "owner@example.org", "password": "x" * 5000},
        {"email": {"$ne": ""}, "password": {"$ne": ""}},
        {"email": ["owner@example.org"], "password": 1},
        {},
    ],
)
def test_a_wrong_password_and_an_unknown_address_look_the_same(
    client: Client,
    owner: User,
    body: dict[str, object],
) -> None:
    answer = post(client, "login", body)
    assert (answer.status_code, answer.json()) == (404, REFUSED)
    assert not answer.cookies
    assert not AuthSession.objects.exists()


def test_an_unknown_address_costs_the_same_hash_as_a_wrong_password(
    client: Client,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        calls.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    costs = []
    for email in (owner.email, "nobody@example.org", person(password=None).email):
        calls.clear()
        post(client, "login", {"email": email, "password": "wrong horse battery"})
        costs.append(len(calls))
    assert costs == [1, 1, 1]


def test_a_stored_hash_is_not_a_password(client: Client, owner: User) -> None:
    assert post(client, "login", {"email": owner.email, "password": owner.password}).json() == (
        REFUSED
    )


def test_a_body_that_is_not_an_object_is_400(client: Client) -> None:
    assert post(client, "login", ["owner@example.org"]).status_code == 400
    assert post(client, "login", "{not json").status_code == 400
    assert post(client, "register", [1]).status_code == 400


def test_an_unverified_address_is_422(client: Client, settings: Settings) -> None:
    user = person(email_verified=False)
    body = {"email": user.email, "password": PASSWORD}
    assert post(client, "login", body).status_code == 422
    settings.ALLOW_UNVERIFIED_EMAIL_LOGIN = True
    assert post(client, "login", body).status_code == 200


def test_a_disabled_account_is_403_but_only_to_who_knows_its_password(client: Client) -> None:
    user = person(is_active=False)
    answer = post(client, "login", {"email": user.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()) == (
        403,
        {"message": "This account has been disabled."},
    )
    wrong = post(client, "login", {"email": user.email, "password": "wrong horse battery"})
    assert wrong.json() == REFUSED
    assert not AuthSession.objects.exists()


def test_an_account_of_a_domain_no_longer_allowed_is_403(client: Client, owner: User) -> None:
    with yaml_config.override({"registration": {"allowedDomains": ["good.example"]}}):
        answer = post(client, "login", {"email": owner.email, "password": PASSWORD})
    assert answer.status_code == 403


def test_login_by_password_can_be_switched_off(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_EMAIL_LOGIN = False
    answer = post(client, "login", {"email": owner.email, "password": PASSWORD})
    assert answer.status_code == 403


def test_the_eighth_attempt_is_429_even_with_the_right_password(
    client: Client,
    owner: User,
) -> None:
    for _ in range(7):
        post(client, "login", {"email": owner.email, "password": "wrong horse battery"})
    answer = post(client, "login", {"email": owner.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.json() == {
        "message": "Too many login attempts, please try again after 5 minutes.",
    }
    assert not AuthSession.objects.exists()


def test_login_takes_few_queries(
    client: Client,
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    post(client, "login", {"email": owner.email, "password": PASSWORD})  # begins the record
    # Person, ban, second factor twice, session, the record of it, and the savepoints around.
    with django_assert_num_queries(12):
        post(client, "login", {"email": owner.email, "password": PASSWORD})
