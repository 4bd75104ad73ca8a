"""Whatever happens to sign-ins in whatever order, the right tokens work and no others."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from accounts.auth import tokens
from accounts.auth.drf import user_from_token
from accounts.errors import AccountDisabledError, RefreshTokenReusedError
from accounts.models import AuditEvent, AuthSession, User
from accounts.services.people import user_disable, user_enable
from accounts.services.sessions import (
    epoch_raise,
    password_change,
    session_close,
    session_refresh,
    sessions_close,
)
from librechat.kernel import clock
from librechat.kernel.errors import AppError
from tests.factories.people import person, sign_in

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
GRACE = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)
STEPS = (
    timedelta(seconds=1),
    GRACE - timedelta(seconds=1),
    GRACE,
    settings.SESSION_EXPIRY,
    settings.REFRESH_TOKEN_EXPIRY - settings.SESSION_EXPIRY,
    settings.REFRESH_TOKEN_EXPIRY,
)
MOST_SIGN_INS = 4


@dataclass
class Account:
    """What the model knows of a person."""

    user: User
    epoch: int = 0
    is_active: bool = True


@dataclass
class Access:
    """An access token, and until when and under which epoch it is good."""

    token: str
    ends: datetime
    epoch: int


@dataclass
class SignIn:
    """What the model knows of a session."""

    account: Account
    session_id: str
    ends: datetime
    refresh: list[str]
    access: list[Access] = field(default_factory=list)
    rotated_at: datetime | None = None
    is_ended: bool = False

    def is_alive(self) -> bool:
        return not self.is_ended and self.account.is_active and clock.now() < self.ends

    def refreshed(self, token: str) -> str:
        """Return what a refresh token is good for: a new one, the same again, or nothing."""
        if not self.is_alive():
            return "refused"
        if token == self.refresh[-1]:
            return "new"
        is_just_replaced = self.rotated_at is not None and clock.now() < self.rotated_at + GRACE
        return "same" if is_just_replaced and token == self.refresh[-2] else "reused"

    def accepts(self, access: Access) -> bool:
        return self.is_alive() and access.epoch == self.account.epoch and clock.now() < access.ends


def refresh(token: str) -> tuple[AuthSession, str]:
    """Use a refresh token as the API's door does."""
    claims = tokens.refresh_read(token)
    return session_refresh(
        session_id=claims.session_id,
        token=token,
        make_token=tokens.refresh_issue,
        arrived_at=clock.now(),
    )


def is_accepted(access: Access, user: User) -> bool:
    try:
        found, _ = user_from_token(access.token)
    except AppError:
        return False
    return found == user


class Sessions(RuleBasedStateMachine):
    """Two people sign in, refresh, leak tokens, are signed out, suspended and let in again."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = START
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(clock, "source", lambda: self.moment)
        self.accounts: list[Account] = []
        self.sign_ins: list[SignIn] = []
        self.reuses = AuditEvent.objects.filter(action="refresh.reused").count()

    @override
    def teardown(self) -> None:
        self.patch.undo()

    @initialize()
    def two_people(self) -> None:
        self.accounts = [Account(person()), Account(person())]
        for account in self.accounts:
            account.epoch = account.user.auth_epoch

    def account(self, data: st.DataObject) -> Account:
        return data.draw(st.sampled_from(self.accounts), label="who")

    def one(self, data: st.DataObject) -> SignIn:
        number = data.draw(st.integers(0, len(self.sign_ins) - 1), label="sign-in")
        return self.sign_ins[number]

    @precondition(lambda self: len(self.sign_ins) < MOST_SIGN_INS)
    @rule(data=st.data())
    def signs_in(self, data: st.DataObject) -> None:
        account = self.account(data)
        if not account.is_active:
            with pytest.raises(AccountDisabledError):
                sign_in(account.user)
            return
        login = sign_in(account.user)
        ends = clock.now() + settings.REFRESH_TOKEN_EXPIRY
        made = SignIn(account, login.session.pk, ends, [login.refresh_token])
        self.sign_ins.append(made)
        self.takes_access(made, login.access_token)

    def takes_access(self, known: SignIn, token: str) -> None:
        ends = min(clock.now() + settings.SESSION_EXPIRY, known.ends)
        known.access.append(Access(token, ends, known.account.epoch))

    @precondition(lambda self: self.sign_ins)
    @rule(data=st.data(), age=st.sampled_from([0, 0, 0, 1, 1, 2]))
    def refreshes(self, data: st.DataObject, age: int) -> None:
        """Use the current token, the one before it, or an older one."""
        known = self.one(data)
        token = known.refresh[-min(age + 1, len(known.refresh))]
        expected = known.refreshed(token)
        if expected in {"refused", "reused"}:
            with pytest.raises(AppError) as refusal:
                refresh(token)
            is_reused = expected == "reused"
            assert isinstance(refusal.value, RefreshTokenReusedError) is is_reused
            known.is_ended |= is_reused
            self.reuses += is_reused
            return
        session, fresh = refresh(token)
        if expected == "new":
            assert fresh not in known.refresh
            known.refresh.append(fresh)
            known.rotated_at = clock.now()
        assert fresh == known.refresh[-1]
        self.takes_access(known, tokens.access_issue(session.user, session))

    @precondition(lambda self: self.sign_ins)
    @rule(data=st.data())
    def signs_out_one_device(self, data: st.DataObject) -> None:
        known = self.one(data)
        session_close(session=AuthSession.objects.get(pk=known.session_id))
        known.is_ended = True

    @rule(data=st.data())
    def signs_out_everywhere(self, data: st.DataObject) -> None:
        account = self.account(data)
        epoch_raise(user=account.user)
        sessions_close(user=account.user)
        self.all_end(account)

    @rule(data=st.data())
    def changes_the_password(self, data: st.DataObject) -> None:
        account = self.account(data)
        password_change(user=account.user, password="another horse battery")
        self.all_end(account)

    @rule(data=st.data())
    def is_suspended(self, data: st.DataObject) -> None:
        account = self.account(data)
        user_disable(user=account.user)
        account.is_active = False
        self.all_end(account)

    @rule(data=st.data())
    def is_let_in_again(self, data: st.DataObject) -> None:
        account = self.account(data)
        user_enable(user=account.user)
        account.is_active = True

    def all_end(self, account: Account) -> None:
        account.epoch += 1
        for known in self.sign_ins:
            known.is_ended |= known.account is account

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step: timedelta) -> None:
        self.moment += step

    @invariant()
    def the_right_access_tokens_work(self) -> None:
        for known in self.sign_ins:
            for access in known.access[-3:]:
                expected = known.accepts(access)
                assert is_accepted(access, known.account.user) is expected

    @invariant()
    def the_right_refresh_tokens_work(self) -> None:
        for known in self.sign_ins:
            for token in known.refresh[-3:]:
                assert tried(token, known) == known.refreshed(token)

    @invariant()
    def every_reuse_is_on_record_and_nothing_else(self) -> None:
        assert AuditEvent.objects.filter(action="refresh.reused").count() == self.reuses


def tried(token: str, known: SignIn) -> str:
    """Return what a refresh token is good for, and undo its use."""
    before = transaction.savepoint()
    try:
        _, fresh = refresh(token)
    except RefreshTokenReusedError:
        return "reused"
    except AppError:
        return "refused"
    finally:
        transaction.savepoint_rollback(before)
    return "same" if fresh == known.refresh[-1] else "new"


@pytest.mark.slow
@pytest.mark.django_db
def test_in_any_order_of_events_the_right_tokens_work_and_no_others() -> None:
    run_state_machine_as_test(
        Sessions,
        settings=hypothesis_settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
