"""The words of ``reconcile``: what is compared, and how the result reads."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser

from billing.management.amounts import day_of
from billing.queries.reconcile import ENDPOINTS, Difference, Reconciliation, Terms

WHOLE = 100
UNITS = {"input_tokens": "tokens in", "output_tokens": "tokens out", "credits": "credits"}


def terms_options(parser: CommandParser) -> None:
    """Add the options that ``terms_of`` reads."""
    parser.add_argument("--provider", required=True, choices=sorted(ENDPOINTS))
    parser.add_argument("--from", dest="first", help="first day, such as 2026-03-01")
    parser.add_argument("--to", dest="last", help="last day")
    parser.add_argument("--endpoint", action="append", default=[], help="as booked; repeatable")
    parser.add_argument("--tolerance", type=_percent, default=Decimal(1), help="in percent")


def terms_of(options: Mapping[str, Any]) -> Terms:
    """Return what to compare.

    Raises:
        InvalidInputError: a day is none.
    """
    return Terms(
        provider=options["provider"],
        first=day_of(options["first"]),
        last=day_of(options["last"]),
        endpoints=options["endpoint"],
        tolerance_percent=options["tolerance"],
    )


def as_json(found: Reconciliation) -> dict[str, object]:
    """Return the result for programs."""
    totals = {name: {"theirs": n[0], "ours": n[1]} for name, n in found.totals.items()}
    return {
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "isSame": found.is_same,
        "differences": [asdict(one) for one in found.differences],
        "totals": totals,
    }


def as_text(found: Reconciliation) -> str:
    """Return the result for people: a line per difference, then the totals."""
    lines = [_line(one) for one in found.differences]
    lines += [
        f"Total: {UNITS[name]}: provider {theirs}, here {ours}, {ours - theirs:+d}"
        for name, (theirs, ours) in found.totals.items()
    ]
    verdict = "No differences" if found.is_same else f"{len(found.differences)} differences"
    return "\n".join([*lines, f"{verdict} from {found.first} to {found.last}."])


def _line(one: Difference) -> str:
    change = one.ours - one.theirs
    where = f"{one.day} {one.model}: {UNITS[one.measure]}"
    return f"{where}: provider {one.theirs}, here {one.ours}, {change:+d}"


def _percent(text: str) -> Decimal:
    number = float(text)
    if not 0 <= number <= WHOLE:  # which leaves NaN out as well
        raise ValueError(text)
    return Decimal(text)
