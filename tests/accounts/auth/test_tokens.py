"""Access and refresh tokens."""

from collections.abc import Callable
from datetime import datetime, timedelta

import jwt
import pytest
from django.conf import settings as django_settings

from accounts.auth import tokens
from accounts.errors import NotSignedInError
from accounts.models import User
from librechat.kernel import clock
from tests.factories.people import sign_in

pytestmark = pytest.mark.django_db


def test_an_access_token_says_who_in_which_session_and_epoch(owner: User) -> None:
    login = sign_in(owner)
    claims = tokens.access_read(login.access_token)
    assert claims == tokens.AccessClaims(owner.pk, login.session.pk, 0)


def test_an_access_token_ends_with_its_session_at_the_latest(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    login = sign_in(owner)
    clock_at(login.session.expires_at - timedelta(minutes=5))
    token = tokens.access_issue(owner, login.session)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] == int(login.session.expires_at.timestamp())


def test_a_token_is_refused_from_its_last_second_on(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    login = sign_in(owner)
    start = clock.now()
    clock_at(start + timedelta(minutes=14, seconds=58))
    tokens.access_read(login.access_token)
    clock_at(start + timedelta(minutes=15))
    with pytest.raises(NotSignedInError, match="jwt expired") as refused:
        tokens.access_read(login.access_token)
    assert refused.value.data == {"body": {"message": "jwt expired"}}


def signed(claims: dict[str, object], key: str, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key, algorithm=algorithm)


def test_forged_tokens_are_refused(owner: User) -> None:
    login = sign_in(owner)
    ends = int((clock.now() + timedelta(minutes=5)).timestamp())
    good = {
        "id": owner.pk,
        "session": login.session.pk,
        "epoch": 0,
        "iat": ends - 300,
        "exp": ends,
    }
    secret = django_settings.JWT_SECRET
    tokens.access_read(signed(good, secret))
    header, body, _ = signed(good, secret).split(".")
    forged = {
        signed(good, "x" * 32): "invalid signature",
        f"{header}.{body}.": "invalid signature",
        login.refresh_token: "invalid signature",
        signed(good, "", "none"): "jwt malformed",
        signed(good, "x" * 64, "HS512"): "jwt malformed",
        signed({**good, "epoch": "0"}, secret): "jwt malformed",
        signed({**good, "id": None}, secret): "jwt malformed",
        signed({name: good[name] for name in ("id", "session", "epoch", "iat")}, secret): (
            "jwt malformed"
        ),
        signed({**good, "exp": ends + 0.5}, secret): "jwt expired",
        "": "jwt malformed",
        "é": "jwt malformed",
        "a.b": "jwt malformed",
    }
    for token, text in forged.items():
        with pytest.raises(NotSignedInError) as refused:
            tokens.access_read(token)
        assert refused.value.message == text


def test_a_refresh_token_must_name_its_session(owner: User) -> None:
    login = sign_in(owner)
    claims = tokens.refresh_read(login.refresh_token)
    assert claims == tokens.RefreshClaims(owner.pk, login.session.pk)
    ends = int((clock.now() + timedelta(minutes=5)).timestamp())
    broken = signed(
        {"id": owner.pk, "sessionId": 5, "iat": 1, "exp": ends},
        django_settings.JWT_REFRESH_SECRET,
    )
    with pytest.raises(NotSignedInError, match="jwt malformed"):
        tokens.refresh_read(broken)
