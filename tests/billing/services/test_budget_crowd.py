"""Many calls at the same moment never overspend a budget, whatever the database."""

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import connections
from django.db.models import F, Sum

from accounts.models import User
from billing.errors import BudgetExceededError, InsufficientBalanceError
from billing.models import Balance, Budget, BudgetBucket, BudgetReservation
from billing.models.budget import Measure
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check, trial_balance
from billing.services.balances import balance_ensure
from billing.services.charging import hold_extend, hold_open, hold_release, hold_settle
from tests.billing.conftest import Crowd
from tests.factories.budgets import budget_make, counted, counted_call
from tests.factories.money import balances_on

PROMPT, OUTPUT = 10, 10
REFUSED = (BudgetExceededError, InsufficientBalanceError)


@pytest.fixture
def people(crowd: Crowd) -> list[User]:
    return [User.objects.create_user(f"p{at}@example.org") for at in range(4)]


def rules(people: list[User], *, limit: int) -> list[Budget]:
    """Return rules that cross one another, made in an order that is not that of their ids."""
    return [
        budget_make(measure=Measure.TOKENS, limit=limit, user=people[0]),
        budget_make(limit=limit, is_each=True, period="day", user=people[0]),
        budget_make("user", user=people[1], measure=Measure.MESSAGES, limit=limit // 60),
        budget_make("role", user=people[0], period="rolling", rolling_hours=3, limit=limit),
    ]


def caller(people: list[User], number: int, calls: int) -> Callable[[], None]:
    """Return work: calls that are held, stretched, settled for what they hold, or released."""
    draw = random.Random(number)

    def work() -> None:
        for at in range(calls):
            person = people[draw.randrange(len(people))]
            call = counted_call(person, f"t{number}-{at}")
            try:
                hold = hold_open(call=call, prompt_tokens=PROMPT, output_tokens=OUTPUT)
            except REFUSED:
                continue
            with suppress(*REFUSED):
                more = OUTPUT + draw.randrange(20)
                hold = hold_extend(hold=hold, output_tokens=more)
            if draw.random() < 0.3:
                hold_release(hold=hold)
            else:
                hold_settle(hold=hold, usage=TokenUsage(PROMPT, hold.output_tokens))

    return work


def spend(crowd: Crowd, people: list[User], *, threads: int, calls: int) -> None:
    limit = threads * calls * 4
    made = rules(people, limit=limit)
    overspent: list[int] = []
    is_over = threading.Event()

    def sample() -> None:
        crowd.connect()
        while not is_over.wait(0.02):
            full = BudgetBucket.objects.filter(used__gt=F("budget__limit") - F("reserved"))
            overspent.append(full.count())
        connections.close_all()

    with balances_on(startBalance=limit):
        for person in people:
            balance_ensure(user=person)
        watcher = threading.Thread(target=sample)
        watcher.start()
        work = (caller(people, number, calls) for number in range(threads))
        failed = crowd.run(*work, patience_seconds=60 + threads * calls)
        is_over.set()
        watcher.join()
    assert failed == []
    assert set(overspent) <= {0}
    for budget in made:
        used, reserved = counted(budget)
        assert reserved == 0
        if not budget.is_each:
            assert used <= budget.limit
    assert not BudgetReservation.objects.exists()
    assert any(counted(budget)[0] > 0.5 * budget.limit for budget in made)
    total = Balance.objects.aggregate(held=Sum("held_credits"))["held"]
    assert (total, trial_balance(), ledger_check()) == (0, 0, [])


def test_eight_callers_at_once_never_overspend(crowd: Crowd, people: list[User]) -> None:
    spend(crowd, people, threads=8, calls=6)


@pytest.mark.services
def test_fifty_callers_with_two_hundred_calls_each_never_overspend(
    crowd: Crowd, people: list[User]
) -> None:
    spend(crowd, people, threads=50, calls=200)


def test_fifty_calls_on_a_budget_for_ten_let_ten_through(
    crowd: Crowd, people: list[User], clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2027, 3, 10, 12, tzinfo=UTC))
    budget = budget_make(measure=Measure.TOKENS, limit=10 * 20, period="hour", user=people[0])

    def call(number: int) -> Callable[[], object]:
        named = counted_call(people[number % 4], f"call-{number}")
        return lambda: hold_open(call=named, prompt_tokens=20, output_tokens=0)

    failures = crowd.run(*map(call, range(50)))
    assert [type(failure) for failure in failures] == [BudgetExceededError] * 40
    assert counted(budget) == (0, 200)
    assert ledger_check() == []
