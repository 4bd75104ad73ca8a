"""Holds over time: longer answers, expiry, calls whose runner died."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from billing.errors import InsufficientBalanceError
from billing.models import Hold, Transaction
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check, trial_balance
from billing.services.charging import (
    hold_extend,
    hold_open,
    hold_release,
    hold_settle,
    hold_settle_abandoned,
    holds_sweep,
)
from billing.services.holds import hold_expire
from billing.services.prices import Offer, price_set
from librechat.kernel import yaml_config
from tests.factories.money import balances_on, call_make, purse

Clock = Callable[[datetime], None]
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
REFILLED = {
    "autoRefillEnabled": True,
    "refillIntervalValue": 1,
    "refillIntervalUnit": "days",
    "refillAmount": 30,
}


def test_a_longer_answer_holds_more(owner: User) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=100)
        assert hold_extend(hold=hold, output_tokens=300) is hold
        assert (hold.credits, hold.output_tokens) == (400, 300)
        assert purse(owner) == (1000, 400, 0)
        hold_extend(hold=hold, output_tokens=250)
        assert (hold.credits, hold.output_tokens) == (400, 300)
    assert ledger_check() == []


def test_an_extension_takes_what_is_left_and_is_then_refused(owner: User) -> None:
    with balances_on(startBalance=250):
        hold = hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=100)
        hold_extend(hold=hold, output_tokens=1000)
        assert (hold.credits, hold.output_tokens) == (250, 150)
        with pytest.raises(InsufficientBalanceError) as refused:
            hold_extend(hold=hold, output_tokens=1000)
        assert refused.value.data["body"] == {
            "type": "token_balance",
            "balance": 0,
            "tokenCost": 1100,
            "promptTokens": 100,
        }
        assert purse(owner) == (250, 250, 0)
        assert hold_settle(hold=hold, usage=TokenUsage(100, 150)) == 250
    assert purse(owner) == (0, 0, 0)


def test_credits_that_pay_for_no_whole_token_are_left_alone(owner: User) -> None:
    dear = {"dear": {"prompt": 1, "completion": 30}}
    with balances_on(startBalance=140):
        call = call_make(owner, model="dear", endpoint_rates=dear)
        hold = hold_open(call=call, prompt_tokens=10, output_tokens=4)
        with pytest.raises(InsufficientBalanceError):
            hold_extend(hold=hold, output_tokens=10)
    assert purse(owner) == (140, 130, 0)


def test_a_fraction_of_a_credit_extends_by_a_whole_one(owner: User) -> None:
    cheap = {"cheap": {"prompt": 0, "completion": 0.4}}
    with balances_on(startBalance=10):
        call = call_make(owner, model="cheap", endpoint_rates=cheap)
        hold = hold_open(call=call, prompt_tokens=1, output_tokens=1)
        assert (hold.credits, hold.output_tokens) == (1, 1)
        hold_extend(hold=hold, output_tokens=100)
        assert (hold.credits, hold.output_tokens) == (10, 25)


def test_an_answer_that_outgrows_its_hold_may_use_a_due_refill(
    owner: User,
    clock_at: Clock,
) -> None:
    clock_at(NOON)
    with balances_on(startBalance=100, **REFILLED):
        hold = hold_open(call=call_make(owner), prompt_tokens=50, output_tokens=50)
        with pytest.raises(InsufficientBalanceError):
            hold_extend(hold=hold, output_tokens=70)
        clock_at(NOON + timedelta(days=1))
        hold_extend(hold=hold, output_tokens=70)
        assert (hold.credits, hold.output_tokens) == (120, 70)
    assert purse(owner) == (130, 120, 0)


def test_a_refill_that_only_repays_debt_does_not_extend(owner: User, clock_at: Clock) -> None:
    clock_at(NOON)
    with balances_on(startBalance=200, **REFILLED):
        greedy = hold_open(call=call_make(owner, "a"), prompt_tokens=50, output_tokens=50)
        hold = hold_open(call=call_make(owner, "b"), prompt_tokens=50, output_tokens=50)
        hold_settle(hold=greedy, usage=TokenUsage(50, 90))
        clock_at(NOON + timedelta(days=1))
        with pytest.raises(InsufficientBalanceError):
            hold_extend(hold=hold, output_tokens=70)
    assert purse(owner) == (100, 100, 10)


def test_a_due_refill_comes_before_a_refusal(owner: User, clock_at: Clock) -> None:
    clock_at(NOON)
    with balances_on(startBalance=10, **REFILLED):
        with pytest.raises(InsufficientBalanceError):
            hold_open(call=call_make(owner), prompt_tokens=40, output_tokens=5)
        clock_at(NOON + timedelta(days=1))
        hold = hold_open(call=call_make(owner), prompt_tokens=40, output_tokens=5)
    assert (hold.credits, hold.output_tokens) == (40, 0)
    assert purse(owner) == (40, 40, 0)


def test_there_is_no_refill_while_the_prompt_is_covered(owner: User, clock_at: Clock) -> None:
    clock_at(NOON)
    with balances_on(startBalance=50, **REFILLED):
        hold_open(call=call_make(owner, "old"), prompt_tokens=0, output_tokens=0)
        clock_at(NOON + timedelta(days=1))
        hold = hold_open(call=call_make(owner), prompt_tokens=40, output_tokens=500)
    assert (hold.credits, hold.output_tokens) == (50, 10)
    assert purse(owner) == (50, 50, 0)


@pytest.mark.parametrize("output", [0, 500])
def test_a_prompt_that_takes_the_last_credit_brings_the_due_refill_as_in_librechat(
    owner: User, clock_at: Clock, output: int
) -> None:
    clock_at(NOON)
    with balances_on(startBalance=50, **REFILLED):
        hold_open(call=call_make(owner, "old"), prompt_tokens=0, output_tokens=0)
        clock_at(NOON + timedelta(days=1))
        hold = hold_open(call=call_make(owner), prompt_tokens=50, output_tokens=output)
    assert hold.credits == 50 + min(output, 30)
    assert purse(owner) == (80, hold.credits, 0)
    assert Transaction.objects.filter(context="autoRefill").count() == 1
    assert trial_balance() == 0


def test_a_prompt_that_leaves_one_credit_brings_no_refill(owner: User, clock_at: Clock) -> None:
    clock_at(NOON)
    with balances_on(startBalance=51, **REFILLED):
        hold_open(call=call_make(owner, "old"), prompt_tokens=0, output_tokens=0)
        clock_at(NOON + timedelta(days=1))
        hold_open(call=call_make(owner), prompt_tokens=50, output_tokens=0)
    assert purse(owner) == (51, 50, 0)


def test_a_hold_covers_an_answer_that_is_all_reasoning_at_its_dearer_rate(owner: User) -> None:
    price_set(
        offer=Offer(pattern="thinker", rates={"prompt": 1, "completion": 2, "reasoning": 5}),
        actor=None,
    )
    call = call_make(owner, model="thinker", endpoint_rates={})
    with balances_on(startBalance=100):
        hold = hold_open(call=call, prompt_tokens=10, output_tokens=8)
        assert (hold.credits, hold.output_tokens) == (50, 8)
        hold_extend(hold=hold, output_tokens=99)
        assert (hold.credits, hold.output_tokens) == (100, 18)
        hold_settle(hold=hold, usage=TokenUsage(10, 18, reasoning_tokens=18))
    assert purse(owner) == (0, 0, 0)


def test_a_closed_hold_is_not_extended(owner: User) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        hold_release(hold=hold)
        hold_extend(hold=hold, output_tokens=500)
    assert purse(owner) == (1000, 0, 0)
    assert Hold.objects.get().state == "released"


def test_while_balances_are_off_an_answer_grows_as_it_likes(owner: User) -> None:
    with yaml_config.override({}):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        hold_extend(hold=hold, output_tokens=10**6)
    stored = Hold.objects.get()
    assert (stored.output_tokens, stored.credits) == (10**6, 0)


def test_a_hold_that_nobody_keeps_alive_gives_its_credits_back(
    owner: User,
    clock_at: Clock,
) -> None:
    clock_at(NOON)
    with balances_on(startBalance=100):
        hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        clock_at(NOON + timedelta(minutes=30, seconds=-1))
        assert holds_sweep() == 0
        clock_at(NOON + timedelta(minutes=30))
        assert holds_sweep() == 1
        assert holds_sweep() == 0
    assert purse(owner) == (100, 0, 0)
    assert Hold.objects.get().state == "expired"
    assert ledger_check() == []


def test_an_extension_keeps_a_hold_alive(owner: User, clock_at: Clock) -> None:
    clock_at(NOON)
    with balances_on(startBalance=100, reservationTtlMs=60_000):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        clock_at(NOON + timedelta(seconds=45))
        hold_extend(hold=hold, output_tokens=10)
        clock_at(NOON + timedelta(seconds=90))
        assert holds_sweep() == 0
    assert purse(owner) == (100, 20, 0)


def test_a_settle_after_expiry_is_booked_once(owner: User, clock_at: Clock) -> None:
    clock_at(NOON)
    with balances_on(startBalance=100):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        clock_at(NOON + timedelta(hours=1))
        holds_sweep()
        assert hold_settle(hold=hold, usage=TokenUsage(10, 5)) == 15
        assert hold_settle(hold=hold, usage=TokenUsage(10, 5)) == 15
    assert purse(owner) == (85, 0, 0)
    assert Hold.objects.get().state == "settled"
    assert ledger_check() == []


def test_a_settle_after_expiry_never_passes_the_floor(owner: User, clock_at: Clock) -> None:
    clock_at(NOON)
    with balances_on(startBalance=100):
        late = hold_open(call=call_make(owner, "late"), prompt_tokens=50, output_tokens=50)
        clock_at(NOON + timedelta(hours=1))
        holds_sweep()
        other = hold_open(call=call_make(owner, "other"), prompt_tokens=50, output_tokens=40)
        assert hold_settle(hold=late, usage=TokenUsage(50, 50)) == 100
        assert purse(owner) == (90, 90, 90)
        hold_settle(hold=other, usage=TokenUsage(50, 40))
        assert purse(owner) == (0, 0, 90)
    assert ledger_check() == []


def test_a_hold_that_expired_under_a_running_call_is_opened_again(
    owner: User,
    clock_at: Clock,
) -> None:
    clock_at(NOON)
    with balances_on(startBalance=100):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        clock_at(NOON + timedelta(hours=1))
        holds_sweep()
        hold_extend(hold=hold, output_tokens=30)
        assert purse(owner) == (100, 40, 0)
        assert Hold.objects.get().state == "open"
        clock_at(NOON + timedelta(hours=2))
        assert holds_sweep() == 1
        hold_release(hold=hold)
    assert purse(owner) == (100, 0, 0)
    assert Hold.objects.get().state == "released"


def test_a_hold_that_was_settled_while_the_sweep_looked_stays_settled(
    owner: User,
    clock_at: Clock,
) -> None:
    clock_at(NOON)
    with balances_on(startBalance=100):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        clock_at(NOON + timedelta(hours=1))
        hold_settle(hold=hold, usage=TokenUsage(10, 10))
        assert hold_expire(hold.pk) is False
    assert Hold.objects.get().state == "settled"


def test_the_call_of_a_runner_that_died_is_settled_by_its_key(owner: User) -> None:
    with balances_on(startBalance=100):
        hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=50)
        hold_settle_abandoned(key="call-1", usage=TokenUsage(10, 7, is_estimated=True))
        hold_settle_abandoned(key="call-1", usage=TokenUsage(10, 50))
        hold_settle_abandoned(key="unknown", usage=TokenUsage(10, 50))
    assert purse(owner) == (83, 0, 0)
    booked = Transaction.objects.get(context="message")
    assert booked.is_estimated is True
