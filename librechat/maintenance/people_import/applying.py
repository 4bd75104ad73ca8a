"""Doing what was planned for one row, in the caller's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.limits.caller import Caller
from accounts.models import Group, Role, User
from accounts.models.group import LOCAL
from accounts.services.audit import Act, Target, audit_record
from accounts.services.groups import group_create, members_add
from accounts.services.people import role_change, user_add, user_disable, user_enable
from accounts.services.roles import role_assign
from billing.services.adjustments import Order, balance_add, balance_set
from librechat.maintenance.people_import.inviting import (
    invite_with_credits,
    link_to_hand_over,
    password_link_send,
)
from librechat.maintenance.people_import.options import SET, Options
from librechat.maintenance.people_import.planning import CHANGED, INVITED, MADE, Step
from librechat.maintenance.people_import.situation import booking_key

SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """On whose behalf, and under which names credits are booked.

    number: of the import. digest: of its file.
    """

    actor: User
    caller: Caller
    options: Options
    number: str
    digest: str
    filename: str

    def booking(self) -> Order:
        """Return how credits are booked."""
        is_exact = self.options.credits_for == SET
        return Order(
            reason=f"Bulk import {self.filename}"[:200],
            actor=self.actor,
            caller=self.caller,
            key=f"people:{self.number}" if is_exact else booking_key(self.digest),
        )


def hashes_made(steps: Iterable[Step]) -> dict[str, str]:
    """Return address → hash of the password; slow by intent, so outside of transactions."""
    return {
        step.entry.email: make_password(step.entry.password)
        for step in steps
        if step.outcome == MADE and step.entry.password
    }


def step_apply(*, step: Step, orders: Orders, password_hash: str = "") -> str:
    """Do it, and return a link that the administrator has to hand over; else nothing.

    Raises:
        AppError: it is refused; the caller takes back what was begun.
    """
    if step.outcome in {MADE, INVITED, CHANGED}:
        _groups_make(step.groups, orders)
    if step.outcome == INVITED:
        return link_to_hand_over(invite_with_credits(step=step, order=orders.booking()))
    if step.outcome == MADE:
        return _make(step, orders, password_hash)
    if step.outcome == CHANGED and step.user is not None:
        _change(step, step.user, orders)
    return ""


def _make(step: Step, orders: Orders, password_hash: str) -> str:
    entry = step.entry
    user = user_add(
        email=entry.email,
        name=entry.name or entry.email.partition("@")[0].ljust(SHORTEST_NAME, "_")[:80],
        password=None,
        role=step.role,
        username=entry.username,
        actor=orders.actor,
        caller=orders.caller,
    )
    if password_hash:
        User.objects.filter(pk=user.pk).update(password=password_hash)
    _give(step, user, orders)
    if step.is_active is False:
        user_disable(user=user, actor=orders.actor, caller=orders.caller)
        return ""
    return "" if password_hash else link_to_hand_over(password_link_send(user=user))


def _change(step: Step, user: User, orders: Orders) -> None:
    if step.fields:
        before = {name: getattr(user, name) for name in step.fields}
        for name, value in step.fields.items():
            setattr(user, name, value)
        user.save(update_fields=[*step.fields, "updated_at"])
        act = Act(
            category="account",
            action="account.changed",
            actor=orders.actor,
            target=Target.person(user),
            metadata={"before": before, "after": step.fields},
            caller=orders.caller,
        )
        audit_record(act)
    if step.role:
        _role_give(step.role, user, orders)
    _give(step, user, orders)
    if step.is_active is not None:
        switch = user_enable if step.is_active else user_disable
        switch(user=user, actor=orders.actor, caller=orders.caller)


def _role_give(name: str, user: User, orders: Orders) -> None:
    role = Role.objects.filter(name=name).first()
    if role is None:  # a system role that nobody has written yet; planning asked for its rank
        role_change(user=user, role=name, actor=orders.actor, caller=orders.caller)
    else:
        role_assign(user=user, role=role, actor=orders.actor, caller=orders.caller)


def _groups_make(names: Iterable[str], orders: Orders) -> None:
    for name in names:
        if not Group.objects.filter(name=name).exists():
            group_create(fields={"name": name}, actor=orders.actor, caller=orders.caller)


def _give(step: Step, user: User, orders: Orders) -> None:
    for group in Group.objects.filter(name__in=step.groups, source=LOCAL):
        members_add(group=group, people=[user], actor=orders.actor, caller=orders.caller)
    if step.credits:
        write = balance_set if orders.options.credits_for == SET else balance_add
        write(owner=user, amount=step.credits, order=orders.booking())
