"""Random worlds of rules, people and calls equal a slow reference that only keeps a list.

The reference knows neither buckets nor windows: it asks of every call ever made whether it counts
in the same stretch of time, by the words of the calendar.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Group, GroupMember, Role, User
from billing.errors import BudgetExceededError
from billing.models import Budget, BudgetReservation, Hold
from billing.models.budget import Behaviour, Measure, Period, Scope
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check
from billing.queries.budgets import standings_shared
from billing.services.budgets import EACH_SCOPES, Rule, Terms, budget_create, budget_update
from billing.services.charging import (
    Call,
    hold_extend,
    hold_open,
    hold_release,
    hold_settle,
    holds_sweep,
)
from tests.billing.services.budget_reference import LIFE, PRICES, START, Made, Reference, amount

Clock = Callable[[datetime], None]
MODELS = ("dear", "mini", "nano")
RATES = {
    name: {"prompt": float(prompt), "completion": float(completion)}
    for name, (prompt, completion) in PRICES.items()
}
AGENTS, KEYS = ("", "agent_1"), ("", "k" * 24)

rules = st.fixed_dictionaries(
    {
        "scope": st.sampled_from(Scope.values),
        "who": st.integers(0, 1),
        "is_each": st.booleans(),
        "period": st.sampled_from(Period.values),
        "rolling_hours": st.integers(1, 30),
        "measure": st.sampled_from(Measure.values),
        "room": st.integers(0, 12),
        "behaviour": st.sampled_from([*Behaviour.values, Behaviour.BLOCK]),
        "cheaper_model": st.sampled_from(MODELS[1:]),
    }
)
number = st.integers(0, 40)
steps = st.one_of(
    st.tuples(
        st.just("open"),
        st.integers(0, 2),
        st.sampled_from(MODELS),
        st.sampled_from(AGENTS),
        st.sampled_from(KEYS),
        st.sampled_from(["message", "again", "title"]),
        number,
        number,
    ),
    st.tuples(st.just("extend"), st.integers(0, 9), st.integers(0, 90)),
    st.tuples(st.just("settle"), st.integers(0, 9), number, st.integers(0, 120)),
    st.tuples(st.just("release"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.sampled_from([7, 31, 60, 200, 1440, 11520])),
    st.tuples(st.just("limit"), st.integers(0, 4), st.integers(0, 12)),
)


def _tried(call: Call, prompt: int, output: int) -> tuple[Hold | None, tuple[str, ...]]:
    """Open a hold; else None and the models that would do."""
    try:
        return hold_open(call=call, prompt_tokens=prompt, output_tokens=output), ()
    except BudgetExceededError as exc:
        return None, exc.cheaper_models


class World:
    """The reference and the product, step by step side by side."""

    def __init__(self, rules_drawn: list[dict[str, Any]], clock_at: Clock) -> None:
        cache.clear()
        self.clock_at = clock_at
        clock_at(START)
        role = Role.objects.create(name="TEAM")
        group = Group.objects.create(name="Two")
        people = [
            User.objects.create_user(f"p{at}@example.org", role=role.name if at == 0 else "USER")
            for at in range(3)
        ]
        for person in people[:2]:
            GroupMember.objects.create(group=group, user=person)
        self.budgets: list[Budget] = []
        self.reference = Reference([], people)
        self.holds: list[Hold] = []
        for drawn in rules_drawn:
            self._rule(dict(drawn), group, role)

    def _rule(self, drawn: dict[str, Any], group: Group, role: Role) -> None:
        people, scope = self.reference.people, drawn["scope"]
        ids = {
            Scope.INSTANCE: "",
            Scope.GROUP: group.pk,
            Scope.ROLE: role.name,
            Scope.AGENT: AGENTS[1],
            Scope.KEY: KEYS[1],
        }
        unit = 1 if drawn["measure"] == Measure.MESSAGES else 20
        drawn["limit"] = drawn.pop("room") * unit
        drawn["is_each"] = drawn["is_each"] and scope in EACH_SCOPES
        self.reference.rules.append(drawn)
        given_ = {name: value for name, value in drawn.items() if name != "who"}
        given_["scope_id"] = ids.get(scope, people[drawn["who"]].pk)
        name = f"rule {len(self.budgets)}"
        self.budgets.append(budget_create(rule=Rule(name=name, **given_), actor=people[2]))

    def step(self, name: str, *arguments: Any) -> None:
        """Do one thing on both sides and compare."""
        getattr(self, name)(*arguments)
        self.compare()

    def open(
        self, who: int, model: str, agent: str, key: str, kind: str, prompt: int, output: int
    ) -> None:
        """Open a call."""
        reference, count = self.reference, len(self.reference.calls)
        now = reference.now
        is_turn = kind == "message"
        made = Made(who, model, agent, key, is_turn, prompt, 0, now, now + LIFE)
        expected = reference.open(made, output)
        call = Call(
            user=reference.people[who],
            key=f"g{count}:{0 if is_turn else 3}",
            model=model,
            context="title" if kind == "title" else "message",
            agent_id=agent,
            api_key_id=key,
            endpoint_rates=RATES,
        )
        hold, refused = _tried(call, prompt, output)
        if hold is None:
            assert refused == (() if expected == "no" else tuple(dict.fromkeys(expected)))
            return
        assert (expected, hold.output_tokens) == ("yes", made.output)
        self.holds.append(hold)

    def extend(self, at: int, output: int) -> None:
        """Let an answer grow."""
        made, hold = self._at(at)
        if made is None or hold is None or made.state not in ("open", "expired"):
            return
        expected = self.reference.extend(made, output)
        try:
            hold_extend(hold=hold, output_tokens=output)
        except BudgetExceededError:
            assert not expected
            return
        assert expected
        assert hold.output_tokens == made.output

    def settle(self, at: int, tokens_in: int, tokens_out: int) -> None:
        """Book what was used, perhaps late, perhaps more than was held."""
        made, hold = self._at(at)
        if made is None or hold is None:
            return
        hold_settle(hold=hold, usage=TokenUsage(tokens_in, tokens_out))
        if made.state in ("open", "expired"):
            made.state = "settled"
            made.taken = {
                place: amount(self.reference.rules[place], made, tokens_out, tokens_in)
                for place in made.taken
            }

    def release(self, at: int) -> None:
        """Give everything back."""
        made, hold = self._at(at)
        if made is None or hold is None:
            return
        hold_release(hold=hold)
        if made.state in ("open", "expired"):
            made.state, made.taken = "released", {}

    def wait(self, minutes: int) -> None:
        """Let time pass and overdue holds go."""
        reference = self.reference
        reference.now += timedelta(minutes=minutes)
        self.clock_at(reference.now)
        holds_sweep()
        for made in reference.calls:
            if made.state == "open" and made.expires <= reference.now:
                made.state, made.taken = "expired", dict.fromkeys(made.taken, 0)

    def limit(self, at: int, room: int) -> None:
        """Change the limit of a rule."""
        if at >= len(self.budgets):
            return
        rule, budget = self.reference.rules[at], self.budgets[at]
        rule["limit"] = room * (1 if rule["measure"] == Measure.MESSAGES else 20)
        cheaper = rule["cheaper_model"] if rule["behaviour"] == Behaviour.CHEAPER else ""
        terms = Terms(
            name=budget.name,
            limit=rule["limit"],
            behaviour=rule["behaviour"],
            cheaper_model=cheaper,
        )
        budget_update(budget=budget, terms=terms, actor=self.reference.people[2])

    def compare(self) -> None:
        """Every rule stands as the reference says, and the books are in order."""
        reference = self.reference
        stood = standings_shared(self.budgets)
        nobody = Made(-1, "dear", "", "", is_turn=True, prompt=0, output=0, at=START, expires=START)
        for at, budget in enumerate(self.budgets):
            if reference.rules[at]["is_each"]:
                sums = [
                    sum(
                        call.taken.get(at, 0)
                        for call in reference.calls
                        if call.user == who
                        and reference.is_same(reference.rules[at], call.at, reference.now)
                    )
                    for who in range(3)
                ]
                expected = max(sums)
            else:
                expected = reference.taken(at, nobody, reference.now)
            assert stood[budget.pk].used + stood[budget.pk].reserved == expected
        assert ledger_check() == []

    def _at(self, at: int) -> tuple[Made | None, Hold | None]:
        calls = self.reference.calls
        return (calls[at], self.holds[at]) if at < len(calls) else (None, None)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=st.lists(rules, min_size=1, max_size=5), acts=st.lists(steps, max_size=25))
def test_every_set_of_rules_equals_the_slow_reference(
    db: None,
    clock_at: Clock,
    drawn: list[dict[str, Any]],
    acts: list[tuple[Any, ...]],
) -> None:
    with transaction.atomic():
        world = World(drawn, clock_at)
        for act in acts:
            world.step(*act)
        for at in range(len(world.holds)):
            world.step("settle", at, 1, 1)
        assert not BudgetReservation.objects.exists()
        transaction.set_rollback(True)
