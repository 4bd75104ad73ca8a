"""Budgets, and calls that count in them."""

from typing import Any

from accounts.models import Group, GroupMember, User
from billing.models import Budget, Hold
from billing.models.budget import Scope
from billing.services.budgets import Rule, budget_create
from billing.services.charging import Call, hold_open
from tests.factories.money import PLAIN

AGENT, KEY = "agent_1", "0123456789abcdef01234567"


def budget_make(scope: str = Scope.INSTANCE, *, user: User | None = None, **fields: Any) -> Budget:
    """Return a rule; ``user``: who it holds for, as a person, a group's member or in a role."""
    ids = {Scope.AGENT: AGENT, Scope.KEY: KEY}
    scope_id = ids.get(Scope(scope), "")
    if user is not None and scope in (Scope.USER, Scope.SELF):
        scope_id = user.pk
    if user is not None and scope == Scope.ROLE:
        scope_id = user.role
    if user is not None and scope == Scope.GROUP:
        group = Group.objects.create(name="Team")
        GroupMember.objects.create(group=group, user=user)
        scope_id = group.pk
    actor = user or User.objects.filter(role="ADMIN").first() or User.objects.earliest("id")
    given = {"name": "The budget", "scope": scope, "scope_id": scope_id, **fields}
    return budget_create(rule=Rule(**given), actor=actor)


def counted_call(
    user: User,
    key: str,
    *,
    model: str = "plain",
    context: str = "message",
    is_of_agent: bool = False,
    is_of_key: bool = False,
) -> Call:
    """Return a call at one credit per token."""
    return Call(
        user=user,
        key=key,
        model=model,
        endpoint="custom",
        context=context,
        agent_id=AGENT if is_of_agent else "",
        api_key_id=KEY if is_of_key else "",
        endpoint_rates={**PLAIN, "cheap": PLAIN["plain"]},
    )


def opened(user: User, key: str, *, prompt: int = 10, output: int = 10, **facts: Any) -> Hold:
    """Open a hold of a counted call."""
    call = counted_call(user, key, **facts)
    return hold_open(call=call, prompt_tokens=prompt, output_tokens=output)


def counted(budget: Budget) -> tuple[int, int]:
    """Return (used, reserved) over all buckets of a rule."""
    rows = list(budget.buckets.values_list("used", "reserved"))
    return sum(used for used, _ in rows), sum(reserved for _, reserved in rows)
