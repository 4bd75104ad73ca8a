"""Whatever happens to money in whatever order, the books balance and no budget is overspent."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
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

from accounts.models import User
from billing.errors import (
    BalanceHeldError,
    BalanceOffError,
    BudgetExceededError,
    InsufficientBalanceError,
)
from billing.models import Balance, Budget, BudgetBucket, Entry, Hold
from billing.models.account import OWNED
from billing.models.hold import UNSETTLED
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check, trial_balance
from billing.queries.budgets import standings_shared
from billing.services.adjustments import Order, balance_add, balance_close, balance_set
from billing.services.balances import balance_ensure, balance_grant
from billing.services.charging import (
    Call,
    hold_extend,
    hold_open,
    hold_release,
    hold_settle,
    holds_sweep,
)
from billing.services.prices import Offer, price_set
from billing.services.refills import refill_if_due
from librechat.kernel import clock
from tests.factories.budgets import budget_make
from tests.factories.money import balances_on
from tests.factories.rights import group

START = datetime(2027, 2, 27, 22, tzinfo=UTC)
MODEL = "machine-model"
REFUSED = (BudgetExceededError, InsufficientBalanceError)
REFILLS = {
    "startBalance": 300,
    "autoRefillEnabled": True,
    "refillIntervalValue": 1,
    "refillIntervalUnit": "days",
    "refillAmount": 100,
}
RULES: tuple[dict[str, Any], ...] = (
    {"limit": 400, "period": "day"},
    {"limit": 250, "period": "rolling", "rolling_hours": 7, "measure": "tokens", "is_each": True},
    {"limit": 6, "period": "total", "measure": "messages"},
    {"limit": 100, "period": "week", "behaviour": "warn"},
)
number = st.integers(0, 60)
which = st.integers(0, 30)


class Books(RuleBasedStateMachine):
    """People with balances and budgets, and their calls."""

    hold_clock: Callable[[datetime], None]

    @initialize()
    def begin(self) -> None:
        """Start with two people, four rules and a price."""
        cache.clear()
        self.now, self.opened = START, 0
        self.hold_clock(START)
        self.world = transaction.atomic()
        self.world.__enter__()
        self.settings = balances_on(**REFILLS)
        self.settings.__enter__()
        self.people = [User.objects.create_user(f"p{at}@example.org") for at in range(2)]
        self.budgets = [budget_make(user=self.people[0], **fields) for fields in RULES]
        self.overrun: dict[str, int] = {budget.pk: 0 for budget in self.budgets}
        self.price(1, 2)
        self.team = group("Builders")
        for person in self.people:
            balance_ensure(user=person)

    @override
    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "world"):
            self.settings.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    @rule(
        who=st.integers(0, 1),
        prompt=number,
        output=number,
        repeats=st.booleans(),
        is_teams=st.booleans(),
    )
    def open(self, who: int, prompt: int, output: int, repeats: bool, is_teams: bool) -> None:
        """Open a call of a person or of the team, perhaps twice under the same key."""
        self.opened += 1
        team_id = self.team.pk if is_teams else ""
        call = Call(user=self.people[who], key=f"g{self.opened}:0", model=MODEL, team_id=team_id)
        try:
            hold = hold_open(call=call, prompt_tokens=prompt, output_tokens=output)
        except REFUSED:
            assert not Hold.objects.filter(key=call.key).exists()
            return
        if repeats:
            again = hold_open(call=call, prompt_tokens=prompt, output_tokens=output)
            assert again.pk == hold.pk

    @rule(at=which, output=number)
    def extend(self, at: int, output: int) -> None:
        """Let an answer grow; refused, its hold stands."""
        hold = self.hold(at)
        before = hold and hold.output_tokens
        try:
            if hold is not None:
                hold_extend(hold=hold, output_tokens=output * 3)
        except REFUSED:
            hold = self.hold(at)
            assert hold is not None
            assert hold.output_tokens == before

    @rule(at=which, tokens_in=number, tokens_out=number, late=st.booleans())
    def settle(self, at: int, tokens_in: int, tokens_out: int, late: bool) -> None:
        """Settle a call, perhaps twice, for less or more than was held."""
        hold = self.hold(at)
        if hold is None:
            return
        kept = {
            one.bucket.budget_id: one.amount
            for one in hold.reservations.select_related("bucket")
            if hold.state in UNSETTLED
        }
        used = {pk: self.used(pk) for pk in kept}
        charged = hold_settle(hold=hold, usage=TokenUsage(tokens_in, tokens_out))
        for pk, amount in kept.items():
            self.overrun[pk] += max(0, self.used(pk) - used[pk] - amount)
        if late:
            assert hold_settle(hold=hold, usage=TokenUsage(9, 9)) == (
                Hold.objects.get(pk=hold.pk).charged_credits or 0
            )
        assert charged >= 0

    @rule(at=which)
    def release(self, at: int) -> None:
        """Give a call back."""
        hold = self.hold(at)
        if hold is not None:
            hold_release(hold=hold)

    @rule(minutes=st.sampled_from([5, 31, 90, 600, 1440, 9000]), sweeps=st.booleans())
    def wait(self, minutes: int, sweeps: bool) -> None:
        """Let time pass, to the next hour, day, week or month."""
        self.now += timedelta(minutes=minutes)
        self.hold_clock(self.now)
        if sweeps:
            holds_sweep()

    @rule(who=st.integers(0, 1))
    def refill(self, who: int) -> None:
        """Refill, if it is due."""
        refill_if_due(user=self.people[who])

    @rule(who=st.integers(0, 1), amount=st.integers(1, 500))
    def refund(self, who: int, amount: int) -> None:
        """Give credits back, once."""
        for _ in range(2):
            balance_grant(
                user=self.people[who], amount=amount, key=f"refund:{who}:{amount}", context="admin"
            )

    @rule(amount=st.integers(0, 500), sets=st.booleans())
    def endow(self, amount: int, sets: bool) -> None:
        """Give the team credits, or make them exactly so many."""
        if sets:
            balance_set(owner=self.team, amount=amount, order=Order())
        else:
            balance_add(owner=self.team, amount=amount + 1, order=Order())

    @rule()
    def close(self) -> None:
        """Take the team's balance away; not while calls hold some of it."""
        row = Balance.objects.filter(group=self.team).first()
        try:
            balance_close(group=self.team, order=Order())
        except (BalanceHeldError, BalanceOffError):
            assert row is None or row.held_credits
        else:
            assert not Balance.objects.filter(group=self.team).exists()

    @rule(prompt=st.integers(0, 5), completion=st.integers(0, 9))
    def price(self, prompt: int, completion: int) -> None:
        """Change the price; calls under way keep theirs."""
        self.now += timedelta(seconds=1)
        self.hold_clock(self.now)
        rates = {"prompt": prompt, "completion": completion}
        price_set(offer=Offer(pattern=MODEL, rates=rates), actor=None)

    @invariant()
    @precondition(lambda self: hasattr(self, "people"))
    def the_books_balance(self) -> None:
        """Entries sum to zero; balances are their entries; reserved is what open holds have."""
        assert trial_balance() == 0
        loose = Entry.objects.filter(account__kind__in=OWNED, account__group=self.team)
        if not Balance.objects.filter(group=self.team).exists():
            assert sum(loose.values_list("credits", flat=True)) == 0
        swept = [fault for fault in ledger_check() if "expired long ago" not in fault]
        assert swept == []

    @invariant()
    @precondition(lambda self: hasattr(self, "people"))
    def nobody_owns_less_than_nothing(self) -> None:
        """Credits cover what is held, and no bucket is negative."""
        for row in Balance.objects.all():
            assert row.credits >= row.held_credits >= 0
        assert not BudgetBucket.objects.filter(used__lt=0).exists()
        assert not BudgetBucket.objects.filter(reserved__lt=0).exists()

    @invariant()
    @precondition(lambda self: hasattr(self, "people"))
    def no_rule_that_blocks_is_overspent(self) -> None:
        """Beyond its limit goes only what calls used above what they held."""
        for pk, standing in standings_shared(self.budgets).items():
            if standing.budget.behaviour == "block":
                most = standing.limit + self.overrun[pk]
                assert standing.used + standing.reserved <= most

    def hold(self, at: int) -> Hold | None:
        """Return one of the calls."""
        return Hold.objects.filter(key=f"g{at % (self.opened or 1)}:0").first()

    def used(self, pk: str) -> int:
        """Return all that was ever used of a budget."""
        return sum(Budget.objects.get(pk=pk).buckets.values_list("used", flat=True))


@pytest.mark.parametrize(
    ("examples", "steps"),
    [(6, 20), pytest.param(60, 40, marks=pytest.mark.services)],
)
def test_the_books_balance_whatever_happens(
    db: None, monkeypatch: pytest.MonkeyPatch, examples: int, steps: int
) -> None:
    def hold_clock(_machine: object, moment: datetime) -> None:
        monkeypatch.setattr(clock, "source", lambda: moment)

    run_state_machine_as_test(
        type("Machine", (Books,), {"hold_clock": hold_clock}),
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
