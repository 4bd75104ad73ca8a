"""Refills: once per interval, looked at when a call would empty the balance."""

import calendar
import logging
from datetime import UTC, datetime, timedelta

from django.db import transaction

from accounts.models import User
from billing.models import Balance
from billing.models.account import RefillUnit
from billing.services.balances import balance_grant
from librechat.kernel import clock

logger = logging.getLogger(__name__)

NEVER = datetime.max.replace(tzinfo=UTC)


def next_refill_at(last: datetime, *, value: int, unit: str) -> datetime:
    """Return when the next refill is due; months are calendar months, cut to their last day."""
    try:
        if unit == RefillUnit.MONTHS:
            year, month = divmod(last.year * 12 + last.month - 1 + value, 12)
            day = min(last.day, calendar.monthrange(year, month + 1)[1])
            return last.replace(year=year, month=month + 1, day=day)
        return last + timedelta(**{unit: value})
    except (OverflowError, ValueError):
        return NEVER


def refill_due_at(balance: Balance) -> datetime | None:
    """Return from when the next refill can come; None where there are no refills."""
    if not balance.auto_refill_enabled or not balance.refill_amount:
        return None
    due = _due_at(balance)
    return None if due == NEVER else due


def refill_if_due(*, user: User) -> bool:
    """Add the refill when its interval has passed; return whether this call added it.

    The period is named by the refill before it: one UPDATE wins it, and the ledger's key keeps
    it from being booked twice even if the clock is set back.
    """
    balance = Balance.objects.get(user=user)
    now = clock.now()
    if not balance.auto_refill_enabled or not balance.refill_amount or now < _due_at(balance):
        return False
    period = Balance.objects.filter(pk=balance.pk, last_refill=balance.last_refill)
    with transaction.atomic():
        if not period.update(last_refill=now):
            return False
        is_added = balance_grant(
            user=user,
            amount=balance.refill_amount,
            key=f"refill:{user.pk}:{balance.last_refill.isoformat()}",
            context="autoRefill",
        )
    logger.info("Refilled a balance.", extra={"user": user.pk, "is_added": is_added})
    return is_added


def _due_at(balance: Balance) -> datetime:
    return next_refill_at(
        balance.last_refill,
        value=balance.refill_interval_value,
        unit=balance.refill_interval_unit,
    )
