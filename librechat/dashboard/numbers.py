"""What the tiles of the overview count."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, Sum

from accounts.models import User
from billing.models import Balance, BudgetRequest, UsageDay, UsageHour
from billing.models.budget import RequestState
from billing.models.usage import SUMS
from billing.queries.books import trial_balance
from billing.queries.usage import Question, Span, span_summed, usage_sums
from conversations.models import Generation, State
from librechat.dashboard.kept import FIVE_MINUTES, kept
from librechat.dashboard.periods import DAY, Period, today_start
from librechat.kernel import clock, metrics
from librechat.kernel.ids import object_id_at

WEEK, MONTH = timedelta(days=6), timedelta(days=29)  # with today: seven days, thirty days
CALLS, INPUT, OUTPUT, CREDITS = (
    SUMS.index(name) for name in ("calls", "input_tokens", "output_tokens", "credits")
)
# The contexts of calls that answer somebody, whole or cut; others make titles and the like.
ANSWERS = ("message", "incomplete")
UNSUMMED = timedelta(hours=2)  # the sums may be that much behind


@dataclass(frozen=True, slots=True)
class Windows:
    """A number today, in seven days and in thirty days; today counts in each."""

    day: int
    week: int
    month: int


@dataclass(frozen=True, slots=True)
class Use:
    """What calls to models came to; credits: 1,000,000 are one US dollar."""

    answers: int
    calls: int
    tokens: int
    credits: int


@dataclass(frozen=True, slots=True)
class Ends:
    """How answers ended; interrupted ones count as failed."""

    ended: int
    failed: int

    @property
    def percent(self) -> float:
        """How many of a hundred failed."""
        return 100 * self.failed / self.ended if self.ended else 0.0


def people_active() -> Windows:
    """Return how many people used a model; three queries."""

    def count() -> Windows:
        today = today_start()
        last: dict[str, datetime] = {}
        for rows in (
            UsageDay.objects.filter(starts_at__gte=today - MONTH),
            UsageHour.objects.filter(starts_at__gte=today - DAY),
        ):
            found = (
                rows.exclude(user_id="")
                .order_by()
                .values_list("user_id")
                .annotate(last=Max("starts_at"))
            )
            for name, moment in found:
                last[name] = max(moment, last.get(name, moment))
        newest = Generation.objects.filter(pk__gte=object_id_at(clock.now() - UNSUMMED))
        for name in newest.order_by().values_list("user_id", flat=True).distinct():
            last[name] = max(today, last.get(name, today))
        return Windows(
            sum(moment >= today for moment in last.values()),
            sum(moment >= today - WEEK for moment in last.values()),
            len(last),
        )

    return kept("people-active", count)


def people_new() -> Windows:
    """Return how many accounts were made; one query."""
    today = today_start()
    found = User.objects.aggregate(
        day=Count("pk", filter=Q(created_at__gte=today)),
        week=Count("pk", filter=Q(created_at__gte=today - WEEK)),
        month=Count("pk", filter=Q(created_at__gte=today - MONTH)),
    )
    return Windows(**found)


def use_in(period: Period) -> Use:
    """Return what calls came to; read from the sums, at most five queries."""

    def count() -> Use:
        span = span_summed(Span(period.start, min(period.end, clock.now())))
        answers = calls = tokens = money = 0
        for (context,), numbers in usage_sums(Question(span, by=("context",))).items():
            answers += numbers[CALLS] if context in ANSWERS else 0
            calls += numbers[CALLS]
            tokens += numbers[INPUT] + numbers[OUTPUT]
            money += numbers[CREDITS]
        return Use(answers, calls, tokens, money)

    return kept(f"use:{period}", count)


def ends_in(period: Period) -> Ends:
    """Return how answers ended; one query over a range of the primary key."""

    def count() -> Ends:
        begun = Generation.objects.filter(
            pk__gte=object_id_at(period.start),
            pk__lt=object_id_at(period.end),
        )
        states = dict(begun.order_by().values_list("state").annotate(Count("pk")))
        failed = states.get(State.FAILED, 0) + states.get(State.INTERRUPTED, 0)
        return Ends(states.get(State.DONE, 0) + states.get(State.STOPPED, 0) + failed, failed)

    return kept(f"ends:{period}", count)


def first_token_p95() -> float | None:
    """Return within how many seconds 95 of 100 answers of this process began; None: no answer.

    The upper bound of the histogram's bucket; infinite when it is beyond the last.
    """
    counts: dict[float, float] = {}
    for family in metrics.first_token.collect():
        for sample in family.samples:
            if sample.name.endswith("_bucket"):
                bound = float(sample.labels["le"])
                counts[bound] = counts.get(bound, 0) + sample.value
    total = counts.get(float("inf"), 0)
    if not total:
        return None
    return min(bound for bound, count in counts.items() if count >= 0.95 * total)


def running_count() -> int:
    """Return how many answers are being written or wait."""
    return Generation.objects.active().count()


def liabilities() -> int:
    """Return the credits that people may still spend."""
    return int(Balance.objects.aggregate(total=Sum("credits", default=0))["total"])


def books_sum() -> int:
    """Return the sum of all ledger entries, at most five minutes old: 0, or the books are wrong."""
    return kept("books", trial_balance, seconds=FIVE_MINUTES)


def requests_open() -> int:
    """Return how many people wait for an answer to what they asked for."""
    return BudgetRequest.objects.filter(state=RequestState.OPEN).count()
