"""Many requests at the same moment, on whatever database the tests are given."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from billing.errors import BalanceHeldError, BalanceOffError, InsufficientBalanceError
from billing.models import Balance, Hold, Transaction
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check, trial_balance
from billing.services.adjustments import Order, balance_close, balance_set
from billing.services.balances import balance_ensure
from billing.services.charging import hold_open, hold_release, hold_settle, holds_sweep
from billing.services.refills import refill_if_due
from tests.billing.conftest import Crowd
from tests.factories.money import balances_on, call_make, purse
from tests.factories.rights import group

REQUESTS, AFFORDABLE, PRICE = 50, 10, 100

pytestmark = pytest.mark.slow


@pytest.fixture
def spender(crowd: Crowd) -> User:
    return User.objects.create_user("spender@example.org")


def test_fifty_requests_on_a_balance_for_ten_never_overspend(crowd: Crowd, spender: User) -> None:
    readings: list[tuple[int, int, int]] = []

    def request(number: int) -> Callable[[], object]:
        def pay() -> None:
            call = call_make(spender, f"call-{number}")
            hold = hold_open(call=call, prompt_tokens=PRICE, output_tokens=0)
            readings.append(purse(spender))
            hold_settle(hold=hold, usage=TokenUsage(PRICE))

        return pay

    def sample() -> None:
        readings.extend(purse(spender) for _ in range(100))

    with balances_on(startBalance=PRICE * AFFORDABLE):
        balance_ensure(user=spender)
        failures = crowd.run(sample, *map(request, range(REQUESTS)))
    assert [type(failure) for failure in failures] == [InsufficientBalanceError] * 40
    assert purse(spender) == (0, 0, 0)
    assert all(0 <= held <= credits_ and debt == 0 for credits_, held, debt in readings)
    assert Hold.objects.filter(state="settled", charged_credits=PRICE).count() == AFFORDABLE
    assert Hold.objects.count() == AFFORDABLE
    assert Transaction.objects.filter(context="message").count() == AFFORDABLE
    assert trial_balance() == 0
    assert ledger_check() == []


def test_fifty_calls_of_a_team_on_credits_for_ten_never_overspend(
    crowd: Crowd, spender: User
) -> None:
    team = group("Builders", spender)

    def request(number: int) -> Callable[[], object]:
        def pay() -> None:
            call = call_make(spender, f"call-{number}", team=team)
            hold = hold_open(call=call, prompt_tokens=PRICE, output_tokens=0)
            hold_settle(hold=hold, usage=TokenUsage(PRICE))

        return pay

    with balances_on(startBalance=PRICE * REQUESTS):
        balance_ensure(user=spender)
        balance_set(owner=team, amount=PRICE * AFFORDABLE, order=Order())
        failures = crowd.run(*map(request, range(REQUESTS)))
    assert [type(failure) for failure in failures] == [InsufficientBalanceError] * 40
    assert purse(team) == (0, 0, 0)
    assert purse(spender) == (PRICE * REQUESTS, 0, 0)
    assert Hold.objects.filter(payer="group", charged_credits=PRICE).count() == AFFORDABLE
    assert trial_balance() == 0
    assert ledger_check() == []


def test_a_groups_balance_taken_away_amid_its_calls_leaves_books_that_agree(
    crowd: Crowd, spender: User
) -> None:
    team = group("Builders", spender)

    def request(number: int) -> Callable[[], object]:
        def pay() -> None:
            call = call_make(spender, f"call-{number}", team=team)
            hold = hold_open(call=call, prompt_tokens=PRICE, output_tokens=0)
            hold_settle(hold=hold, usage=TokenUsage(PRICE + 1))

        return pay

    def close() -> None:
        balance_close(group=team, order=Order())

    with balances_on():
        balance_set(owner=team, amount=PRICE * REQUESTS, order=Order())
        failures = crowd.run(*map(request, range(20)), *[close] * 20)
    allowed = {InsufficientBalanceError, BalanceHeldError, BalanceOffError}
    assert {type(failure) for failure in failures} <= allowed
    assert not Hold.objects.filter(state="open").exists()
    assert trial_balance() == 0
    assert ledger_check() == []


def test_the_first_fifty_looks_make_one_balance(crowd: Crowd, spender: User) -> None:
    with balances_on(startBalance=70):
        failures = crowd.run(*[lambda: balance_ensure(user=spender)] * REQUESTS)
    assert failures == []
    assert purse(spender) == (70, 0, 0)
    assert Transaction.objects.count() == 1
    assert ledger_check() == []


def test_the_same_call_settled_swept_and_released_at_once_ends_once(
    crowd: Crowd,
    spender: User,
    clock_at: Callable[[datetime], None],
) -> None:
    now = datetime(2027, 3, 1, tzinfo=UTC)
    clock_at(now)
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(spender), prompt_tokens=PRICE, output_tokens=PRICE)
        clock_at(now + timedelta(hours=1))
        settles = [lambda: hold_settle(hold=hold, usage=TokenUsage(PRICE, 10))] * 8
        releases = [lambda: hold_release(hold=hold)] * 8
        sweeps = [holds_sweep] * 8
        failures = crowd.run(*settles, *releases, *sweeps)
    assert failures == []
    end = Hold.objects.get()
    assert (end.state, purse(spender)) in [
        ("settled", (1000 - 110, 0, 0)),
        ("released", (1000, 0, 0)),
    ]
    assert ledger_check() == []


def test_one_key_opened_fifty_times_at_once_is_one_hold(crowd: Crowd, spender: User) -> None:
    opened: list[Hold] = []

    def open_it() -> None:
        opened.append(hold_open(call=call_make(spender), prompt_tokens=PRICE, output_tokens=0))

    with balances_on(startBalance=PRICE):
        balance_ensure(user=spender)
        failures = crowd.run(*[open_it] * REQUESTS)
    assert failures == []
    assert {hold.pk for hold in opened} == {Hold.objects.get().pk}
    assert purse(spender) == (PRICE, PRICE, 0)


def test_one_due_refill_wanted_by_fifty_is_added_once(crowd: Crowd, spender: User) -> None:
    rules = {
        "autoRefillEnabled": True,
        "refillIntervalValue": 1,
        "refillIntervalUnit": "days",
        "refillAmount": 30,
    }
    with balances_on(**rules):
        balance_ensure(user=spender)
        Balance.objects.update(last_refill=datetime(2026, 1, 1, tzinfo=UTC))
        failures = crowd.run(*[lambda: refill_if_due(user=spender)] * REQUESTS)
    assert failures == []
    assert purse(spender) == (30, 0, 0)
    assert Transaction.objects.filter(context="autoRefill").count() == 1
    assert ledger_check() == []
