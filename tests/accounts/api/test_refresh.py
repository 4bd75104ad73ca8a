"""Refresh and sign-out over the API."""

from collections.abc import Callable
from datetime import datetime, timedelta

import jwt
import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import AuthSession, User
from librechat.kernel import clock
from tests.factories.people import person, sign_in
from tests.factories.people import post_auth as post

pytestmark = pytest.mark.django_db


def signed_in(client: Client, user: User) -> str:
    login = sign_in(user)
    client.cookies["refreshToken"] = login.refresh_token
    return login.refresh_token


def test_refresh_without_a_cookie_is_200_and_plain_text(client: Client) -> None:
    answer = post(client, "refresh")
    assert (answer.status_code, answer.content) == (200, b"Refresh token not provided")
    assert answer["Content-Type"].startswith("text/plain")


def test_refresh_gives_a_new_token_and_a_new_cookie_with_the_same_end(
    client: Client,
    owner: User,
) -> None:
    old = signed_in(client, owner)
    session = AuthSession.objects.get()
    answer = post(client, "refresh?retry=true")
    assert answer.status_code == 200
    body = answer.json()
    assert body["user"]["_id"] == owner.pk
    assert "id" not in body["user"]
    fresh = answer.cookies["refreshToken"].value
    assert fresh != old
    ends = [
        jwt.decode(token, django_settings.JWT_REFRESH_SECRET, algorithms=["HS256"])["exp"]
        for token in (old, fresh)
    ]
    assert ends[0] == ends[1] == int(session.expires_at.timestamp())
    me = client.get("/api/user", headers={"Authorization": f"Bearer {body['token']}"})
    assert me.json()["id"] == owner.pk


def test_two_tabs_that_refresh_at_once_get_the_same_cookie_and_both_stay_signed_in(
    client: Client,
    owner: User,
) -> None:
    old = signed_in(client, owner)
    first = post(client, "refresh")
    fresh = first.cookies["refreshToken"].value
    client.cookies["refreshToken"] = old
    second = post(client, "refresh")
    assert second.status_code == 200
    assert second.cookies["refreshToken"].value == fresh != old
    for answer in (first, second):
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        assert client.get("/api/user", headers=headers).status_code == 200
    client.cookies["refreshToken"] = fresh
    assert post(client, "refresh").status_code == 200


def test_a_later_second_use_of_a_refresh_token_ends_the_session(
    client: Client,
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    old = signed_in(client, owner)
    first = post(client, "refresh")
    fresh = first.cookies["refreshToken"].value
    grace = timedelta(seconds=django_settings.REFRESH_GRACE_SECONDS)
    clock_at(clock.now() + grace)
    client.cookies["refreshToken"] = old
    again = post(client, "refresh")
    assert again.status_code == 401
    assert again["Content-Type"].startswith("text/plain")
    assert b"two places" in again.content
    client.cookies["refreshToken"] = fresh
    assert post(client, "refresh").status_code == 401
    token = first.json()["token"]
    me = client.get("/api/user", headers={"Authorization": f"Bearer {token}"})
    assert me.status_code == 401
    assert AuthSession.objects.get().revoked_at is not None


def test_the_session_ends_seven_days_after_sign_in_however_often_it_is_refreshed(
    client: Client,
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    signed_in(client, owner)
    start = clock.now()
    clock_at(start + timedelta(days=6, hours=23))
    answer = post(client, "refresh")
    assert answer.status_code == 200
    claims = jwt.decode(
        answer.json()["token"],
        django_settings.JWT_SECRET,
        algorithms=["HS256"],
        options={"verify_iat": False},
    )
    assert claims["exp"] - claims["iat"] == 15 * 60
    clock_at(start + timedelta(days=7, seconds=1))
    assert post(client, "refresh").status_code == 401


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "eyJhbGciOiJub25lIn0.e30."])
def test_a_forged_refresh_token_is_401(client: Client, token: str) -> None:
    client.cookies["refreshToken"] = token
    assert post(client, "refresh").status_code == 401


def test_an_access_token_is_not_a_refresh_token(client: Client, owner: User) -> None:
    client.cookies["refreshToken"] = sign_in(owner).access_token
    assert post(client, "refresh").status_code == 401


def test_refresh_of_a_deleted_or_disabled_person_is_401(client: Client) -> None:
    user = person()
    signed_in(client, user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert post(client, "refresh").status_code == 401
    user.delete()
    assert post(client, "refresh").status_code == 401


def test_logout_ends_the_session_and_clears_the_cookies(client: Client, owner: User) -> None:
    login = sign_in(owner)
    client.cookies["refreshToken"] = login.refresh_token
    headers = {"Authorization": f"Bearer {login.access_token}"}
    answer = post(client, "logout", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"message": "Logout successful"})
    for name in ("refreshToken", "token_provider", "openid_user_id"):
        assert answer.cookies[name].value == ""
        assert answer.cookies[name]["max-age"] == 0
    assert client.get("/api/user", headers=headers).status_code == 401
    client.cookies["refreshToken"] = login.refresh_token
    assert post(client, "refresh").status_code == 401


def test_logout_needs_only_one_of_cookie_and_token_and_leaves_other_sessions(
    client: Client,
    owner: User,
) -> None:
    by_cookie, by_token, kept = sign_in(owner), sign_in(owner), sign_in(owner)
    client.cookies["refreshToken"] = by_cookie.refresh_token
    assert post(client, "logout").status_code == 200
    client.cookies.clear()
    headers = {"Authorization": f"Bearer {by_token.access_token}"}
    assert post(client, "logout", headers=headers).status_code == 200
    assert list(AuthSession.objects.alive()) == [kept.session]


def test_logout_of_nobody_is_fine(client: Client) -> None:
    client.cookies["refreshToken"] = "garbage"
    assert post(client, "logout", headers={"Authorization": "Bearer no"}).status_code == 200
