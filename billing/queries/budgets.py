"""Which budgets hold for whom, and what is used and left of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, TypeAlias

from django.db.models import Min, Q, QuerySet, Sum

from accounts.models import ApiKey, GroupMember, User
from billing.models import Budget, BudgetBucket, BudgetRequest
from billing.models.budget import Period, RequestState, Scope
from billing.queries.budget_windows import Window, frees_at, window_at
from librechat.kernel import clock

PERSONAL = (Scope.USER, Scope.SELF)
# A rule, whose bucket (None: everybody's) and when.
Counted: TypeAlias = Sequence[tuple[Budget, str | None, Window]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule for one subject: what its window holds.

    limit: the rule's, with what was granted on top of it for this window.
    """

    budget: Budget
    subject: str
    window: Window
    limit: int
    used: int = 0
    reserved: int = 0
    oldest: datetime | None = None

    @property
    def room(self) -> int:
        """What the next call may take, never below 0."""
        return max(0, self.limit - self.used - self.reserved)

    @property
    def resets_at(self) -> datetime | None:
        """When room comes back; None: never by itself."""
        return frees_at(self.budget, self.window, self.oldest)

    @property
    def percent(self) -> int:
        """How much of the limit is used, in whole percent; 100 of a limit of nothing."""
        return 100 * self.used // self.limit if self.limit else 100


def holding_for(user: User, *, agent_id: str = "", api_key_id: str = "", team_id: str = "") -> Q:
    """Return the condition for active rules that count a call; the groups are a subquery.

    A team's call counts in the team's rules, not in those of the person who answers for it. Keys
    that took each other's place have their rules together.
    """
    found = Q(scope=Scope.INSTANCE)
    if team_id:
        found |= Q(scope=Scope.GROUP, scope_id=team_id)
    else:
        groups = GroupMember.objects.filter(user=user).values("group_id")
        found |= (
            Q(scope__in=PERSONAL, scope_id=user.pk)
            | Q(scope=Scope.ROLE, scope_id=user.role)
            | Q(scope=Scope.GROUP, scope_id__in=groups)
        )
    if agent_id:
        found |= Q(scope=Scope.AGENT, scope_id=agent_id)
    if api_key_id:
        keys = ApiKey.objects.in_line_with(api_key_id).values("pk")
        found |= Q(scope=Scope.KEY, scope_id=api_key_id) | Q(scope=Scope.KEY, scope_id__in=keys)
    return Q(is_active=True) & found


def subject_of(rule: Budget, user_id: str) -> str:
    """Return whose bucket a person's call counts in: their own, or the one all share."""
    return user_id if rule.is_each and rule.scope not in PERSONAL else ""


def standings(
    counted: Sequence[tuple[Budget, str, Window]],
) -> tuple[list[Standing], Mapping[tuple[str, str, datetime], BudgetBucket]]:
    """Return how rules stand, in their order, and all buckets read for it; one query."""
    by_key = {
        (bucket.budget_id, bucket.subject, bucket.starts_at): bucket for bucket in _buckets(counted)
    }
    return [_standing(*one, by_key.values()) for one in counted], by_key


def budgets_of(user: User) -> list[Standing]:
    """Return the rules that hold for all of a person's calls, tightest first; two queries."""
    rules = Budget.objects.filter(holding_for(user)).order_by("name", "pk")
    now = clock.now()
    counted = [(rule, subject_of(rule, user.pk), window_at(rule, now)) for rule in rules]
    found, _buckets_read = standings(counted)
    return sorted(found, key=lambda one: -one.percent)


def open_requests(user: User) -> set[str | None]:
    """Return the ids of budgets a person has asked more of; None among them: credits."""
    mine = BudgetRequest.objects.filter(user=user, state=RequestState.OPEN)
    return set(mine.values_list("budget_id", flat=True))


def answered_requests(user: User, *, limit: int = 5) -> list[BudgetRequest]:
    """Return the answers a person got last, newest first."""
    mine = BudgetRequest.objects.filter(user=user).exclude(state=RequestState.OPEN)
    return list(mine.select_related("budget").order_by("-answered_at")[:limit])


def standings_shared(rules: Iterable[Budget]) -> dict[str, Standing]:
    """Return rule id → how it stands, for a list; one query.

    A rule that each member has for themselves stands as the person who has used most of it.
    """
    now = clock.now()
    windows = {rule.pk: (rule, window_at(rule, now)) for rule in rules}
    found = {pk: _standing(rule, "", window, ()) for pk, (rule, window) in windows.items()}
    for row in _sums([(rule, None, window) for rule, window in windows.values()]):
        rule, window = windows[row["budget_id"]]
        one = Standing(
            budget=rule,
            subject=row["subject"],
            window=window,
            limit=rule.limit + row["granted"],
            used=row["taken"],
            reserved=row["promised"],
            oldest=row["oldest"] if rule.period == Period.ROLLING else None,
        )
        if one.used + one.reserved >= found[rule.pk].used + found[rule.pk].reserved:
            found[rule.pk] = one
    return found


def _sums(counted: Counted) -> Iterable[Any]:
    if not counted:
        return []
    is_filled = Q(used__gt=0) | Q(reserved__gt=0)
    return (
        _chosen(counted)
        .order_by("budget_id", "subject")
        .values("budget_id", "subject")
        .annotate(
            granted=Sum("extra"),
            taken=Sum("used"),
            promised=Sum("reserved"),
            oldest=Min("starts_at", filter=is_filled),
        )
    )


def _buckets(counted: Counted) -> Iterable[BudgetBucket]:
    return _chosen(counted).defer("warned").order_by("starts_at") if counted else []


def _chosen(counted: Counted) -> QuerySet[BudgetBucket]:
    conditions = []
    for rule, subject, window in counted:
        one = Q(budget=rule, starts_at__gte=window.first, starts_at__lte=window.last)
        conditions.append(one if subject is None else one & Q(subject=subject))
    return BudgetBucket.objects.filter(reduce(or_, conditions))


def _standing(
    rule: Budget,
    subject: str,
    window: Window,
    buckets: Iterable[BudgetBucket],
) -> Standing:
    mine = [
        bucket
        for bucket in buckets
        if bucket.budget_id == rule.pk and bucket.subject == subject and bucket.starts_at in window
    ]
    filled = [bucket.starts_at for bucket in mine if bucket.used or bucket.reserved]
    return Standing(
        budget=rule,
        subject=subject,
        window=window,
        limit=rule.limit + sum(bucket.extra for bucket in mine),
        used=sum(bucket.used for bucket in mine),
        reserved=sum(bucket.reserved for bucket in mine),
        oldest=min(filled) if filled and rule.period == Period.ROLLING else None,
    )
