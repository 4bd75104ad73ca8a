"""Prices as administrators look at them: which one wins, which are missing, what would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from billing import config
from billing.models import Price
from billing.pricing.cost import Rates
from billing.pricing.defaults import PRICES
from billing.pricing.in_force import price_board
from billing.pricing.matching import candidates
from billing.pricing.patterns import longest_match
from billing.pricing.rates_json import rates_from_json
from billing.queries.calls import calls
from billing.queries.receipts import cost_again, credits_booked, usage_booked

MOST_CALLS = 20_000
CHUNK = 500
GUESSED = ("default", "free", "refuse")


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A model in use that only the policy for unknown models prices."""

    model: str
    endpoint: str
    calls: int


@dataclass(slots=True)
class Difference:
    """A model's calls at other prices. recorded, proposed: credits."""

    model: str
    pattern: str
    calls: int = 0
    recorded: int = 0
    proposed: int = 0

    @property
    def more(self) -> int:
        """What the proposed price would add; negative when it is cheaper."""
        return self.proposed - self.recorded


@dataclass(frozen=True, slots=True)
class Simulation:
    """What calls of a stretch of time would have cost; models that stay as they are count too.

    calls, recorded, proposed: all calls looked at, whatever their model.
    is_cut: there were more calls; the newest were looked at.
    """

    differences: list[Difference]
    calls: int
    recorded: int
    proposed: int
    is_cut: bool


def price_history(pattern: str) -> list[Price]:
    """Return every price a pattern had, has or will have, the latest first."""
    rows = Price.objects.filter(pattern=pattern).select_related("created_by")
    return list(rows.order_by("-valid_from"))


def patterns_covered(pattern: str) -> list[str]:
    """Return other patterns of librechat.yaml and the table that a price would stand before.

    A price that an administrator sets goes before both, also for longer names that contain it.
    """
    below = dict.fromkeys([*config.prices(), *PRICES])
    others = {name: None for name in price_board().prices if name != pattern}
    return sorted(
        name
        for name in below
        if name.lower() != pattern
        and longest_match(name, [pattern]) is not None
        and longest_match(name, [*others, pattern]) == pattern
    )


def models_unpriced(since: datetime) -> list[Unpriced]:
    """Return what was called since and has no price now, the most called first."""
    rows = (
        calls()
        .filter(created_at__gte=since)
        .filter(Q(rates={}) | ~Q(rates__source="endpoint"))
        .order_by()
        .values("model", "endpoint")
        .annotate(number=Count("id"))
        .order_by("-number", "model")
    )
    return [
        Unpriced(row["model"], row["endpoint"], row["number"])
        for row in rows
        if _winner(row["model"]) in GUESSED
    ]


def simulate(proposed: Mapping[str, Rates], *, start: datetime, end: datetime) -> Simulation:
    """Return what the calls of a stretch would have cost had these prices been set, too.

    proposed: pattern → rates. Calls at an endpoint's own price stay as they are.
    """
    patterns = [*price_board().prices, *proposed]
    rows = calls().filter(created_at__gte=start, created_at__lt=end).exclude(rates={})
    number = rows.count()
    wins: dict[str, str] = {}
    found: dict[str, Difference] = {}
    recorded = new = 0
    newest = rows.order_by("-created_at", "-id")[:MOST_CALLS]
    for row in newest.prefetch_related("entries").iterator(chunk_size=CHUNK):
        entries = list(row.entries.all())
        paid = due = credits_booked(entries)
        if row.model not in wins:
            wins[row.model] = longest_match(row.model, patterns) or ""
        pattern = wins[row.model]
        if pattern in proposed and rates_from_json(row.rates).source != "endpoint":
            due = cost_again(usage_booked(entries, row), proposed[pattern], row.context)
            _add(found.setdefault(row.model, Difference(row.model, pattern)), paid, due)
        recorded, new = recorded + paid, new + due
    rows_found = sorted(found.values(), key=lambda one: (-abs(one.more), one.model))
    looked_at = min(number, MOST_CALLS)
    return Simulation(rows_found, looked_at, recorded, new, is_cut=number > MOST_CALLS)


def _add(difference: Difference, paid: int, due: int) -> None:
    difference.calls += 1
    difference.recorded += paid
    difference.proposed += due


def _winner(model: str) -> str:
    return next(one.source for one in candidates(model) if one.rates or one.source == "refuse")
