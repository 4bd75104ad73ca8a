"""The second step of a sign-in."""

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from django.conf import settings as django_settings

from accounts.auth import tokens
from accounts.auth.login import Login, login_complete, login_proved, login_with_password
from accounts.auth.second_step import (
    code_check,
    code_use,
    login_with_code,
    login_with_second_passkey,
    pending_user,
)
from accounts.errors import (
    AccountDisabledError,
    NotSignedInError,
    PasskeyRefusedError,
    SecondFactorNeededError,
    SecondFactorRefusedError,
    TooManyRequestsError,
    WrongCodeError,
)
from accounts.models import AuditEvent, AuthSession, User
from accounts.services.backup_codes import codes_left
from accounts.services.second_factors import second_factor_on
from accounts.services.sessions import epoch_raise
from librechat.kernel import clock
from tests.accounts.conftest import Together
from tests.factories.factors import App, app_of, passkey_of
from tests.factories.people import CALLER, PASSWORD, sign_in

pytestmark = pytest.mark.django_db


def first_step(user: User) -> str:
    with pytest.raises(SecondFactorNeededError) as needed:
        login_with_password(email=user.email, password=PASSWORD, caller=CALLER)
    return needed.value.temp_token


def finish(token: object, code: object = None, backup_code: object = None) -> Login:
    return login_with_code(token=token, code=code, backup_code=backup_code, caller=CALLER)


@pytest.fixture
def app(owner: User) -> App:
    return app_of(owner)


def test_a_password_alone_opens_nothing(owner: User, app: App) -> None:
    token = first_step(owner)
    assert not AuthSession.objects.exists()
    with pytest.raises(NotSignedInError):
        tokens.access_read(token)
    with pytest.raises(NotSignedInError):
        tokens.refresh_read(token)
    assert pending_user(token) == owner


def test_every_method_needs_the_second_step(owner: User, app: App) -> None:
    for method in ("google", "openid", "saml", "ldap"):
        with pytest.raises(SecondFactorNeededError):
            login_complete(user=owner, caller=CALLER, method=method)
    assert login_proved(user=owner, caller=CALLER).session.user == owner


def test_the_error_carries_the_answer_of_the_api(owner: User, app: App) -> None:
    with pytest.raises(SecondFactorNeededError) as needed:
        sign_in(owner)
    body = {"twoFAPending": True, "tempToken": needed.value.temp_token}
    assert (needed.value.status, needed.value.data) == (200, {"body": body})


def test_a_code_finishes_the_sign_in_once(owner: User, app: App) -> None:
    token = first_step(owner)
    login = finish(token, code=app.code())
    assert login.session.user == owner
    assert login.session.method == "local"
    with pytest.raises(SecondFactorRefusedError):
        finish(token, code=app.code())
    assert AuthSession.objects.count() == 1


def test_the_method_of_the_first_step_is_kept(owner: User, app: App) -> None:
    with pytest.raises(SecondFactorNeededError) as needed:
        login_complete(user=owner, caller=CALLER, method="github")
    assert finish(needed.value.temp_token, code=app.code()).session.method == "github"


def test_a_backup_code_finishes_the_sign_in_once(owner: User, app: App) -> None:
    token = first_step(owner)
    assert finish(token, backup_code=app.codes[0]).user == owner
    with pytest.raises(SecondFactorRefusedError):
        finish(token, backup_code=app.codes[0])
    assert codes_left(owner) == 9


def test_a_passkey_finishes_the_sign_in(owner: User) -> None:
    passkey_of(owner)
    token = first_step(owner)
    asked: list[User] = []
    login = login_with_second_passkey(token=token, verify=asked.append, caller=CALLER)
    assert login.user == owner
    assert asked == [owner]

    def refuse(_user: User) -> None:
        raise PasskeyRefusedError("No.")

    with pytest.raises(PasskeyRefusedError):
        login_with_second_passkey(token=token, verify=refuse, caller=CALLER)
    assert AuthSession.objects.count() == 1


