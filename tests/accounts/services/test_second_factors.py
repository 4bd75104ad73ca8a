"""Setting up, using and removing second factors."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.errors import SecondFactorRequiredError, SecondFactorStateError, WrongCodeError
from accounts.models import AuditEvent, AuthSession, OneTimeToken, User
from accounts.services import totp
from accounts.services.backup_codes import code_use, codes_left
from accounts.services.passkeys import passkeys_of
from accounts.services.second_factors import (
    SETUP_LIFETIME,
    backup_codes_renew,
    has_app,
    passkey_remove,
    second_factor_missing,
    second_factor_on,
    second_factor_remove,
    second_factor_reset,
    setup_codes_renew,
    setup_finish,
    setup_fits,
    setup_prove,
    setup_secret,
    setup_start,
    totp_fits,
    totp_remove,
    totp_use,
)
from librechat.kernel import clock
from tests.accounts.conftest import Together
from tests.factories.factors import app_of, passkey_of
from tests.factories.people import CALLER, person, sign_in

pytestmark = pytest.mark.django_db


def now_code(secret: str, shift: int = 0) -> str:
    return totp.code_at(secret, totp.step_now() + shift)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))


def test_nothing_is_on_until_the_setup_is_finished(owner: User) -> None:
    setup = setup_start(user=owner)
    assert setup_secret(owner) == setup.secret
    assert len(setup.codes) == 10
    assert not second_factor_on(owner)
    assert not totp_use(user=owner, code=now_code(setup.secret))
    assert not code_use(user=owner, code=setup.codes[0])
    setup_prove(user=owner, code=now_code(setup.secret))
    assert not second_factor_on(owner)
    setup_finish(user=owner, caller=CALLER)
    assert second_factor_on(owner)
    assert has_app(owner)
    assert codes_left(owner) == 10
    assert setup_secret(owner) == ""
    assert actions() == ["second_factor.enabled"]


def test_the_secret_is_stored_encrypted(owner: User) -> None:
    setup = setup_start(user=owner)
    pending = OneTimeToken.objects.get(user=owner)
    assert setup.secret not in str(pending.data)
    app = app_of(owner)
    row = Authenticator.objects.get(user=owner, type="totp")
    assert app.secret not in str(row.data)
    assert decrypt(row.data["secret"]) == app.secret


def test_a_setup_needs_a_code_of_its_own_app(owner: User) -> None:
    setup = setup_start(user=owner)
    for wrong in ("000000", "", now_code(totp.secret_make())):
        if wrong != now_code(setup.secret):
            with pytest.raises(WrongCodeError):
                setup_prove(user=owner, code=wrong)
    with pytest.raises(SecondFactorStateError):
        setup_finish(user=owner, caller=CALLER)
    assert not second_factor_on(owner)


def test_a_setup_can_be_tried_without_recording_it(owner: User) -> None:
    assert not setup_fits(user=owner, code="123456")
    setup = setup_start(user=owner)
    assert setup_fits(user=owner, code=f" {now_code(setup.secret)} ")
    with pytest.raises(SecondFactorStateError):
        setup_finish(user=owner, caller=CALLER)


def test_a_second_setup_replaces_the_first(owner: User) -> None:
    first = setup_start(user=owner)
    second = setup_start(user=owner)
    assert setup_secret(owner) == second.secret
    with pytest.raises(WrongCodeError):
        setup_prove(user=owner, code=now_code(first.secret))


def test_a_setup_runs_out(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    setup = setup_start(user=owner)
    later = clock.now() + SETUP_LIFETIME + timedelta(seconds=1)
    monkeypatch.setattr(clock, "source", lambda: later)
    acts: list[Callable[[], object]] = [
        lambda: setup_prove(user=owner, code=now_code(setup.secret)),
        lambda: setup_codes_renew(user=owner),
        lambda: setup_finish(user=owner, caller=CALLER),
    ]
    for act in acts:
        with pytest.raises(SecondFactorStateError):
            act()


def test_fresh_codes_of_a_setup_replace_those_shown_before(owner: User) -> None:
    setup = setup_start(user=owner)
    setup_prove(user=owner, code=now_code(setup.secret))
    fresh = setup_codes_renew(user=owner)
    setup_finish(user=owner, caller=CALLER)
    assert not code_use(user=owner, code=setup.codes[0])
    assert code_use(user=owner, code=fresh[0])


def test_a_code_works_once(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(owner)
    assert not totp_use(user=owner, code=app.code(steps=0))  # it proved the app
    assert totp_fits(user=owner, code=app.code())
    assert totp_use(user=owner, code=app.code())
    assert not totp_use(user=owner, code=app.code())
    assert not totp_fits(user=owner, code=app.code())
    later = clock.now() + timedelta(seconds=60)
    monkeypatch.setattr(clock, "source", lambda: later)
    assert totp_use(user=owner, code=app.code(steps=0))
    assert not totp_use(user=owner, code=app.code(steps=-1))  # an older one than the last


@pytest.mark.django_db(transaction=True)
def test_of_eight_requests_with_one_code_one_wins(owner: User, together: Together) -> None:
    code = app_of(owner).code()
    results = together.run(*[lambda: totp_use(user=owner, code=code)] * 8)
    assert sorted(results) == [False] * 7 + [True]


def test_who_has_no_app_has_no_code(owner: User) -> None:
    assert not totp_fits(user=owner, code="123456")
    assert not totp_use(user=owner, code="123456")


def test_new_backup_codes_need_two_factor_sign_in(owner: User) -> None:
    with pytest.raises(SecondFactorStateError):
        backup_codes_renew(user=owner, caller=CALLER)
    app = app_of(owner)
    fresh = backup_codes_renew(user=owner, caller=CALLER)
    assert not code_use(user=owner, code=app.codes[0])
    assert code_use(user=owner, code=fresh[0])
    assert actions()[-1] == "backup_codes.replaced"


def test_switching_off_removes_everything(owner: User, viewer: User) -> None:
    app_of(owner)
    passkey_of(owner)
    setup_start(user=owner)
    app_of(viewer)
    session = sign_in(person()).session
    second_factor_remove(user=owner, caller=CALLER)
    assert not Authenticator.objects.filter(user=owner).exists()
    assert not setup_secret(owner)
    assert second_factor_on(viewer)
    assert AuthSession.objects.alive().filter(pk=session.pk).exists()
    assert AuditEvent.objects.filter(action="second_factor.disabled").count() == 1
    second_factor_remove(user=owner, caller=CALLER)
    assert AuditEvent.objects.filter(action="second_factor.disabled").count() == 1


def test_backup_codes_stay_as_long_as_there_is_a_factor(owner: User) -> None:
    app_of(owner)
    passkey_of(owner)
    totp_remove(user=owner, caller=CALLER)
    assert second_factor_on(owner)
    assert not has_app(owner)
    assert codes_left(owner) == 10
    passkey_remove(user=owner, passkey=passkeys_of(owner)[0], caller=CALLER)
    assert not second_factor_on(owner)
    assert codes_left(owner) == 0


def test_the_last_factor_stays_where_the_role_requires_one(
    owner: User,
    settings: Settings,
) -> None:
    settings.TWO_FACTOR_REQUIRED_ROLES = ["USER"]
    assert second_factor_missing(owner)
    app_of(owner)
    passkey_of(owner)
    assert not second_factor_missing(owner)
    totp_remove(user=owner, caller=CALLER)
    acts: list[Callable[[], object]] = [
        lambda: passkey_remove(user=owner, passkey=passkeys_of(owner)[0], caller=CALLER),
        lambda: second_factor_remove(user=owner, caller=CALLER),
    ]
    for act in acts:
        with pytest.raises(SecondFactorRequiredError):
            act()
    assert len(passkeys_of(owner)) == 1
    assert codes_left(owner) == 10


def test_a_role_that_is_not_named_requires_nothing(
    owner: User,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    settings.TWO_FACTOR_REQUIRED_ROLES = ["ADMIN"]
    with django_assert_num_queries(0):
        assert not second_factor_missing(owner)


def test_a_reset_removes_every_factor_and_signs_out_everywhere(owner: User, admin: User) -> None:
    login = sign_in(owner)
    app_of(owner)
    passkey_of(owner)
    setup_start(user=owner)
    epoch = owner.auth_epoch
    second_factor_reset(user=owner, actor=admin, caller=CALLER)
    owner.refresh_from_db()
    assert owner.auth_epoch == epoch + 1
    assert not Authenticator.objects.filter(user=owner).exists()
    assert not OneTimeToken.objects.filter(user=owner).exists()
    assert not AuthSession.objects.alive().filter(pk=login.session.pk).exists()
    event = AuditEvent.objects.get(action="second_factor.reset")
    assert (event.actor_id, event.target_id, event.severity) == (admin.pk, owner.pk, "warning")
