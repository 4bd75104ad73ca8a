"""Paying for a call: hold, settle, release."""

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from accounts.models import User
from billing.errors import InsufficientBalanceError, KeyTakenError, NoPriceError
from billing.models import Balance, Entry, Hold, Transaction
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check, trial_balance
from billing.services import charging
from billing.services.balances import balance_ensure
from billing.services.charging import hold_open, hold_release, hold_settle
from tests.factories.money import balances_on, call_make, purse


def test_a_call_holds_its_prompt_and_its_expected_output(owner: User) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=400)
    assert purse(owner) == (1000, 500, 0)
    stored = Hold.objects.get()
    assert stored == hold
    assert (stored.state, stored.credits, stored.payer) == ("open", 500, "user")
    assert (stored.prompt_tokens, stored.output_tokens) == (100, 400)
    assert (stored.model, stored.endpoint, stored.context) == ("plain", "custom", "message")
    assert not Transaction.objects.filter(context="message").exists()
    assert ledger_check() == []


def test_settling_books_what_was_used_and_gives_the_rest_back(owner: User) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=400)
        usage = TokenUsage(80, 90, cache_read_tokens=15, cache_write_tokens=5)
        assert hold_settle(hold=hold, usage=usage) == 190
    assert purse(owner) == (810, 0, 0)
    booked = Transaction.objects.get(context="message")
    assert (booked.key, booked.user) == ("call:call-1", owner)
    assert (booked.model, booked.endpoint, booked.value_key) == ("plain", "custom", "plain")
    assert booked.conversation_id == "11111111-1111-4111-8111-111111111111"
    assert booked.message_id == "22222222-2222-4222-8222-222222222222"
    assert booked.is_estimated is False
    assert booked.rates["source"] == "endpoint"
    rows = booked.entries.values_list(
        "account__kind",
        "token_type",
        "credits",
        "rate",
        "raw_amount",
        "input_tokens",
        "write_tokens",
        "read_tokens",
    )
    assert sorted(rows) == sorted(
        [
            ("user", "prompt", -100, 1, -100, 80, 5, 15),
            ("user", "completion", -90, 1, -90, 0, 0, 0),
            ("revenue", "credits", 190, None, 190, 0, 0, 0),
        ],
    )
    closed = Hold.objects.get()
    assert (closed.state, closed.credits, closed.charged_credits) == ("settled", 0, 190)
    assert closed.closed_at is not None
    assert trial_balance() == 0
    assert ledger_check() == []


def test_an_estimate_is_marked(owner: User) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        hold_settle(hold=hold, usage=TokenUsage(10, 10, is_estimated=True))
    assert Transaction.objects.get(context="message").is_estimated is True


def test_a_cut_off_answer_is_booked_as_incomplete_with_the_surcharge(owner: User) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=500)
        assert hold_settle(hold=hold, usage=TokenUsage(10, 100), is_incomplete=True) == 125
    assert purse(owner) == (875, 0, 0)
    assert Transaction.objects.get(key="call:call-1").context == "incomplete"


def test_a_second_settle_books_nothing_and_returns_the_same(owner: User) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        assert hold_settle(hold=hold, usage=TokenUsage(10, 5)) == 15
        assert hold_settle(hold=hold, usage=TokenUsage(10, 500)) == 15
        hold_release(hold=hold)
    assert purse(owner) == (985, 0, 0)
    assert Transaction.objects.filter(context="message").count() == 1
    assert Hold.objects.get().state == "settled"


def test_a_released_hold_gives_everything_back_and_stays_released(owner: User) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        hold_release(hold=hold)
        hold_release(hold=hold)
        assert hold_settle(hold=hold, usage=TokenUsage(10, 5)) == 0
    assert purse(owner) == (1000, 0, 0)
    assert (Hold.objects.get().state, Hold.objects.get().credits) == ("released", 0)
    assert not Transaction.objects.filter(context="message").exists()


def test_a_call_without_tokens_settles_to_nothing(owner: User) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        assert hold_settle(hold=hold, usage=TokenUsage()) == 0
    assert purse(owner) == (1000, 0, 0)
    assert Hold.objects.get().state == "settled"
    assert not Transaction.objects.filter(context="message").exists()


def test_a_prompt_that_is_not_covered_is_refused_and_nothing_changes(owner: User) -> None:
    with balances_on(startBalance=99):
        balance_ensure(user=owner)
        with pytest.raises(InsufficientBalanceError) as refused:
            hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=10)
    assert refused.value.data["body"] == {
        "type": "token_balance",
        "balance": 99,
        "tokenCost": 100,
        "promptTokens": 100,
    }
    assert (refused.value.code, refused.value.status) == ("token_balance", 402)
    assert purse(owner) == (99, 0, 0)
    assert not Hold.objects.exists()
    assert Transaction.objects.count() == 1  # the start balance


def test_when_not_everything_fits_what_is_left_is_held(owner: User) -> None:
    with balances_on(startBalance=150):
        hold = hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=4000)
    assert purse(owner) == (150, 150, 0)
    assert (hold.credits, hold.output_tokens) == (150, 50)


def test_the_last_credit_is_spent_by_one_call_only(owner: User) -> None:
    with balances_on(startBalance=100):
        hold_open(call=call_make(owner, "a"), prompt_tokens=100, output_tokens=10)
        with pytest.raises(InsufficientBalanceError) as refused:
            hold_open(call=call_make(owner, "b"), prompt_tokens=1, output_tokens=10)
    assert refused.value.data["body"] == {
        "type": "token_balance",
        "balance": 0,
        "tokenCost": 1,
        "promptTokens": 1,
    }


