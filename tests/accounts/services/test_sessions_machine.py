"""Whatever happens to sign-ins in whatever order, the right tokens work and no others."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from pytest_django import Settings
from typing_extensions import override

from accounts.auth import tokens
from accounts.auth.drf import user_from_token
from accounts.errors import AccountDisabledError, RefreshTokenReusedError
from accounts.models import AuditEvent, AuthSession, User
from accounts.services.idle import NOTED_EVERY
from accounts.services.people import user_disable, user_enable
from accounts.services.sessions import (
    epoch_raise,
    password_change,
    session_close,
    sessions_close,
)
from librechat.kernel import clock
from librechat.kernel.errors import AppError
from tests.accounts.services.refreshing import refresh, tried, undone
from tests.accounts.services.sessions_model import GRACE, Access, Account, SignIn
from tests.factories.people import person, sign_in

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STEPS = (
    timedelta(seconds=1),
    GRACE - timedelta(seconds=1),
    GRACE,
    NOTED_EVERY,
    settings.SESSION_EXPIRY,
    settings.REFRESH_TOKEN_EXPIRY - settings.SESSION_EXPIRY,
    settings.REFRESH_TOKEN_EXPIRY,
)
NEVER, SOON = timedelta(0), settings.SESSION_EXPIRY
# Where sessions end by disuse, half of that time is what tells use from disuse.
IDLE_STEPS = (*STEPS[:4], *[SOON / 2] * 4)
ENDINGS = ("signed out", "password changed", "suspended")
MOST_SIGN_INS = 4
# The likely ones are named more than once.
EVENTS = (
    *["refreshes"] * 4,
    *["presents an old token"] * 3,
    *["asks for something"] * 2,
    *["signs in"] * 2,
    *["time passes"] * 4,
    "signs out one device",
    "ends everywhere",
    "loses access tokens",
    "is marked as suspended",
    *["is let in again"] * 2,
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
            self.opens(account)

    def account(self, data: st.DataObject) -> Account:
        return data.draw(st.sampled_from(self.accounts), label="who")

    def one(self, data: st.DataObject) -> SignIn:
        """Return a sign-in; mostly one that is alive, for others soon outnumber those."""
        alive = [known for known in self.sign_ins if known.is_alive()]
        chances = [self.sign_ins] if not alive else [alive, alive, alive, self.sign_ins]
        known: SignIn = data.draw(st.sampled_from(data.draw(st.sampled_from(chances))))
        return known

    @rule(data=st.data(), event=st.sampled_from(EVENTS))
    def happens(self, data: st.DataObject, event: str) -> None:
        """One rule for all, so that in every run every event has its chance."""
        events = {
            "signs in": self.signs_in,
            "refreshes": self.refreshes,
            "presents an old token": self.presents_an_old_token,
            "asks for something": self.asks_for_something,
            "signs out one device": self.signs_out_one_device,
            "ends everywhere": self.ends_everywhere,
            "loses access tokens": self.loses_access_tokens,
            "is marked as suspended": self.is_marked_as_suspended,
            "is let in again": self.is_let_in_again,
            "time passes": self.time_passes,
        }
        events[event](data)

    def signs_in(self, data: st.DataObject) -> None:
        account = self.account(data)
        if sum(known.is_alive() for known in self.sign_ins) >= MOST_SIGN_INS:
            return
        if not account.is_active:
            with pytest.raises(AccountDisabledError):
                sign_in(account.user)
            return
        self.opens(account)

    def opens(self, account: Account) -> None:
        login = sign_in(account.user)
        ends = clock.now() + settings.REFRESH_TOKEN_EXPIRY
        made = SignIn(account, login.session.pk, ends, clock.now(), [login.refresh_token])
        self.sign_ins = [*self.sign_ins[-MOST_SIGN_INS:], made]
        self.takes_access(made, login.access_token)

    def takes_access(self, known: SignIn, token: str) -> None:
        ends = min(clock.now() + settings.SESSION_EXPIRY, known.ends)
        known.access.append(Access(token, ends, known.account.epoch))

    def refreshes(self, data: st.DataObject) -> None:
        known = self.one(data)
        self.presents(known, known.refresh[-1])

    def presents_an_old_token(self, data: st.DataObject) -> None:
        """Use the token before the current one, or the one before that."""
        replaced = [known for known in self.sign_ins if known.has_replaced()]
        if replaced:
            known = data.draw(st.sampled_from(replaced), label="whose")
            age = data.draw(st.sampled_from([2, 2, 3]), label="age")
            self.presents(known, known.refresh[-min(age, len(known.refresh))])

    def presents(self, known: SignIn, token: str) -> None:
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
            known.rotated_at = known.used_at = clock.now()
        assert fresh == known.refresh[-1]
        self.takes_access(known, tokens.access_issue(session.user, session))

    def asks_for_something(self, data: st.DataObject) -> None:
        """Use an access token; while sessions end by disuse, that keeps the session going."""
        known = self.one(data)
        access = known.access[-1]
        is_good = known.accepts(access)
        assert is_accepted(access, known.account.user) is is_good
        if is_good and clock.now() >= known.used_at + NOTED_EVERY:
            known.used_at = clock.now()

    def signs_out_one_device(self, data: st.DataObject) -> None:
        known = self.one(data)
        session_close(session=AuthSession.objects.get(pk=known.session_id))
        known.is_ended = True

    def ends_everywhere(self, data: st.DataObject) -> None:
        account = self.account(data)
        how = data.draw(st.sampled_from(ENDINGS), label="how")
        if how == "signed out":
            epoch_raise(user=account.user)
            sessions_close(user=account.user)
        elif how == "password changed":
            password_change(user=account.user, password="another horse battery")
        else:
            user_disable(user=account.user)
            account.is_active = False
        account.epoch += 1
        for known in self.sign_ins:
            known.is_ended |= known.account is account

    def loses_access_tokens(self, data: st.DataObject) -> None:
        """The epoch alone: a refresh token still brings an access token."""
        account = self.account(data)
        epoch_raise(user=account.user)
        account.epoch += 1

    def is_marked_as_suspended(self, data: st.DataObject) -> None:
        """The flag alone, as another program may set it: nothing ends, nothing works."""
        account = self.account(data)
        account.user.is_active = account.is_active = False
        account.user.save(update_fields=["is_active"])

    def is_let_in_again(self, data: st.DataObject) -> None:
        account = self.account(data)
        user_enable(user=account.user)
        account.is_active = True

    def time_passes(self, data: st.DataObject) -> None:
        steps = IDLE_STEPS if settings.SESSION_IDLE_EXPIRY else STEPS
        self.moment += data.draw(st.sampled_from(steps), label="step")

    @invariant()
    def the_right_access_tokens_work(self) -> None:
        for known in self.sign_ins:
            for access in known.access[-3:]:
                expected = known.accepts(access)
                with undone():
                    assert is_accepted(access, known.account.user) is expected

    @invariant()
    def the_right_refresh_tokens_work(self) -> None:
        for known in self.sign_ins:
            for token in known.refresh[-3:]:
                assert tried(token, known) == known.refreshed(token)

    @invariant()
    def the_epoch_rises_with_every_ending_and_only_then(self) -> None:
        for account in self.accounts:
            stored = User.objects.values_list("auth_epoch", flat=True).get(pk=account.user.pk)
            assert stored == account.epoch

    @invariant()
    def every_reuse_is_on_record_and_nothing_else(self) -> None:
        assert AuditEvent.objects.filter(action="refresh.reused").count() == self.reuses


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("idle", [NEVER, SOON], ids=["however-idle", "unless-idle"])
def test_in_any_order_of_events_the_right_tokens_work_and_no_others(
    idle: timedelta,
    settings: Settings,
) -> None:
    settings.SESSION_IDLE_EXPIRY = idle
    run_state_machine_as_test(
        Sessions,
        settings=hypothesis_settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
