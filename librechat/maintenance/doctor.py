"""The doctor: looks at everything an operator should know, and says what to type."""

import logging
from collections.abc import Iterator, Sequence

from librechat.maintenance.checkups import product, program, stores
from librechat.maintenance.findings import Checkup, Finding, red

logger = logging.getLogger(__name__)

CHECKUPS: tuple[Checkup, ...] = (*program.CHECKUPS, *stores.CHECKUPS, *product.CHECKUPS)
SIGNS = {"green": "ok  ", "amber": "note", "red": "BAD "}


def doctor_run(checkups: Sequence[Checkup] = CHECKUPS) -> list[Finding]:
    """Look at everything; a few seconds at most, and nothing is changed."""
    return [finding for checkup in checkups for finding in _looked(checkup)]


def _looked(checkup: Checkup) -> Iterator[Finding]:
    """Yield what a check-up finds; one that fails is a finding too, and the others go on."""
    try:
        yield from checkup()
    except Exception as exc:
        logger.exception("A check-up failed.", extra={"checkup": checkup.__name__})
        reason = str(exc).strip().partition("\n")[0]
        seen = f"could not be looked at: {type(exc).__name__}: {reason}"
        fix = "See whether the database answers and is up to date: manage.py migrate"
        yield red(checkup.__name__.replace("_", " "), seen, fix)


def is_well(findings: Sequence[Finding]) -> bool:
    """Return whether no light is red."""
    return all(finding.light != "red" for finding in findings)


def report(findings: Sequence[Finding]) -> str:
    """Return the findings in words, a line each, and what to type below."""
    lines = []
    for finding in findings:
        lines.append(f"{SIGNS[finding.light]} {finding.area}: {finding.seen}")
        if finding.fix:
            lines.append(f"       → {finding.fix}")
    return "\n".join(lines)
