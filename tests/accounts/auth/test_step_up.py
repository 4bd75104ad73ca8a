"""Fresh proofs before sensitive acts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpRequest
from django.test import Client
from rest_framework.request import Request

from accounts.auth.login import PAGE_SESSION
from accounts.auth.step_up import (
    CONFIRM,
    FRESH,
    Ways,
    prove_with_code,
    prove_with_passkey,
    prove_with_password,
    step_up_check,
    step_up_or_code,
    ways_of,
)
from accounts.auth.webauthn import authentication_begin
from accounts.errors import (
    FreshProofNeededError,
    PasskeyRefusedError,
    WrongCodeError,
    WrongPasswordError,
)
from accounts.models import ApiKey, AuthSession, User
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError
from tests.factories.factors import app_of, browser, passkey_of
from tests.factories.people import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db


def page_of(session: AuthSession) -> HttpRequest:
    request = browser()
    request.session[PAGE_SESSION] = session.pk
    return request


def stale(user: User) -> HttpRequest:
    """Return a request of a page whose sign-in is ten minutes old."""
    session = sign_in(user).session
    AuthSession.objects.filter(pk=session.pk).update(proved_at=clock.now() - 2 * FRESH)
    return page_of(session)


def acting(user: User, administrator: User) -> HttpRequest:
    """Return a request of an administrator who acts as somebody."""
    session = sign_in(user).session
    AuthSession.objects.filter(pk=session.pk).update(impersonator=administrator)
    return page_of(session)


def test_a_sign_in_is_a_fresh_proof_for_five_minutes(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = page_of(sign_in(owner).session)
    step_up_check(request)
    start = clock.now()
    monkeypatch.setattr(clock, "source", lambda: start + FRESH - timedelta(seconds=2))
    step_up_check(request)
    monkeypatch.setattr(clock, "source", lambda: start + FRESH + timedelta(seconds=1))
    with pytest.raises(FreshProofNeededError) as refused:
        step_up_check(request)
    assert refused.value.status == 403
    assert refused.value.data["body"] == {
        "message": refused.value.message,
        "code": "fresh_proof_needed",
    }


def test_a_bearer_token_carries_its_own_session(owner: User) -> None:
    session = sign_in(owner).session
    request = Request(browser())
    request.auth = session
    step_up_check(request)
    session.proved_at = clock.now() - FRESH
    with pytest.raises(FreshProofNeededError):
        step_up_check(request)


def test_an_access_key_is_no_proof_whatever_page_session_comes_along(
    owner: User,
    viewer: User,
) -> None:
    request = Request(page_of(sign_in(viewer).session))
    request.auth = ApiKey(user=owner)
    with pytest.raises(FreshProofNeededError):
        step_up_check(request)
    with pytest.raises(ForbiddenError):
        prove_with_password(request, owner, password=PASSWORD)


def test_a_request_without_a_session_is_never_fresh() -> None:
    with pytest.raises(FreshProofNeededError):
        step_up_check(browser())


def test_an_administrator_who_acts_as_somebody_cannot_confirm(owner: User, admin: User) -> None:
    request = acting(owner, admin)
    app = app_of(owner)
    acts: list[Callable[[], object]] = [
        lambda: step_up_check(request),
        lambda: step_up_or_code(request, owner, {"token": app.code()}),
        lambda: prove_with_code(request, owner, code=app.code(), backup_code=None),
        lambda: prove_with_password(request, owner, password=PASSWORD),
        lambda: prove_with_passkey(request, owner, answer="{}"),
    ]
    for act in acts:
        with pytest.raises(ForbiddenError):
            act()


def test_the_password_is_a_proof_where_there_is_no_second_factor(owner: User) -> None:
    request = stale(owner)
    for wrong in ("wrong horse battery", "", None, 5):
        with pytest.raises(WrongPasswordError):
            prove_with_password(request, owner, password=wrong)
    with pytest.raises(FreshProofNeededError):
        step_up_check(request)
    prove_with_password(request, owner, password=PASSWORD)
    step_up_check(request)


def test_the_password_is_no_proof_beside_a_second_factor(owner: User) -> None:
    request = stale(owner)
    app = app_of(owner)
    with pytest.raises(WrongCodeError):
        prove_with_password(request, owner, password=PASSWORD)
    with pytest.raises(WrongCodeError):
        prove_with_code(request, owner, code="000000", backup_code="00000000")
    with pytest.raises(FreshProofNeededError):
        step_up_check(request)
    prove_with_code(request, owner, code=app.code(), backup_code=None)
    step_up_check(request)


def test_a_passkey_is_a_proof(owner: User, viewer: User) -> None:
    request = stale(owner)
    key, other = passkey_of(owner), passkey_of(viewer)
    answer = other.get(authentication_begin(request, CONFIRM, owner))
    with pytest.raises(PasskeyRefusedError):
        prove_with_passkey(request, owner, answer=answer)
    answer = key.get(authentication_begin(request, CONFIRM, owner))
    prove_with_passkey(request, owner, answer=answer)
    step_up_check(request)


def test_a_proof_is_for_one_session(owner: User) -> None:
    first, second = stale(owner), stale(owner)
    prove_with_password(first, owner, password=PASSWORD)
    with pytest.raises(FreshProofNeededError):
        step_up_check(second)


def test_a_code_in_the_body_counts_as_the_proof(owner: User) -> None:
    request = stale(owner)
    with pytest.raises(FreshProofNeededError):
        step_up_or_code(request, owner, {})
    app = app_of(owner)
    step_up_or_code(request, owner, {"token": app.code()})
    step_up_or_code(request, owner, {"backupCode": app.codes[0]})
    with pytest.raises(WrongCodeError):
        step_up_or_code(page_of(AuthSession.objects.get()), owner, {})


def test_everybody_is_asked_for_what_they_have(owner: User, viewer: User, admin: User) -> None:
    app_of(owner)
    passkey_of(viewer)
    assert ways_of(owner) == Ways(code=True, app=True, passkey=False, password=False)
    assert ways_of(viewer) == Ways(code=True, app=False, passkey=True, password=False)
    assert ways_of(admin) == Ways(code=False, app=False, passkey=False, password=True)
    assert ways_of(person(password=None)) == Ways(
        code=False, app=False, passkey=False, password=False
    )


def test_the_session_of_a_page_is_found(client: Client, owner: User) -> None:
    client.post("/login", {"email": owner.email, "password": PASSWORD})
    request = browser()
    request.session = client.session
    step_up_check(request)
