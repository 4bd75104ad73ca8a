"""What a budget would have done, and how the one that runs is being used up."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import ApiKey, GroupMember, User
from billing.models import Budget, Transaction
from billing.models.account import Kind
from billing.models.budget import Measure, Period, Scope
from billing.models.transaction import TokenType
from billing.queries.budget_windows import window_at
from billing.queries.budgets import Standing, subject_of
from billing.queries.calls import CALL, calls
from librechat.kernel import clock

LOOKED_BACK = timedelta(days=30)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TITLE_PARTS = 4  # call:<generation>:title:<step>


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that was made; ``amount``: what it takes of the budget looked at."""

    user_id: str
    at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a rule would have refused, or warned of, of the calls it counts."""

    calls: int
    refused: int
    people: int


def calls_counted(rule: Budget, *, since: datetime) -> Iterator[PastCall]:
    """Yield the calls a rule counts, oldest first, with what each takes of it.

    Groups and roles are those of today: who belonged to them before is not known.
    """
    tokens = Q(entries__token_type__in=(TokenType.PROMPT, TokenType.COMPLETION))
    revenue = Q(entries__account__kind=Kind.REVENUE)
    rows = (
        _in_scope(rule)
        .filter(created_at__gte=since)
        .order_by("created_at", "id")
        .annotate(
            cost=Coalesce(Sum("entries__credits", filter=revenue), 0),
            size=Coalesce(-Sum("entries__raw_amount", filter=tokens), 0),
        )
        .values_list("user_id", "key", "context", "created_at", "cost", "size")
    )
    for user_id, key, context, at, cost, size in rows.iterator():
        amount = _amount(rule.measure, key, context, cost=cost, size=size)
        if amount:
            yield PastCall(user_id or "", at, amount)


def simulate(rule: Budget, past: Iterable[PastCall]) -> Simulation:
    """Return what a rule would have done to calls, oldest first; what it refuses is not used."""
    kept: dict[str, deque[tuple[datetime, int]]] = {}
    sums: dict[str, int] = {}
    counted = refused = 0
    people = set()
    for call in past:
        counted += 1
        subject = subject_of(rule, call.user_id)
        window = window_at(rule, call.at)
        used = kept.setdefault(subject, deque())
        while used and used[0][0] < window.first:
            sums[subject] -= used.popleft()[1]
        if sums.get(subject, 0) + call.amount > rule.limit:
            refused += 1
            people.add(call.user_id)
            continue
        used.append((window.last, call.amount))
        sums[subject] = sums.get(subject, 0) + call.amount
    return Simulation(counted, refused, len(people))


def burn_down(standing: Standing) -> tuple[tuple[str, int], ...]:
    """Return (moment, what was left then) over the window that runs; the steps are days or hours.

    A rule that each has for themselves is shown for the person it stands for.
    """
    rule, now = standing.budget, clock.now()
    start = standing.window.first
    if rule.period == Period.TOTAL:
        start = rule.created_at.replace(minute=0, second=0, microsecond=0)
    step = HOUR if now - start <= 2 * DAY else DAY
    shown = "%H:%M" if step == HOUR else "%Y-%m-%d"
    used: dict[int, int] = {}
    for call in calls_counted(rule, since=start):
        if subject_of(rule, call.user_id) == standing.subject:
            at = (call.at - start) // step
            used[at] = used.get(at, 0) + call.amount
    left, points = standing.limit, []
    for at in range((now - start) // step + 1):
        left -= used.get(at, 0)
        points.append(((start + step * at).strftime(shown), left))
    return tuple(points)


def _in_scope(rule: Budget) -> QuerySet[Transaction]:
    made = calls()
    match rule.scope:
        case Scope.INSTANCE:
            return made
        case Scope.USER | Scope.SELF:
            return made.filter(user_id=rule.scope_id)
        case Scope.ROLE:
            return made.filter(user__in=User.objects.filter(role=rule.scope_id))
        case Scope.GROUP:
            members = GroupMember.objects.filter(group_id=rule.scope_id).values("user_id")
            return made.filter(user_id__in=members)
        case Scope.AGENT:
            return made.filter(agent_id=rule.scope_id)
        case _:
            keys = ApiKey.objects.in_line_with(rule.scope_id).values("pk")
            return made.filter(Q(api_key_id=rule.scope_id) | Q(api_key_id__in=keys))


def _amount(measure: str, key: str, context: str, *, cost: int, size: int) -> int:
    if measure == Measure.MONEY:
        return cost
    if measure == Measure.TOKENS:
        return size
    parts = key.split(":")
    is_message = context in ("message", "incomplete") and len(parts) < TITLE_PARTS
    is_repeat = key.removeprefix(CALL).count(":") == 1 and parts[-1] not in ("", "0")
    return int(is_message and not (is_repeat and parts[-1].isdecimal()))
