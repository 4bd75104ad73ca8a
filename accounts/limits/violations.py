"""Counting broken rules, and what follows from too many."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.limits.caller import serving
from accounts.limits.rule import Names, number
from accounts.limits.staff import is_staff
from accounts.models import Ban, User, Violation
from librechat.kernel import clock

BanOf = Callable[[Violation], Ban]

# kind → the variable of its score and the default; the kinds of rate limits are in RULES.
SCORES: dict[str, tuple[Names, float]] = {
    "concurrent": (("CONCURRENT_VIOLATION_SCORE",), 1),
    "non_browser": (("NON_BROWSER_VIOLATION_SCORE",), 20),
    "illegal_model_request": (("ILLEGAL_MODEL_REQ_SCORE",), 1),
    "convo_access": (("CONVO_ACCESS_VIOLATION_SCORE",), 0),
    "token_balance": ((), 0),
}
_following: list[BanOf] = []


def violation_log(
    *,
    kind: str,
    user: User,
    address: str = "",
    score: float | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Ban | None:
    """Add a violation to somebody's total of its kind; return the ban that follows, if one does.

    The total and the ban are one transaction behind the person's row, so that of two violations
    at once exactly one crosses the line. Staff are counted, never banned.

    score: None for what ``SCORES`` gives the kind. address: blank for the request's own.

    Raises:
        KeyError: no score is given and the kind has none of its own.
    """
    points = number(*SCORES[kind], is_zero_fine=True) if score is None else score
    with transaction.atomic():
        person = User.objects.select_for_update().filter(pk=user.pk).first()
        if person is None:  # deleted in the meantime
            return None
        mine = Violation.objects.filter(user=person, kind=kind)
        before = mine.aggregate(most=Max("total"))["most"] or 0
        violation = Violation.objects.create(
            user=person,
            kind=kind,
            score=points,
            total=before + points,
            address=(address or _address())[:45],
            detail=dict(detail or {}),
            created_at=clock.now(),
        )
        if not _crosses(before, violation.total) or is_staff(person):
            return None
        return next((ban_of(violation) for ban_of in _following), None)


def bans_follow(ban_of: BanOf) -> None:
    """Name the service that bans; called once, when the app is set up."""
    _following[:] = [ban_of]


def scores_validate() -> None:
    """Read every variable once.

    Raises:
        ImproperlyConfigured: naming the variable that is wrong.
    """
    for score in SCORES.values():
        number(*score, is_zero_fine=True)


def _crosses(before: float, after: float) -> bool:
    """Return whether a total passes a multiple of the interval, with bans switched on."""
    if not settings.BAN_VIOLATIONS or settings.BAN_DURATION.total_seconds() <= 0:
        return False
    interval = settings.BAN_INTERVAL
    return math.floor(before / interval) < math.floor(after / interval)


def _address() -> str:
    caller = serving().caller
    return caller.address if caller else ""
