"""Receipts: what a message was paid with, class by class, and whether it still adds up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from accounts.models import User
from billing.models import Entry, Transaction
from billing.pricing.cost import Cost, Part, TokenUsage
from billing.queries.books import ledger_check
from billing.queries.receipts import conversation_receipts, message_receipts, receipts_check
from billing.services.balances import balance_ensure
from billing.services.charging import Batch, hold_open, hold_settle, hold_settle_batch
from tests.billing.pricing.drawn import usages
from tests.factories.money import balances_on, call_make
from tests.factories.prices import price_make

pytestmark = pytest.mark.django_db

MESSAGE = "22222222-2222-4222-8222-222222222222"
CONVERSATION = "11111111-1111-4111-8111-111111111111"


def spend(
    user: User, usage: TokenUsage, *, key: str = "call-1", model: str = "m", is_cut: bool = False
) -> int:
    hold = hold_open(
        call=call_make(user, key, model=model, endpoint_rates={}),
        prompt_tokens=usage.prompt_tokens,
        output_tokens=usage.output_tokens,
    )
    return hold_settle(hold=hold, usage=usage, is_incomplete=is_cut)


def test_a_receipt_has_every_class_with_its_rate_and_the_price_that_was_used(owner: User) -> None:
    price = price_make("m", 2, 10, reasoning=4, image=3, audio=40, cache_read="0.5", per_call=7)
    usage = TokenUsage(
        100, 50, cache_read_tokens=10, reasoning_tokens=20, image_tokens=10, audio_tokens=5
    )
    paid = spend(owner, usage)
    [receipt] = message_receipts(owner, MESSAGE)
    assert receipt.parts == (
        Part("input", 85, Decimal(2)),
        Part("image", 10, Decimal(3)),
        Part("audio", 5, Decimal(40)),
        Part("cache_read", 10, Decimal("0.5")),
        Part("output", 30, Decimal(10)),
        Part("reasoning", 20, Decimal(4)),
    )
    assert receipt.credits == paid == 7 + 400 + 5 + 380
    assert receipt.rates is not None
    assert (receipt.rates.source, receipt.rates.price_id) == ("admin", price.pk)
    assert (receipt.model, receipt.context, receipt.endpoint) == ("m", "message", "custom")
    assert (receipt.message_id, receipt.is_estimated, receipt.is_incomplete) == (
        MESSAGE,
        False,
        False,
    )
    assert Transaction.objects.get().tokens == {"reasoning": 20, "image": 10, "audio": 5}


def test_a_receipt_keeps_the_price_of_its_time(
    owner: User, clock_at: Callable[[datetime], None]
) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for day, prompt in enumerate((1, 2, 3)):
        clock_at(start + timedelta(days=day))
        price_make("m", prompt, 0)
        spend(owner, TokenUsage(10), key=f"call-{day}")
    found = conversation_receipts(owner, CONVERSATION)
    assert [receipt.credits for receipt in found] == [10, 20, 30]
    rates = [receipt.rates for receipt in found if receipt.rates is not None]
    assert [rate.prompt for rate in rates] == [1, 2, 3]
    assert len({rate.price_id for rate in rates}) == 3
    assert receipts_check() == []


def test_the_price_of_a_hold_counts_though_it_changed_meanwhile(
    owner: User, clock_at: Callable[[datetime], None]
) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    clock_at(start)
    price_make("m", 1, 1)
    hold = hold_open(
        call=call_make(owner, model="m", endpoint_rates={}), prompt_tokens=10, output_tokens=10
    )
    clock_at(start + timedelta(minutes=1))
    price_make("m", 1000, 1000)
    assert hold_settle(hold=hold, usage=TokenUsage(10, 10)) == 20


def test_what_was_estimated_or_cut_is_marked(owner: User) -> None:
    price_make("m", 1, 1)
    usage = TokenUsage(10, 100, is_estimated=True)
    assert spend(owner, usage, is_cut=True) == 125
    [receipt] = message_receipts(owner, MESSAGE)
    assert (receipt.is_estimated, receipt.is_incomplete, receipt.credits) == (True, True, 125)


def test_a_call_that_costs_something_without_tokens_is_booked(owner: User) -> None:
    price_make("m", 1, 1, per_call=5)
    with balances_on(startBalance=100):
        assert spend(owner, TokenUsage()) == 5
        assert balance_ensure(user=owner).credits == 95
    [receipt] = message_receipts(owner, MESSAGE)
    assert (receipt.parts, receipt.credits) == ((), 5)
    assert ledger_check() == receipts_check() == []


@pytest.mark.parametrize(
    ("context", "paid", "is_told"),
    [
        ("relay", 2_100, False),  # two requests at the plain price
        ("relay", 11_000, False),  # one of them a long one
        ("relay", 20_010, False),
        ("relay", 2_000, True),
        ("relay", 20_011, True),
        ("message", 2_100, True),
    ],
)
def test_a_continued_turn_of_a_program_costs_no_less_and_no_more_than_its_tiers(
    owner: User, context: str, paid: int, is_told: bool
) -> None:
    tier: dict[str, Any] = {"premium_above": 1_500, "premium_prompt": 10, "premium_completion": 10}
    price_make("m", 1, 10, **tier)
    call = replace(call_make(owner, model="m", endpoint_rates={}), context=context)
    hold = hold_open(call=call, prompt_tokens=2_000, output_tokens=1)
    batch = Batch(1, TokenUsage(2_000, 1), Cost(paid, 0))
    hold_settle_batch(hold=hold, batch=batch)
    assert bool(receipts_check()) is is_told


def test_receipts_are_for_the_person_who_paid(owner: User, stranger: User) -> None:
    spend(owner, TokenUsage(10))
    assert message_receipts(stranger, MESSAGE) == []
    assert conversation_receipts(stranger, CONVERSATION) == []
    assert message_receipts(owner, "") == conversation_receipts(owner, "") == []


def test_receipts_of_a_long_conversation_take_two_queries(owner: User) -> None:
    for number in range(5):
        spend(owner, TokenUsage(10), key=f"call-{number}")
    with CaptureQueriesContext(connection) as queries:
        assert len(conversation_receipts(owner, CONVERSATION)) == 5
    assert len(queries) == 2


def test_what_was_booked_otherwise_than_its_price_makes_is_named(owner: User) -> None:
    price_make("m", 1, 1)
    spend(owner, TokenUsage(10, 10))
    completion = Entry.objects.filter(token_type="completion")
    QuerySet.update(completion, credits=-11)  # the ledger's own refuses
    assert receipts_check() == ["Transaction call:call-1 booked 21 credits, its price makes 20."]


def test_what_was_moved_in_without_a_price_is_no_fault(owner: User) -> None:
    spend(owner, TokenUsage(10, 10))
    QuerySet.update(Transaction.objects.all(), rates={})
    assert receipts_check() == []
    assert message_receipts(owner, MESSAGE) == []


def test_only_half_a_call_reads_as_half_a_call(owner: User) -> None:
    spend(owner, TokenUsage(10, 10))
    halves = Entry.objects.exclude(token_type="credits")
    QuerySet.delete(halves)
    [receipt] = message_receipts(owner, MESSAGE)
    assert (receipt.parts, receipt.credits) == ((), 0)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(usages)
def test_a_month_costs_the_same_when_it_is_priced_again(owner: User, usage: TokenUsage) -> None:
    key = f"call-{Transaction.objects.count()}"
    model = ["gpt-4o", "claude-opus-4-5", "gemini-3.1-pro", "unheard-of"][
        Transaction.objects.count() % 4
    ]
    spend(owner, usage, key=key, model=model, is_cut=bool(usage.output_tokens % 2))
    assert receipts_check() == []
