"""Every scope, period, measure and behaviour with one another: what counts and what happens."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from accounts.models import Group, GroupMember, Role, User
from billing.errors import BudgetExceededError
from billing.models import BudgetReservation, Hold
from billing.models.budget import Behaviour, Measure, Period, Scope
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check
from billing.services.budgets import EACH_SCOPES, Terms, budget_update
from billing.services.charging import hold_release, hold_settle
from librechat.kernel import clock
from tests.factories.budgets import budget_make, counted, opened

Clock = Callable[[datetime], None]
# A Wednesday.
NOW = datetime(2027, 3, 10, 14, 25, tzinfo=UTC)
UNITS = {Measure.MONEY: 20, Measure.TOKENS: 20, Measure.MESSAGES: 1}
RESETS: dict[str, datetime | None] = {
    Period.HOUR: datetime(2027, 3, 10, 15, tzinfo=UTC),
    Period.DAY: datetime(2027, 3, 11, tzinfo=UTC),
    Period.WEEK: datetime(2027, 3, 15, tzinfo=UTC),
    Period.MONTH: datetime(2027, 4, 1, tzinfo=UTC),
    Period.ROLLING: datetime(2027, 3, 10, 19, tzinfo=UTC),
    Period.TOTAL: None,
}
CASES = list(product(Scope.values, Period.values, Measure.values, Behaviour.values))
FACTS: dict[str, dict[str, bool]] = {
    Scope.AGENT: {"is_of_agent": True},
    Scope.KEY: {"is_of_key": True},
}


@pytest.mark.parametrize(("scope", "period", "measure", "behaviour"), CASES)
def test_two_calls_fit_and_the_third_meets_the_rule(
    owner: User,
    clock_at: Clock,
    scope: str,
    period: str,
    measure: str,
    behaviour: str,
) -> None:
    clock_at(NOW)
    unit = UNITS[Measure(measure)]
    budget = budget_make(
        scope,
        user=owner,
        period=period,
        rolling_hours=5 if period == Period.ROLLING else None,
        measure=measure,
        limit=2 * unit,
        behaviour=behaviour,
        cheaper_model="cheap" if behaviour == Behaviour.CHEAPER else "",
    )
    facts = FACTS.get(scope, {})
    holds = []
    for key in ("a", "b"):
        holds.append(opened(owner, key, **facts))
        hold_settle(hold=holds[-1], usage=TokenUsage(10, 10))
    assert counted(budget) == (2 * unit, 0)
    if behaviour == Behaviour.WARN:
        holds.append(opened(owner, "c", **facts))
        assert [len(hold.notices) for hold in holds] == [0, 1, 0]
        assert "“The budget” is used up" in holds[1].notices[0]
        assert counted(budget) == (2 * unit, unit)
        return
    with pytest.raises(BudgetExceededError) as refused:
        opened(owner, "c", **facts)
    resets_at = RESETS[period]
    body = dict(refused.value.data["body"])  # type: ignore[call-overload]
    assert body.pop("message") == refused.value.message
    assert body == {
        "type": "budget",
        "rule": "The budget",
        "ruleId": budget.pk,
        "measure": measure,
        "limit": 2 * unit,
        "left": 0,
        "resetsAt": clock.iso(resets_at) if resets_at else None,
    }
    assert counted(budget) == (2 * unit, 0)
    assert Hold.objects.count() == 2
    if behaviour == Behaviour.CHEAPER:
        assert refused.value.cheaper_models == ("cheap",)
        assert opened(owner, "c", model="cheap", **facts).output_tokens == 10
        assert counted(budget) == (2 * unit, unit)
        return
    assert refused.value.cheaper_models == ()
    if resets_at is None:
        clock_at(NOW + timedelta(days=4000))
        with pytest.raises(BudgetExceededError):
            opened(owner, "c", **facts)
        return
    clock_at(resets_at - timedelta(microseconds=1))
    with pytest.raises(BudgetExceededError):
        opened(owner, "c", **facts)
    clock_at(resets_at)
    assert opened(owner, "c", **facts).output_tokens == 10
    assert ledger_check() == []


@pytest.mark.parametrize("scope", [each for each in Scope.values if each != Scope.INSTANCE])
def test_a_rule_leaves_others_alone(owner: User, stranger: User, scope: str) -> None:
    Role.objects.create(name="TEAM")
    owner.role = "TEAM"
    owner.save()
    budget = budget_make(scope, user=owner, measure=Measure.TOKENS, limit=0)
    assert opened(stranger, "s").output_tokens == 10
    assert not BudgetReservation.objects.exists()
    with pytest.raises(BudgetExceededError):
        opened(owner, "o", **FACTS.get(scope, {}))
    assert counted(budget) == (0, 0)


@pytest.mark.parametrize("scope", EACH_SCOPES)
def test_a_rule_for_each_counts_everybody_apart(owner: User, stranger: User, scope: str) -> None:
    budget = budget_make(scope, user=owner, measure=Measure.MESSAGES, limit=1, is_each=True)
    if scope == Scope.GROUP:
        GroupMember.objects.create(group=Group.objects.get(), user=stranger)
    facts = FACTS.get(scope, {})
    opened(owner, "o", **facts)
    opened(stranger, "s", **facts)
    for person in (owner, stranger):
        with pytest.raises(BudgetExceededError):
            opened(person, f"{person.pk}-again", **facts)
    rows = budget.buckets.values_list("subject", "reserved")
    assert sorted(rows) == sorted([(owner.pk, 1), (stranger.pk, 1)])


def test_a_rule_that_all_share_is_used_up_by_one(owner: User, stranger: User) -> None:
    budget_make(measure=Measure.MESSAGES, limit=1)
    opened(owner, "o")
    with pytest.raises(BudgetExceededError):
        opened(stranger, "s")


def test_a_rule_that_is_switched_off_counts_nothing(owner: User) -> None:
    budget = budget_make(user=owner, limit=0)
    budget_update(
        budget=budget,
        terms=Terms(name="Off", limit=0, behaviour=Behaviour.BLOCK, is_active=False),
        actor=owner,
    )
    assert opened(owner, "o").output_tokens == 10
    assert counted(budget) == (0, 0)


@pytest.mark.parametrize(
    ("context", "key", "counts"),
    [
        ("message", "generation:0", 1),
        ("message", "generation:1", 0),
        ("message", "generation:12", 0),
        ("message", "plain-key", 1),
        ("message", "relay:abc", 1),
        ("title", "generation:title:0", 0),
    ],
)
def test_a_message_is_the_first_call_of_an_answer(
    owner: User, context: str, key: str, counts: int
) -> None:
    budget = budget_make(user=owner, measure=Measure.MESSAGES, limit=5)
    hold = opened(owner, key, context=context)
    assert counted(budget) == (0, counts)
    hold_settle(hold=hold, usage=TokenUsage(1, 1))
    assert counted(budget) == (counts, 0)


def test_a_call_that_came_to_nothing_counts_nothing(owner: User) -> None:
    budgets = [budget_make(user=owner, measure=each, limit=50) for each in Measure.values]
    hold = opened(owner, "a")
    assert [counted(one) for one in budgets] == [(0, 20), (0, 20), (0, 1)]
    hold_release(hold=hold)
    hold_release(hold=hold)
    assert [counted(one) for one in budgets] == [(0, 0)] * 3
    assert not BudgetReservation.objects.exists()
