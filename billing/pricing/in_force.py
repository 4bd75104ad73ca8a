"""The prices that administrators set, kept in this process while nobody changes them.

All rows that hold or will hold are remembered together with a stamp that the shared cache
keeps: a write takes the stamp away, so that a price counts at once, and the stamp lives for
seconds, so that in another process without a shared cache it counts no later than that. Calls
under way keep the rates of their hold.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.core.cache import cache
from django.db import transaction

from billing.models import Price
from billing.pricing.columns import price_rates
from billing.pricing.cost import Rates
from billing.pricing.patterns import longest_match
from librechat.kernel import clock
from librechat.kernel.errors import CACHE_AWAY
from librechat.kernel.ids import new_uuid

logger = logging.getLogger(__name__)

STAMP = "prices:stamp"
STAMP_SECONDS = 5
NONE_SET = ""
REMEMBERED_MODELS = 1024
EVER = datetime.max.replace(tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Board:
    """The prices of one stretch of time, by pattern; in it the answers do not change."""

    prices: dict[str, Price]
    since: datetime = NEVER
    until: datetime = EVER
    known: dict[str, Rates | None] = field(default_factory=dict)

    @classmethod
    def at(cls, rows: Sequence[Price], moment: datetime) -> "Board":
        """Return what holds at a moment, until the next row starts or ends.

        rows: in the order in which they were set; of one pattern the later counts.
        """
        edges = [edge for row in rows for edge in (row.valid_from, row.valid_to) if edge]
        return cls(
            prices={row.pattern: row for row in rows if _holds(row, moment)},
            since=max((edge for edge in edges if edge <= moment), default=NEVER),
            until=min((edge for edge in edges if edge > moment), default=EVER),
        )

    def rates(self, model: str) -> Rates | None:
        """Return the price of a model; None when no pattern fits."""
        if model not in self.known:
            if len(self.known) >= REMEMBERED_MODELS:
                self.known.clear()
            pattern = longest_match(model, self.prices)
            self.known[model] = None if pattern is None else price_rates(self.prices[pattern])
        return self.known[model]


@dataclass(frozen=True, slots=True)
class _Kept:
    """Replaced as a whole, so that a thread sees all of it or nothing."""

    stamp: str
    rows: Sequence[Price]
    board: Board


_EMPTY = Board({})


class _Current:
    kept = _Kept(NONE_SET, (), _EMPTY)


def price_board() -> Board:
    """Return the prices that hold now; three short queries a stamp, one while there are none."""
    stamp = _stamp()
    now = clock.now()
    if stamp == NONE_SET:
        return _EMPTY
    if stamp is None:
        return Board.at(_rows(_Current.kept.rows), now)
    kept = _Current.kept
    rows = kept.rows if kept.stamp == stamp else _rows(kept.rows)
    is_same = rows is kept.rows and kept.board.since <= now < kept.board.until
    board = kept.board if is_same else Board.at(rows, now)
    if not is_same or kept.stamp != stamp:
        _Current.kept = _Kept(stamp, rows, board)
    return board


def prices_changed() -> None:
    """Let what was just written count: here at once, elsewhere once it is committed."""
    _stamp_forget()
    transaction.on_commit(_stamp_forget)


def _rows(before: Sequence[Price]) -> Sequence[Price]:
    """Return the rows as they are; the same object when nothing changed, which is cheap to see.

    Nothing of a row changes but its end.
    """
    rows = Price.objects.not_over(clock.now()).order_by("valid_from", "id")
    if list(rows.values_list("id", "valid_to")) == [(row.pk, row.valid_to) for row in before]:
        return before
    return list(rows)


def _holds(row: Price, moment: datetime) -> bool:
    return row.valid_from <= moment and (row.valid_to is None or moment < row.valid_to)


def _stamp() -> str | None:
    """Return what names the prices as they are; None while the cache is away."""
    try:
        known = cache.get(STAMP)
        if known is None:
            known = new_uuid() if Price.objects.not_over(clock.now()).exists() else NONE_SET
            cache.set(STAMP, known, STAMP_SECONDS)
    except CACHE_AWAY:
        return None
    return str(known)


def _stamp_forget() -> None:
    try:
        cache.delete(STAMP)
    except CACHE_AWAY:
        logger.warning("The cache is away; a price counts a few seconds later.")
