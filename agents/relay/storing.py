"""Calls and what they cost, from memory or a dead process's journal into the database."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path

from django.db import DataError, transaction
from django.db.models import Count, Sum

from agents.models import CallStatus, RelayCall, RelayContent
from agents.relay.journal import abandoned
from agents.relay.record import FIELDS, LENGTHS, Record, values_of
from billing.models import Hold
from billing.models.hold import UNSETTLED
from billing.pricing.cost import MAX_TOKENS, Cost, TokenUsage
from billing.services.charging import Batch, hold_release, hold_settle_batch
from librechat.kernel import clock, secrets
from librechat.kernel.inserting import values_insert

logger = logging.getLogger(__name__)

STARTED_AT = FIELDS.index("started_at")
COUNTED = (
    "input",
    "output",
    "cache_read",
    "cache_write",
    "reasoning",
    "image",
    "audio",
    "embedding",
    "cache_write_long",
    "audio_output",
)
counts_of = attrgetter(*(f"{name}_tokens" for name in COUNTED))  # a count → its classes


@dataclass(slots=True)
class Settlement:
    """What the calls of an allowance have come to."""

    calls: int = 0
    prompt_credits: int = 0
    credits: int = 0
    is_estimated: bool = False
    tokens: dict[str, int] = field(default_factory=dict)

    def add(self, usage: TokenUsage, parts: Cost) -> None:
        """Add one call."""
        self.calls += 1
        self.prompt_credits += parts.prompt
        self.credits += parts.total
        self.is_estimated = self.is_estimated or usage.is_estimated
        for name, tokens in zip(COUNTED, counts_of(usage), strict=True):
            if tokens:
                self.tokens[name] = self.tokens.get(name, 0) + tokens

    def batch(self) -> Batch:
        """Return it as billing takes it."""
        counts = {f"{name}_tokens": min(n, MAX_TOKENS) for name, n in self.tokens.items()}
        usage = TokenUsage(**counts, is_estimated=self.is_estimated)
        parts = Cost(self.prompt_credits, self.credits - self.prompt_credits)
        return Batch(self.calls, usage, parts)


def store(
    closed: Sequence[tuple[Record, bytes]], settlements: Iterable[tuple[Hold, Settlement]]
) -> None:
    """Write ended calls and settle allowances whose calls have all ended; all or nothing."""
    with transaction.atomic():
        _insert([record for record, _content in closed])
        for hold, settlement in settlements:
            _settle(hold, settlement)
    for record, content in closed:
        if content:
            _keep(record, content)


def replay(folder: Path) -> int:
    """Store the calls of dead processes and settle what they held; return how many there were.

    A call is known by its id, so whatever had been stored before stays as it is.
    """
    found = 0
    for path, ended, lost in abandoned(folder):
        for record in lost:
            record.status = CallStatus.LOST
            record.is_estimated = True
        records = [*ended, *lost]
        with transaction.atomic():
            _insert(records)
            for allowance in {record.allowance for record in records if record.allowance}:
                _settle_stored(allowance)
        path.unlink(missing_ok=True)
        found += len(records)
    if found:
        logger.warning("Recovered the relay's calls of a dead process.", extra={"calls": found})
    return found


def _insert(records: Sequence[Record]) -> None:
    """Write calls that are not there yet.

    One that the database does not take would otherwise hold all the others up, now and, from the
    journal, at every start: it is written without what strangers put into it.
    """
    try:
        _insert_all(records)
    except DataError:
        logger.exception("A call of the relay could not be stored as it was.")
        for record in records:
            try:
                _insert_all([record])
            except DataError:
                _insert_all([_plain(record)])


def _plain(record: Record) -> Record:
    plain = replace(record, tags={})
    for name in LENGTHS:
        setattr(plain, name, "")
    return plain


def _insert_all(records: Sequence[Record]) -> None:
    with transaction.atomic():
        values_insert(RelayCall, FIELDS, map(_values, records), unique="id")


def _values(record: Record) -> list[object]:
    """Return the columns in the order of FIELDS."""
    values = list(values_of(record))
    values[STARTED_AT] = datetime.fromtimestamp(record.started_at, UTC)
    return values


def _settle(hold: Hold, settlement: Settlement) -> None:
    if settlement.calls:
        hold_settle_batch(hold=hold, batch=settlement.batch())
    elif hold.is_recorded:
        hold_release(hold=hold)


def _settle_stored(allowance: str) -> None:
    """Settle an allowance by the calls that are stored for it."""
    hold = Hold.objects.filter(key=allowance, state__in=UNSETTLED).first()
    if hold is None:
        return
    names = [f"{name}_tokens" for name in COUNTED]
    sums = RelayCall.objects.filter(allowance=allowance).aggregate(
        calls=Count("pk"),
        sum_prompt=Sum("prompt_credits", default=0),
        sum_credits=Sum("credits", default=0),
        **{f"sum_{name}": Sum(name, default=0) for name in names},
    )
    settlement = Settlement(
        calls=sums["calls"],
        prompt_credits=sums["sum_prompt"],
        credits=sums["sum_credits"],
        is_estimated=True,
        tokens={name: sums[f"sum_{name}_tokens"] for name in COUNTED},
    )
    _settle(hold, settlement)


def _keep(record: Record, content: bytes) -> None:
    """Keep what was asked and answered; ``content``: days, request and response, NUL between."""
    days, request, response = content.split(b"\x00", 2)
    RelayContent.objects.get_or_create(
        call_id=record.id,
        defaults={
            "request": secrets.encrypt(request.decode("utf-8", "replace")),
            "response": secrets.encrypt(response.decode("utf-8", "replace")),
            "expires_at": clock.now() + timedelta(days=int(days)),
        },
    )
