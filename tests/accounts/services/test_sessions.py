"""Sign-in sessions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from accounts.auth import tokens
from accounts.errors import RefreshTokenReusedError, SessionEndedError, WrongPasswordError
from accounts.models import AuthSession, OneTimeToken, User
from accounts.services.cleanup import expired_purge
from accounts.services.sessions import (
    password_change,
    password_check,
    session_close,
    session_refresh,
    sessions_close,
)
from librechat.kernel import clock
from tests.accounts.conftest import Together
from tests.factories.people import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db

GRACE = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)


def refresh(session_id: str, token: str, arrived_at: datetime | None = None) -> str:
    _, fresh = session_refresh(
        session_id=session_id,
        token=token,
        make_token=tokens.refresh_issue,
        arrived_at=arrived_at or clock.now(),
    )
    return fresh


def test_only_hashes_of_tokens_are_stored(owner: User) -> None:
    login = sign_in(owner)
    fresh = refresh(login.session.pk, login.refresh_token)
    stored = str(list(AuthSession.objects.values_list()))
    assert login.refresh_token not in stored
    assert fresh not in stored


def test_each_refresh_gives_another_token_even_within_a_second(owner: User) -> None:
    login = sign_in(owner)
    first = refresh(login.session.pk, login.refresh_token)
    second = refresh(login.session.pk, first)
    assert len({login.refresh_token, first, second}) == 3


def test_a_token_replaced_just_now_gives_the_same_successor(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    login = sign_in(owner)
    start = clock.now()
    clock_at(start)
    fresh = refresh(login.session.pk, login.refresh_token)
    clock_at(start + GRACE - timedelta(milliseconds=1))
    assert refresh(login.session.pk, login.refresh_token) == fresh
    assert refresh(login.session.pk, fresh) not in {fresh, login.refresh_token}


def test_a_token_replaced_a_while_ago_ends_the_session_and_is_logged(
    owner: User,
    clock_at: Callable[[datetime], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    login = sign_in(owner)
    start = clock.now()
    clock_at(start)
    fresh = refresh(login.session.pk, login.refresh_token)
    clock_at(start + GRACE)
    with pytest.raises(RefreshTokenReusedError):
        refresh(login.session.pk, login.refresh_token)
    assert AuthSession.objects.get().revoked_at == clock.now()
    with pytest.raises(SessionEndedError):
        refresh(login.session.pk, fresh)
    [line] = [line for line in caplog.records if line.name == "accounts.services.sessions"]
    assert line.getMessage() == "A refresh token was presented again; its session is ended."
    assert line.__dict__["session_id"] == login.session.pk
    assert login.refresh_token not in caplog.text


def test_a_request_that_waited_long_counts_from_its_arrival(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    login = sign_in(owner)
    arrived_at = clock.now()
    fresh = refresh(login.session.pk, login.refresh_token)
    clock_at(arrived_at + timedelta(minutes=2))
    assert refresh(login.session.pk, login.refresh_token, arrived_at) == fresh


def test_a_token_from_before_the_last_two_rotations_ends_the_session(owner: User) -> None:
    login = sign_in(owner)
    second = refresh(login.session.pk, login.refresh_token)
    third = refresh(login.session.pk, second)
    with pytest.raises(RefreshTokenReusedError):
        refresh(login.session.pk, login.refresh_token)
    with pytest.raises(SessionEndedError):
        refresh(login.session.pk, third)


def test_a_token_the_session_never_had_ends_it(owner: User) -> None:
    login = sign_in(owner)
    with pytest.raises(RefreshTokenReusedError):
        refresh(login.session.pk, tokens.refresh_issue(login.session))
    with pytest.raises(SessionEndedError):
        refresh(login.session.pk, login.refresh_token)


def test_parallel_refreshes_with_one_token_get_one_successor(together: Together) -> None:
    login = sign_in(person("many@example.org"))
    answers = together.run(*[lambda: refresh(login.session.pk, login.refresh_token)] * 8)
    (fresh,) = set(answers)
    assert fresh != login.refresh_token
    assert refresh(login.session.pk, fresh) != fresh


def test_of_parallel_refreshes_with_a_stolen_token_none_gets_in_after_a_while(
    together: Together,
    clock_at: Callable[[datetime], None],
) -> None:
    login = sign_in(person("many@example.org"))
    fresh = refresh(login.session.pk, login.refresh_token)
    clock_at(clock.now() + GRACE)

    def attempt(token: str) -> str:
        try:
            return refresh(login.session.pk, token)
        except SessionEndedError as exc:
            return type(exc).__name__

    old = [partial(attempt, login.refresh_token)] * 4
    answers = together.run(*old)
    assert set(answers) <= {"RefreshTokenReusedError", "SessionEndedError"}
    assert "RefreshTokenReusedError" in answers
    assert attempt(fresh) == "SessionEndedError"


def test_a_session_that_ends_during_a_refresh_gives_no_token(owner: User) -> None:
    login = sign_in(owner)

    def end_first(session: AuthSession, *, replaced: str = "") -> str:
        session_close(session=session)
        return tokens.refresh_issue(session, replaced=replaced)

    with pytest.raises(SessionEndedError) as refused:
        session_refresh(
            session_id=login.session.pk,
            token=login.refresh_token,
            make_token=end_first,
            arrived_at=clock.now(),
        )
    assert not isinstance(refused.value, RefreshTokenReusedError)


def test_an_unknown_session_has_ended() -> None:
    with pytest.raises(SessionEndedError):
        refresh("0" * 24, "x")


def test_closing_all_but_one_leaves_that_one_and_other_people(
    owner: User,
    stranger: User,
) -> None:
    kept, gone, other = sign_in(owner), sign_in(owner), sign_in(stranger)
    assert sessions_close(user=owner, keep=kept.session) == 1
    assert set(AuthSession.objects.alive()) == {kept.session, other.session}
    assert gone.session not in AuthSession.objects.alive()
    assert sessions_close(user=owner) == 1
    assert set(AuthSession.objects.alive()) == {other.session}


def test_a_password_change_raises_the_epoch_and_ends_every_session(owner: User) -> None:
    sign_in(owner)
    password_check(user=owner, password=PASSWORD)
    password_change(user=owner, password="another password!")
    owner.refresh_from_db()
    assert owner.auth_epoch == 1
    assert not AuthSession.objects.alive().exists()
    with pytest.raises(WrongPasswordError):
        password_check(user=owner, password=PASSWORD)


def test_what_ended_a_month_ago_is_removed(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    start = clock.now()
    sign_in(owner)
    OneTimeToken.objects.create(user=owner, purpose="x", token_hash="y", expires_at=start)
    clock_at(start + timedelta(days=20))
    assert expired_purge() == 0
    clock_at(start + timedelta(days=38))
    assert expired_purge() == 2
    assert not AuthSession.objects.exists()
    assert not Session.objects.exists()


def test_rows_say_what_they_are(owner: User) -> None:
    session = sign_in(owner).session
    assert str(session).startswith(owner.pk)
    token = OneTimeToken(user=owner, purpose="password_reset")
    assert str(token) == f"password_reset of {owner.pk}"
