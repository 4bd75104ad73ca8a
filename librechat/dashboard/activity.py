"""What happens now: running answers, open sockets, last failures, how providers do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet

from billing.models import Hold
from billing.models.hold import HoldState
from billing.pricing.cost import TokenUsage, cost
from billing.services.holds import hold_rates
from conversations.models import Generation, Message, State
from conversations.streaming.sockets import open_sockets
from librechat.dashboard.kept import kept
from librechat.dashboard.relay_calls import RelayRunning, relay_running
from librechat.kernel import clock
from librechat.kernel.charts import shown
from librechat.kernel.ids import object_id_at

MOST_RUNNING, MOST_FAILURES, MOST_PROVIDERS, MOST_LETTERS = 100, 20, 30, 200
CHARACTERS_PER_TOKEN = 4.4
RECENT = timedelta(hours=1)
HEALTH_SECONDS = 10
GOOD_PERCENT, BAD_PERCENT = 95, 70


@dataclass(frozen=True, slots=True)
class Running:
    """An answer that is being written, or waits to be.

    tokens: estimated from the text that is saved, which is at most two seconds old.
    credits: what the calls it makes now have cost so far, estimated like the tokens; None where
    no hold tells a price.
    """

    id: str
    user: str
    endpoint: str
    model: str
    state: str
    seconds: int
    tokens: int
    credits: int | None
    worker: str

    @property
    def tokens_per_second(self) -> float:
        """The mean since it began."""
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def cost(self) -> str:
        """The credits as people read them."""
        return "-" if self.credits is None else shown(self.credits, "credits")


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that failed: when, whose, which model, and what the error says."""

    id: str
    at: datetime
    user: str
    endpoint: str
    model: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Health:
    """How a provider did in the last hour; seconds: the mean of a whole answer."""

    endpoint: str
    ended: int
    failed: int
    seconds: float
    last_failure: datetime | None

    @property
    def percent(self) -> float:
        """How many of a hundred answers succeeded."""
        return 100 * (self.ended - self.failed) / self.ended if self.ended else 100.0

    @property
    def state(self) -> str:
        """``good``, ``unsteady`` or ``bad``."""
        if self.percent >= GOOD_PERCENT:
            return "good"
        return "unsteady" if self.percent >= BAD_PERCENT else "bad"


@dataclass(frozen=True, slots=True)
class Activity:
    """A look at everything; hidden: how many more run than are listed."""

    at: datetime
    running: list[Running]
    hidden: int
    relay: list[RelayRunning]
    relay_hidden: int
    sockets: int
    people: int
    failures: list[Failure]
    providers: list[Health]


def activity() -> Activity:
    """Return what happens now; eight queries at most, however much it is."""
    running, total = running_now()
    relay, relay_total = relay_running()
    return Activity(
        at=clock.now(),
        running=running,
        hidden=total - len(running),
        relay=relay,
        relay_hidden=relay_total - len(relay),
        sockets=open_sockets.count(),
        people=open_sockets.people_count(),
        failures=kept("failures", last_failures, seconds=HEALTH_SECONDS),
        providers=kept("health", provider_health, seconds=HEALTH_SECONDS),
    )


def running_now() -> tuple[list[Running], int]:
    """Return the answers that run, oldest first and at most a hundred, and how many there are."""
    active = Generation.objects.active()
    rows = list(active.select_related("user").order_by("pk")[:MOST_RUNNING])
    names = [row.response_message_id for row in rows]
    written = _written(rows, names)
    held = {hold.message_id: hold for hold in _open_holds(names)}
    total = active.count() if len(rows) == MOST_RUNNING else len(rows)
    return [_running(row, written, held) for row in rows], total


def _open_holds(names: list[str]) -> QuerySet[Hold]:
    return Hold.objects.filter(state=HoldState.OPEN, message_id__in=names).order_by("pk")


def _written(rows: list[Generation], names: list[str]) -> dict[str, int]:
    """Return message → characters saved so far."""
    found = Message.objects.filter(
        user__in={row.user_id for row in rows},
        message_id__in=names,
    )
    texts = found.values_list("message_id", "text", "content")
    return {name: len(text) + sum(map(_length, parts or ())) for name, text, parts in texts}


def _length(part: object) -> int:
    """Return how many characters a part of an answer has; shapes are LibreChat's."""
    if not isinstance(part, dict):
        return 0
    found = part.get(str(part.get("type")), "")
    text = found.get("value", "") if isinstance(found, dict) else found
    return len(text) if isinstance(text, str) else 0


def _running(row: Generation, written: dict[str, int], held: dict[str, Hold]) -> Running:
    tokens = round(written.get(row.response_message_id, 0) / CHARACTERS_PER_TOKEN)
    hold = held.get(row.response_message_id)
    spent = cost(TokenUsage(hold.prompt_tokens, tokens), hold_rates(hold)) if hold else None
    return Running(
        id=row.pk,
        user=str(row.user),
        endpoint=row.endpoint,
        model=row.model,
        state=row.state,
        seconds=max(0, int((clock.now() - row.created_at).total_seconds())),
        tokens=tokens,
        credits=spent,
        worker=row.lease_owner,
    )


def last_failures() -> list[Failure]:
    """Return the answers that failed last, of those begun in a day; newest first."""
    since = object_id_at(clock.now() - timedelta(days=1))
    rows = (
        Generation.objects.filter(pk__gte=since, state=State.FAILED)
        .select_related("user")
        .order_by("-pk")[:MOST_FAILURES]
    )
    return [
        Failure(
            row.pk,
            row.finished_at or row.created_at,
            str(row.user),
            row.endpoint,
            row.model,
            str((row.error or {}).get("type", "")),
            str((row.error or {}).get("message", ""))[:MOST_LETTERS],
        )
        for row in rows
    ]


def provider_health() -> list[Health]:
    """Return how each provider did with what was begun in the last hour, worst first."""
    lasted = ExpressionWrapper(F("finished_at") - F("created_at"), output_field=DurationField())
    failed = Q(state=State.FAILED)
    rows = (
        Generation.objects.filter(pk__gte=object_id_at(clock.now() - RECENT))
        .exclude(finished_at=None)
        .order_by()
        .values("endpoint")
        .annotate(
            ended=Count("pk"),
            failed=Count("pk", filter=failed),
            lasted=Avg(lasted, filter=Q(state=State.DONE)),
            last_failure=Max("finished_at", filter=failed),
        )
    )
    found = [
        Health(
            row["endpoint"],
            row["ended"],
            row["failed"],
            row["lasted"].total_seconds() if row["lasted"] else 0.0,
            row["last_failure"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.percent, one.endpoint))[:MOST_PROVIDERS]
