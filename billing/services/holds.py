"""The life of a hold's row: placed, stretched, closed, expired."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from billing import config
from billing.models import BudgetReservation, Hold
from billing.models.account import Owner
from billing.models.hold import UNSETTLED, HoldQuerySet, HoldState
from billing.pricing.cost import Rates, held_cost, output_covered
from billing.pricing.rates_json import rates_from_json
from billing.services.budget_warnings import warnings_due
from billing.services.movements import credits_hold, credits_release
from billing.services.reservations import (
    budgets_are_there,
    places_check,
    places_held,
    places_lock,
    places_reach,
    places_stretch,
    places_take,
    reservations_expire,
    reservations_lock,
)
from billing.services.rules import balance_rules
from librechat.kernel import clock


def hold_rates(hold: Hold) -> Rates:
    """Return the price that was current when the hold was opened; it stays for the call."""
    return rates_from_json(hold.rates)


def hold_place(hold: Hold, *, is_whole: bool) -> bool:
    """Write a drafted hold with the credits that fit; False when too few do: nothing changed.

    is_whole: all of the output that budgets leave room for is to be covered, else the prompt.
    A call that nobody pays, counts or limits leaves no row.

    Raises:
        BudgetExceededError: a budget does not let it through; nothing changed.
        IntegrityError: the key has a hold; nothing changed.
    """
    with transaction.atomic():
        places = places_lock(hold) if budgets_are_there() else []
        places_check(places, hold)
        reach = places_reach(places, hold, hold.output_tokens)
        owner = hold.owner
        if owner is not None:
            covered = _place_paid(hold, owner, reach, is_whole=is_whole)
            if covered is None:
                return False
            reach = covered
        elif not (places or config.transactions_enabled()):
            return True
        hold.output_tokens = reach
        hold.save(force_insert=True)
        hold.notices = warnings_due(hold.user_id, places_take(places, hold))
    return True


def hold_stretch(hold: Hold, *, output_tokens: int) -> bool:
    """Hold more for a longer answer; False when not one more token fits: nothing changed.

    A hold that expired under a running call is opened again; a closed one stays as it is.

    Raises:
        BudgetExceededError: not one more token fits a budget; nothing changed.
    """
    with transaction.atomic():
        row = hold_locked(hold)
        if row is None or row.state not in UNSETTLED:
            return True
        reach = max(row.output_tokens, output_tokens)
        places = places_held(row) if row.is_reserved else []
        reach = places_stretch(places, row, reach)
        owner = row.owner
        if owner is not None:
            stretched = _reach_paid(row, owner, reach)
            if stretched is None:
                return False
            reach = stretched
        row.output_tokens = reach
        row.state = HoldState.OPEN
        row.expires_at = hold_expiry(hold.user)
        row.save(update_fields=["credits", "output_tokens", "state", "expires_at"])
        places_take(places, row)
    hold.credits, hold.output_tokens = row.credits, row.output_tokens
    return True


def hold_locked(hold: Hold) -> Hold | None:
    """Return the row as it stands, locked; None when its person was deleted."""
    return _locking().filter(pk=hold.pk).first()


def hold_close(row: Hold, *, state: HoldState, charged: int | None = None) -> None:
    """Write the end of a locked hold; its credits were given back by the caller."""
    row.state = state
    row.credits = 0
    row.charged_credits = charged
    row.closed_at = clock.now()
    row.save(update_fields=["state", "payer", "credits", "charged_credits", "closed_at"])


def hold_give_back(row: Hold, *, state: HoldState) -> None:
    """Give the credits of a locked hold back and write its end; its budgets are the caller's."""
    owner = row.owner
    if owner is not None:
        credits_release(owner, held=row.credits)
    hold_close(row, state=state)


def hold_expire(pk: str) -> bool:
    """Give the credits of one overdue hold back; False when somebody was faster."""
    with transaction.atomic():
        row = _locking().overdue(clock.now()).filter(pk=pk).first()
        if row is None:
            return False
        reservations_expire(reservations_lock(row) if row.is_reserved else [])
        hold_give_back(row, state=HoldState.EXPIRED)
    return True


def hold_expiry(user: User) -> datetime:
    """Return until when a hold of a person lives that is made or kept alive now."""
    return clock.now() + timedelta(milliseconds=balance_rules(user).reservation_ttl_ms)


def _locking() -> HoldQuerySet:
    reserved = BudgetReservation.objects.filter(hold=OuterRef("pk"))
    locking = Hold.objects.select_for_update()
    return locking.annotate(is_reserved=Exists(reserved))  # type: ignore[no-redef] # the model declares it for its readers


def _place_paid(hold: Hold, owner: Owner, output_tokens: int, *, is_whole: bool) -> int | None:
    """Hold credits for a draft; return how many output tokens they pay for."""
    rates = hold_rates(hold)
    wanted = held_cost(hold.prompt_tokens, output_tokens, rates)
    at_least = wanted if is_whole else held_cost(hold.prompt_tokens, 0, rates)
    part = credits_hold(owner, at_least=at_least, at_most=wanted)
    if part is None:
        return None
    hold.credits = part
    if part == wanted:
        return output_tokens
    return output_covered(part, hold.prompt_tokens, rates)


def _reach_paid(row: Hold, owner: Owner, output_tokens: int) -> int | None:
    """Add credits to a locked row; return how many output tokens it then pays for."""
    rates = hold_rates(row)
    wanted = held_cost(row.prompt_tokens, output_tokens, rates) - row.credits
    if wanted <= 0:
        return output_tokens
    one_more = held_cost(row.prompt_tokens, row.output_tokens + 1, rates) - row.credits
    at_least = min(max(one_more, 1), wanted)
    part = credits_hold(owner, at_least=at_least, at_most=wanted)
    if part is None:
        return None
    row.credits += part
    if part == wanted:
        return output_tokens
    return output_covered(row.credits, row.prompt_tokens, rates)
