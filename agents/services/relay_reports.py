"""What went through the relay: sums by key, and the calls behind them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, QuerySet, Sum

from agents.models import CallStatus, RelayCall
from agents.models.relay_call import TOKEN_COLUMNS
from librechat.kernel import clock

DAYS = 30
CHUNK = 500
COLUMNS = (
    "id",
    "started_at",
    "route",
    "alias",
    "endpoint",
    "model",
    "is_stream",
    "status",
    "http_status",
    "error_code",
    *TOKEN_COLUMNS,
    "credits",
    "first_byte_ms",
    "total_ms",
)


@dataclass(frozen=True, slots=True)
class KeySum:
    """What a key did lately. credits: as charged."""

    calls: int = 0
    credits: int = 0


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls of a key are wanted; empty for all. day: in UTC."""

    status: str = ""
    model: str = ""
    day: date | None = None


def key_sums(key_ids: Iterable[str], *, days: int = DAYS) -> dict[str, KeySum]:
    """Return key id → what it did in the last days; keys without calls are left out."""
    since = clock.now() - timedelta(days=days)
    rows = (
        RelayCall.objects.filter(api_key_id__in=list(key_ids), started_at__gte=since)
        .order_by()
        .values_list("api_key_id")
        .annotate(Count("pk"), Sum("credits"))
    )
    return {key_id: KeySum(calls, spent) for key_id, calls, spent in rows}


def calls_of_key(key_id: str, wanted: CallFilter) -> QuerySet[RelayCall]:
    """Return a key's calls, newest first."""
    calls = RelayCall.objects.filter(api_key_id=key_id)
    if wanted.status in CallStatus.values:
        calls = calls.filter(status=wanted.status)
    if wanted.model:
        calls = calls.filter(alias=wanted.model)
    if wanted.day is not None:
        start = datetime.combine(wanted.day, time.min, UTC)
        calls = calls.filter(started_at__gte=start, started_at__lt=start + timedelta(days=1))
    return calls


def models_of_key(key_id: str) -> list[str]:
    """Return the names a key has called, by the alphabet."""
    calls = RelayCall.objects.filter(api_key_id=key_id).exclude(alias="")
    return list(calls.order_by("alias").values_list("alias", flat=True).distinct())


def call_rows(calls: QuerySet[RelayCall]) -> Iterator[list[object]]:
    """Yield a table of calls, the names of its columns first."""
    yield list(COLUMNS)
    for row in calls.values_list(*COLUMNS).iterator(chunk_size=CHUNK):
        yield [clock.iso(value) if isinstance(value, datetime) else value for value in row]