def test_a_free_model_is_never_refused(owner: User) -> None:
    free = {"gratis": {"prompt": 0, "completion": 0}}
    call = call_make(owner, model="gratis", endpoint_rates=free)
    with balances_on():
        hold = hold_open(call=call, prompt_tokens=100, output_tokens=100)
        assert (hold.credits, hold.output_tokens) == (0, 100)
        assert hold_settle(hold=hold, usage=TokenUsage(100, 100)) == 0
    booked = Transaction.objects.get()
    assert sorted(booked.entries.values_list("raw_amount", flat=True)) == [-100, -100, 0]
    assert purse(owner) == (0, 0, 0)


def test_what_a_call_costs_above_the_balance_is_debt_and_blocks_the_next(owner: User) -> None:
    with balances_on(startBalance=150):
        hold = hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=50)
        assert hold_settle(hold=hold, usage=TokenUsage(100, 80)) == 180
        assert purse(owner) == (0, 0, 30)
        assert ledger_check() == []
        with pytest.raises(InsufficientBalanceError):
            hold_open(call=call_make(owner, "next"), prompt_tokens=1, output_tokens=0)
    signs = sorted(
        Entry.objects.filter(transaction__context="message").values_list(
            "account__kind",
            "credits",
        ),
    )
    assert signs == [
        ("debt", -30),
        ("revenue", 180),
        ("user", -100),
        ("user", -80),
        ("user", 30),
    ]
    assert trial_balance() == 0


def test_a_debt_never_eats_the_hold_of_another_call(owner: User) -> None:
    with balances_on(startBalance=200):
        greedy = hold_open(call=call_make(owner, "a"), prompt_tokens=50, output_tokens=50)
        modest = hold_open(call=call_make(owner, "b"), prompt_tokens=50, output_tokens=50)
        hold_settle(hold=greedy, usage=TokenUsage(50, 90))
        assert purse(owner) == (100, 100, 40)
        hold_settle(hold=modest, usage=TokenUsage(20, 10))
        # What the second call did not need repays the debt of the first one.
        assert purse(owner) == (30, 0, 0)
    assert ledger_check() == []


def test_the_same_key_opens_one_hold(owner: User) -> None:
    with balances_on(startBalance=100):
        first = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        again = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        assert again == first
        assert purse(owner) == (100, 20, 0)


def test_the_same_key_finds_its_hold_though_that_holds_the_last_credit(owner: User) -> None:
    with balances_on(startBalance=100):
        first = hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=10)
        assert hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=10) == first
        assert purse(owner) == (100, 100, 0)


def test_the_key_of_somebody_else_is_refused(owner: User, stranger: User) -> None:
    with balances_on(startBalance=100):
        hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        with pytest.raises(KeyTakenError):
            hold_open(call=call_make(stranger), prompt_tokens=10, output_tokens=10)
        assert purse(stranger) == (100, 0, 0)


def test_another_broken_rule_is_not_taken_for_a_repeat(owner: User) -> None:
    with balances_on(startBalance=100), pytest.MonkeyPatch.context() as patch:
        balance_ensure(user=owner)
        patch.setattr(charging, "hold_expiry", lambda _user: None)
        with pytest.raises(IntegrityError):
            hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
    assert purse(owner) == (100, 0, 0)


def test_the_price_of_the_hold_stays_for_the_call(owner: User, settings: Settings) -> None:
    with balances_on(startBalance=10_000):
        call = call_make(owner, model="unheard-of", endpoint_rates={})
        hold = hold_open(call=call, prompt_tokens=10, output_tokens=10)
        settings.UNKNOWN_MODEL_PRICE = "free"
        assert hold_settle(hold=hold, usage=TokenUsage(10, 10)) == 120
    assert Transaction.objects.get(context="message").rates["source"] == "default"


def test_a_model_without_a_price_is_refused_before_anything_is_written(
    owner: User,
    settings: Settings,
) -> None:
    settings.UNKNOWN_MODEL_PRICE = "refuse"
    with balances_on(startBalance=100), pytest.raises(NoPriceError):
        hold_open(
            call=call_make(owner, model="unheard-of", endpoint_rates={}),
            prompt_tokens=1,
            output_tokens=1,
        )
    assert not Hold.objects.exists()
    assert not Balance.objects.exists()


def test_the_call_of_a_deleted_person_settles_to_nothing(owner: User) -> None:
    with balances_on(startBalance=100):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        User.objects.filter(pk=owner.pk).delete()
        assert hold_settle(hold=hold, usage=TokenUsage(10, 5)) == 0
        hold_release(hold=hold)
        assert charging.hold_extend(hold=hold, output_tokens=99) is hold
    assert trial_balance() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"credits": -1},
        {"state": "lost"},
        {"state": "settled"},
        {"charged_credits": 5},
        {"state": "released"},
        {"payer": "operator"},
        {"payer": "group"},  # without saying which
        {"payer": "revenue"},
    ],
)
def test_the_database_refuses_a_hold_that_cannot_be(owner: User, wrong: dict[str, object]) -> None:
    with balances_on(startBalance=100):
        hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.update(**wrong)
    assert Hold.objects.get().state == "open"