@pytest.mark.parametrize(
    "given",
    [{}, {"code": "000000"}, {"backup_code": "00000000"}, {"code": 1}, {"code": {"$ne": ""}}],
)
def test_a_wrong_code_signs_nobody_in(owner: User, app: App, given: dict[str, object]) -> None:
    with pytest.raises(SecondFactorRefusedError):
        finish(first_step(owner), **given)
    assert not AuthSession.objects.exists()
    assert AuditEvent.objects.filter(action="second_factor.refused", target_id=owner.pk).exists()


@pytest.mark.parametrize("token", [None, "", "nonsense", 5, {"$ne": ""}])
def test_a_token_that_is_none_is_refused(owner: User, app: App, token: object) -> None:
    with pytest.raises(NotSignedInError):
        finish(token, code=app.code())


def test_other_tokens_are_no_first_step(viewer: User, owner: User, app: App) -> None:
    login = sign_in(viewer)
    for token in (login.access_token, login.refresh_token):
        with pytest.raises(NotSignedInError):
            finish(token, code=app.code())
    forged = jwt.encode(
        {"iat": 1, "exp": 2**33, "userId": 5},
        f"second-factor-{django_settings.JWT_SECRET}",
        algorithm="HS256",
    )
    with pytest.raises(NotSignedInError):
        finish(forged, code=app.code())


def test_the_first_step_is_good_for_five_minutes(
    owner: User,
    app: App,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = first_step(owner)
    start = clock.now()
    monkeypatch.setattr(clock, "source", lambda: start + timedelta(minutes=4, seconds=55))
    assert pending_user(token) == owner
    monkeypatch.setattr(clock, "source", lambda: start + timedelta(minutes=5, seconds=1))
    with pytest.raises(NotSignedInError):
        pending_user(token)


def test_the_first_step_ends_with_the_epoch(owner: User, app: App) -> None:
    token = first_step(owner)
    epoch_raise(user=owner)
    with pytest.raises(SecondFactorRefusedError):
        finish(token, code=app.code())


def test_the_gates_are_asked_again(owner: User, app: App) -> None:
    token = first_step(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    with pytest.raises(AccountDisabledError):
        finish(token, code=app.code())
    assert not AuthSession.objects.exists()


def test_guessing_is_limited_by_person(owner: User, viewer: User, app: App) -> None:
    token = first_step(owner)
    for _ in range(7):
        with pytest.raises(SecondFactorRefusedError):
            finish(token, code="000000")
    with pytest.raises(TooManyRequestsError):
        finish(token, code=app.code())
    other = app_of(viewer)
    assert finish(first_step(viewer), code=other.code()).user == viewer


@pytest.mark.parametrize("act", [code_use, code_check])
def test_a_missing_code_is_told_apart_from_a_wrong_one(
    owner: User,
    app: App,
    act: Callable[..., None],
) -> None:
    texts = []
    for code in (None, "000000"):
        with pytest.raises(WrongCodeError) as refused:
            act(user=owner, code=code, backup_code=None, caller=CALLER)
        texts.append(refused.value.message)
    assert texts[0] != texts[1]


def test_checking_uses_nothing_up(owner: User, app: App) -> None:
    code_check(user=owner, code=app.code(), backup_code=None, caller=CALLER)
    code_check(user=owner, code=None, backup_code=app.codes[0], caller=CALLER)
    assert codes_left(owner) == 10
    assert finish(first_step(owner), code=app.code()).user == owner
    assert second_factor_on(owner)


@pytest.mark.django_db(transaction=True)
def test_one_backup_code_opens_one_session_however_many_try(
    owner: User,
    together: Together,
) -> None:
    app = app_of(owner)
    token = first_step(owner)

    def attempt() -> str:
        try:
            return finish(token, backup_code=app.codes[0]).session.pk
        except SecondFactorRefusedError:
            return ""

    opened = [name for name in together.run(*[attempt] * 6) if name]
    assert len(opened) == 1
    assert AuthSession.objects.count() == 1
