"""Rules made, changed and removed: by administrators, and by people for themselves."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.permissions import role_exists
from accounts.models import Group, User
from accounts.services.audit import Act, Target, audit_record
from billing.errors import BudgetRefusedError
from billing.models import Budget, BudgetBucket, Hold
from billing.models.budget import Behaviour, Measure, Period, Scope
from billing.models.hold import UNSETTLED
from billing.services.reservations import (
    budgets_changed,
    reservations_lock,
    reservations_release,
)
from librechat.kernel.errors import NotFoundError

LARGEST_LIMIT = 10**15
MOST_HOURS = 24 * 366
MOST_OWN = 10
EACH_SCOPES = (Scope.INSTANCE, Scope.GROUP, Scope.ROLE, Scope.AGENT, Scope.KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a budget says; see ``Budget`` for the words."""

    name: str
    scope: str
    scope_id: str = ""
    is_each: bool = False
    period: str = Period.MONTH
    rolling_hours: int | None = None
    measure: str = Measure.MONEY
    limit: int = 0
    behaviour: str = Behaviour.BLOCK
    cheaper_model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What can be changed of a budget."""

    name: str
    limit: int
    behaviour: str
    cheaper_model: str = ""
    is_active: bool = True


def budget_create(*, rule: Rule, actor: User) -> Budget:
    """Add a rule; it counts from now on.

    Raises:
        BudgetRefusedError: a field does not fit; nothing was added.
    """
    rule_check(rule)
    with transaction.atomic():
        budget = _created(rule, actor)
        _record(actor, "budget.added", budget, _facts(budget))
    return budget


def rule_check(rule: Rule) -> None:
    """Pass when a rule could be added.

    Raises:
        BudgetRefusedError: naming the first field that does not fit.
    """
    _check_receiver(rule)
    _check(_drafted(rule))


def budget_update(*, budget: Budget, terms: Terms, actor: User) -> Budget:
    """Change what a rule says; whom, what and when it counts stays, else its sums were another's.

    A lower limit lets running calls end at what they hold.

    Raises:
        BudgetRefusedError: a field does not fit; nothing was changed.
        NotFoundError: the rule is gone.
    """
    with transaction.atomic():
        row = budget_lock(budget.pk)
        before = _facts(row)
        row.name, row.limit, row.behaviour = terms.name.strip(), terms.limit, terms.behaviour
        row.cheaper_model, row.is_active = terms.cheaper_model, terms.is_active
        _check(row)
        row.save()
        after = _facts(row)
        changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
        _record(actor, "budget.changed", row, {"changed": changed})
        budgets_changed()
    return row


def budget_delete(*, budget: Budget, actor: User) -> None:
    """Remove a rule with what it counted; calls that run go on without it.

    Raises:
        NotFoundError: the rule is gone.
    """
    with transaction.atomic():
        row = budget_lock(budget.pk)
        _record(actor, "budget.removed", row, _facts(row))
        row.delete()
        budgets_changed()


def own_budget_set(
    *, user: User, limit: int, period: str, measure: str, behaviour: str = Behaviour.BLOCK
) -> Budget:
    """Set a rule for oneself; it only adds to what others set, so it can never allow more.

    One for each period and measure: a second replaces the first's limit.

    Raises:
        BudgetRefusedError: a field does not fit, or there are too many; nothing was changed.
    """
    rule = Rule(
        name=own_name(period, measure),
        scope=Scope.SELF,
        scope_id=user.pk,
        period=period,
        measure=measure,
        limit=limit,
        behaviour=behaviour,
    )
    if period == Period.ROLLING or behaviour == Behaviour.CHEAPER:
        raise BudgetRefusedError(_("Choose a calendar period, and to be stopped or warned."))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        mine = Budget.objects.filter(scope=Scope.SELF, scope_id=user.pk)
        same = mine.filter(period=period, measure=measure).select_for_update(no_key=True).first()
        if same is None:
            if mine.count() >= MOST_OWN:
                raise BudgetRefusedError(_("You have set as many limits as there can be."))
            return _created(rule, user)
        same.limit, same.behaviour = limit, behaviour
        _check(same)
        same.save()
        budgets_changed()
    return same


def own_budget_delete(*, user: User, budget_id: str) -> None:
    """Remove a rule that a person set for themselves.

    Raises:
        NotFoundError: there is none of theirs by this id; nothing was removed.
    """
    with transaction.atomic():
        row = budget_lock(budget_id)
        if row.scope != Scope.SELF or row.scope_id != user.pk:
            raise NotFoundError(_("There is no such limit."))
        row.delete()
        budgets_changed()


def own_name(period: str, measure: str) -> str:
    """Return how a rule is called that a person set for themselves."""
    return _("My limit: %(measure)s, %(period)s") % {
        "measure": str(Measure(measure).label) if measure in Measure.values else measure,
        "period": str(Period(period).label) if period in Period.values else period,
    }


def budget_lock(pk: str) -> Budget:
    """Return a rule, locked until the transaction ends.

    Raises:
        NotFoundError: it is gone.
    """
    row = Budget.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if row is None:
        raise NotFoundError(_("There is no such budget."))
    return row


def bucket_extra_add(*, bucket: BudgetBucket, amount: int) -> None:
    """Let one stretch of time have more; call it under the budget's lock."""
    BudgetBucket.objects.filter(pk=bucket.pk).update(extra=bucket.extra + amount)


