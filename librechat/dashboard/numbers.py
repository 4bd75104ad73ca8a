"""What the tiles of the overview count."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum

from accounts.models import User
from billing.models import Balance, BudgetRequest, UsageDay, UsageHour
from billing.models.budget import RequestState
from billing.models.usage import SUMS
from billing.queries.books import trial_balance
from billing.queries.usage import Span, rows_of, span_summed
from billing.queries.usage_days import day_sums, regrouped
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
FAILED = (State.FAILED, State.INTERRUPTED)
ENDED = (State.DONE, State.STOPPED, *FAILED)
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
    """Return how many people used a model; five queries.

    Who did is read by window: the moments of a hundred thousand people take long to read.
    """

    def count() -> Windows:
        today = today_start()
        newest = Generation.objects.filter(pk__gte=object_id_at(clock.now() - UNSUMMED)).order_by()
        # Not made distinct by the database: SQLite would walk through everybody's for that.
        answered = {*newest.values_list("user", flat=True)}
        day = answered | _users(UsageHour, today, today + DAY)
        lately = day | _users(UsageHour, today - DAY, today)  # a day is summed up after its hours
        week = lately | _users(UsageDay, today - WEEK, today + DAY)
        month = week | _users(UsageDay, today - MONTH, today - WEEK)
        return Windows(len(day), len(week), len(month))

    return kept("people-active", count)


def _users(model: type[UsageDay] | type[UsageHour], start: datetime, end: datetime) -> set[str]:
    """Return who used a model; with both ends, or SQLite reads the sums of all years."""
    rows = rows_of(model).filter(starts_at__gte=start, starts_at__lt=end).exclude(user_id="")
    ids = rows.order_by().values_list("user_id", flat=True).distinct()
    return {*ids.iterator(chunk_size=5_000)}


def people_new() -> Windows:
    """Return how many accounts were made; one query."""
    today = today_start()
    # Most accounts are older: they are passed over before anything is counted.
    found = User.objects.filter(created_at__gte=today - MONTH).aggregate(
        day=Count("created_at", filter=Q(created_at__gte=today)),
        week=Count("created_at", filter=Q(created_at__gte=today - WEEK)),
        month=Count("created_at"),
    )
    return Windows(**found)


def use_in(period: Period) -> Use:
    """Return what calls came to; read from the sums, at most five queries."""

    def count() -> Use:
        # The charts of the page ask for the same days.
        sums = day_sums(span_summed(Span(period.start, period.end)))
        answers = calls = tokens = money = 0
        for context, numbers in regrouped(sums, lambda key: key[2]).items():
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
        # Counted in passing: to group by state, SQLite would sort hundreds of thousands first.
        found = begun.aggregate(
            ended=Count("state", filter=Q(state__in=ENDED)),
            failed=Count("state", filter=Q(state__in=FAILED)),
        )
        return Ends(**found)

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
