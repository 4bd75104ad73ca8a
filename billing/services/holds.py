"""The life of a hold's row: placed, stretched, closed, expired."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from billing.models import Hold
from billing.models.hold import UNSETTLED, HoldState
from billing.pricing.cost import Rates, TokenUsage, cost, output_covered, rates_from_json
from billing.services.movements import credits_hold, credits_release
from billing.services.rules import balance_rules
from librechat.kernel import clock


def hold_rates(hold: Hold) -> Rates:
    """Return the price that was current when the hold was opened; it stays for the call."""
    return rates_from_json(hold.rates)


def hold_place(hold: Hold, *, at_least: int, at_most: int) -> bool:
    """Write a drafted hold with the credits that fit; False when too few do: nothing changed.

    Raises:
        IntegrityError: the key has a hold; nothing changed.
    """
    with transaction.atomic():
        if hold.is_checked:
            part = credits_hold(hold.user_id, at_least=at_least, at_most=at_most)
            if part is None:
                return False
            hold.credits = part
            if part < at_most:
                hold.output_tokens = output_covered(part, hold.prompt_tokens, hold_rates(hold))
        hold.save(force_insert=True)
    return True


def hold_stretch(hold: Hold, *, output_tokens: int) -> bool:
    """Hold more for a longer answer; False when not one more token fits: nothing changed.

    A hold that expired under a running call is opened again; a closed one stays as it is.
    """
    with transaction.atomic():
        row = hold_locked(hold)
        if row is None or row.state not in UNSETTLED:
            return True
        reach = max(row.output_tokens, output_tokens)
        if row.is_checked:
            stretched = _reach_paid(row, reach)
            if stretched is None:
                return False
            reach = stretched
        row.output_tokens = reach
        row.state = HoldState.OPEN
        row.expires_at = hold_expiry(hold.user)
        row.save(update_fields=["credits", "output_tokens", "state", "expires_at"])
    hold.credits, hold.output_tokens = row.credits, row.output_tokens
    return True


def hold_locked(hold: Hold) -> Hold | None:
    """Return the row as it stands, locked; None when its person was deleted."""
    return Hold.objects.select_for_update().filter(pk=hold.pk).first()


def hold_close(row: Hold, *, state: HoldState, charged: int | None = None) -> None:
    """Write the end of a locked hold; its credits were given back by the caller."""
    row.state = state
    row.credits = 0
    row.charged_credits = charged
    row.closed_at = clock.now()
    row.save(update_fields=["state", "credits", "charged_credits", "closed_at"])


def hold_expire(pk: str) -> bool:
    """Give the credits of one overdue hold back; False when somebody was faster."""
    with transaction.atomic():
        row = Hold.objects.select_for_update().overdue(clock.now()).filter(pk=pk).first()
        if row is None:
            return False
        credits_release(row.user_id, held=row.credits)
        hold_close(row, state=HoldState.EXPIRED)
    return True


def hold_expiry(user: User) -> datetime:
    """Return until when a hold of a person lives that is made or kept alive now."""
    return clock.now() + timedelta(milliseconds=balance_rules(user).reservation_ttl_ms)


def _reach_paid(row: Hold, output_tokens: int) -> int | None:
    """Add credits to a locked row; return how many output tokens it then pays for."""
    rates = hold_rates(row)
    wanted = cost(TokenUsage(row.prompt_tokens, output_tokens), rates) - row.credits
    if wanted <= 0:
        return output_tokens
    one_more = cost(TokenUsage(row.prompt_tokens, row.output_tokens + 1), rates) - row.credits
    at_least = min(max(one_more, 1), wanted)
    part = credits_hold(row.user_id, at_least=at_least, at_most=wanted)
    if part is None:
        return None
    row.credits += part
    if part == wanted:
        return output_tokens
    return output_covered(row.credits, row.prompt_tokens, rates)