def budgets_forget(*, user: User) -> None:
    """Give back what a person's calls were promised, and remove their own rules; they go away."""
    with transaction.atomic():
        open_ones = Hold.objects.filter(user=user, state__in=UNSETTLED, reservations__isnull=False)
        for hold in open_ones.distinct().order_by("pk"):
            reservations_release(reservations_lock(hold))
        personal = Budget.objects.filter(scope__in=(Scope.SELF, Scope.USER), scope_id=user.pk)
        personal.delete()
        budgets_changed()


def _created(rule: Rule, actor: User) -> Budget:
    budget = _drafted(rule)
    budget.created_by = actor
    _check(budget)
    budget.save(force_insert=True)
    budgets_changed()
    return budget


def _drafted(rule: Rule) -> Budget:
    return Budget(
        name=rule.name.strip(),
        scope=rule.scope,
        scope_id=rule.scope_id,
        is_each=rule.is_each and rule.scope in EACH_SCOPES,
        period=rule.period,
        rolling_hours=rule.rolling_hours if rule.period == Period.ROLLING else None,
        measure=rule.measure,
        limit=rule.limit,
        behaviour=rule.behaviour,
        cheaper_model=rule.cheaper_model,
    )


def _check(budget: Budget) -> None:
    """Pass when every field fits, by the model's own constraints.

    Raises:
        BudgetRefusedError: naming the first field that does not.
    """
    if budget.behaviour != Behaviour.CHEAPER:
        budget.cheaper_model = ""
    elif not budget.cheaper_model.strip():
        raise BudgetRefusedError(_("Name the cheaper model."), field="cheaper_model")
    if type(budget.limit) is not int or not 0 <= budget.limit <= LARGEST_LIMIT:
        raise BudgetRefusedError(_("The limit is no amount."), field="limit")
    if budget.period == Period.ROLLING and not 0 < (budget.rolling_hours or 0) <= MOST_HOURS:
        raise BudgetRefusedError(_("A rolling period needs its hours."), field="rolling_hours")
    try:
        budget.full_clean(exclude=["created_by"])
    except ValidationError as exc:
        field, sentences = next(iter(exc.message_dict.items()))
        raise BudgetRefusedError(sentences[0], field=field) from exc


def _check_receiver(rule: Rule) -> None:
    """Pass when there is who a rule is for; agents and keys are not looked up.

    Raises:
        BudgetRefusedError: there is nobody by this id.
    """
    match rule.scope:
        case Scope.USER | Scope.SELF:
            is_there = User.objects.filter(pk=rule.scope_id).exists()
        case Scope.GROUP:
            is_there = Group.objects.filter(pk=rule.scope_id).exists()
        case Scope.ROLE:
            is_there = role_exists(rule.scope_id)
        case _:
            is_there = True
    if not is_there:
        raise BudgetRefusedError(_("There is nobody by this name."), field="scope_id")


def _facts(budget: Budget) -> dict[str, object]:
    names = ("name", "scope", "scope_id", "is_each", "period", "rolling_hours", "measure")
    changing = ("limit", "behaviour", "cheaper_model", "is_active")
    return {name: getattr(budget, name) for name in (*names, *changing)}


def _record(actor: User, action: str, budget: Budget, facts: dict[str, object]) -> None:
    audit_record(
        Act(
            category="config",
            action=action,
            actor=actor,
            target=Target("budget", budget.pk, budget.name),
            metadata=facts,
        ),
    )
