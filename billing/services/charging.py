"""Paying for calls: hold before, extend while it streams, settle or release after."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Group, User
from billing import config
from billing.errors import BudgetExceededError, InsufficientBalanceError, KeyTakenError
from billing.models import Hold
from billing.models.account import Kind
from billing.models.budget import Measure
from billing.models.hold import UNSETTLED, HoldState
from billing.pricing.cost import INCOMPLETE, WHOLE, Cost, TokenUsage, cost_parts, held_cost
from billing.pricing.matching import rates_for
from billing.pricing.rates_json import rates_to_json
from billing.services.balances import balance_paying
from billing.services.holds import (
    hold_close,
    hold_expire,
    hold_expiry,
    hold_give_back,
    hold_locked,
    hold_place,
    hold_rates,
    hold_stretch,
)
from billing.services.movements import credits_free
from billing.services.receipts import call_book
from billing.services.refills import refill_if_due
from billing.services.reservations import (
    budgets_are_there,
    reservations_lock,
    reservations_release,
    reservations_settle,
)
from librechat.kernel import clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """What is about to be paid for; ``key`` names it once and for all, whatever is retried.

    ``context``: LibreChat's word for why: message, title, memory …
    ``endpoint_rates``: model → the endpoint's own prices, over the table's.
    ``team_id``: the group that calls; its balance pays, without one the operator, and its budgets
    count in place of the person's.
    ``calls``: how many calls one hold is for; its tokens are those of all of them.
    """

    user: User
    key: str
    model: str
    endpoint: str = ""
    context: str = "message"
    conversation_id: str = ""
    message_id: str = ""
    agent_id: str = ""
    api_key_id: str = ""
    project_id: str = ""
    endpoint_rates: Mapping[str, Mapping[str, float]] | None = None
    team_id: str = ""
    calls: int = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """What the calls of one hold came to; ``parts``: the sum of what each of them costs."""

    calls: int
    usage: TokenUsage
    parts: Cost


def hold_open(*, call: Call, prompt_tokens: int, output_tokens: int) -> Hold:
    """Promise the credits of a call: its prompt and as much of the expected output as fits.

    A call whose prompt is covered is never refused. ``hold.output_tokens`` says what the hold
    pays for, ``hold.notices`` what the person is told of their budgets; a key that has a hold
    returns that one. While no balance pays, only budgets limit it; while
    transactions are off, too, nothing is written where no budget holds.

    Raises:
        BudgetExceededError: a budget has no room for it, or for a cheaper model only; nothing
            was taken.
        InsufficientBalanceError: the prompt alone is not covered; nothing was taken.
        KeyTakenError: the key is another person's.
        NoPriceError: the model has no price and such models are refused.
    """
    hold = _draft(call, prompt_tokens=prompt_tokens, output_tokens=output_tokens)
    if not (hold.owner or config.transactions_enabled() or budgets_are_there()):
        return hold
    needed = held_cost(prompt_tokens, 0, hold_rates(hold))
    try:
        is_placed = _placed(hold, needed)
    except (IntegrityError, BudgetExceededError):
        existing = _existing(call)
        if existing is None:
            raise
        return existing
    if is_placed:
        return hold
    # The same call may have been opened at the same time and hold the last credits itself.
    return _existing(call) or _refuse(hold, needed)


def hold_extend(*, hold: Hold, output_tokens: int) -> Hold:
    """Make the hold cover an answer of that many tokens in all, and keep it alive.

    Takes what is left when that is less: ``hold.output_tokens`` says how far it reaches.

    Raises:
        BudgetExceededError: a budget has no room for even one more token; the hold stands.
        InsufficientBalanceError: nothing is left for even one more token; the hold stands.
    """
    if not hold.is_recorded:
        hold.output_tokens = max(hold.output_tokens, output_tokens)
        return hold
    if hold_stretch(hold, output_tokens=output_tokens):
        return hold
    if _refilled(hold) and hold_stretch(hold, output_tokens=output_tokens):
        return hold
    return _refuse(hold, held_cost(hold.prompt_tokens, output_tokens, hold_rates(hold)))


def hold_settle(*, hold: Hold, usage: TokenUsage, is_incomplete: bool = False) -> int:
    """Book what the call used, give the rest of the hold back, and return the credits charged.

    Books once, also after the hold expired; a second time returns the same number. What the
    balance does not cover becomes a debt that blocks further calls until a grant repays it.
    """
    factor = INCOMPLETE if is_incomplete else WHOLE
    parts = cost_parts(usage, hold_rates(hold), completion_factor=factor)
    context = "incomplete" if is_incomplete else hold.context
    return _settle(hold, Batch(1, usage, parts), context)


def hold_settle_batch(*, hold: Hold, batch: Batch) -> int:
    """Book what the calls of a hold came to, as ``hold_settle`` does for one."""
    return _settle(hold, batch, hold.context)


def _settle(hold: Hold, batch: Batch, context: str) -> int:
    usage, parts = batch.usage, batch.parts
    if not hold.is_recorded:
        return parts.total
    with transaction.atomic():
        row = hold_locked(hold)
        if row is None or row.state not in UNSETTLED:
            logger.info("A call was settled or released before.", extra={"key": hold.key})
            return (row.charged_credits or 0) if row else 0
        kept = reservations_lock(row) if row.is_reserved else []
        if row.owner or config.transactions_enabled():
            row.calls = batch.calls
            call_book(row, usage=usage, parts=parts, held=row.credits, context=context)
        used: dict[str, int] = {
            Measure.MONEY: parts.total,
            Measure.TOKENS: usage.total_tokens,
            Measure.MESSAGES: batch.calls,
        }
        reservations_settle(kept, used=used)
        # Last: a repeated start that waits for this row must not hold what this one needs.
        hold_close(row, state=HoldState.SETTLED, charged=parts.total)
    return parts.total


def hold_release(*, hold: Hold) -> None:
    """Give all of a hold back: the call came to nothing. A closed hold stays as it is."""
    with transaction.atomic():
        row = hold_locked(hold)
        if row is not None and row.state in UNSETTLED:
            reservations_release(reservations_lock(row) if row.is_reserved else [])
            hold_give_back(row, state=HoldState.RELEASED)


def hold_settle_abandoned(*, key: str, usage: TokenUsage) -> None:
    """Settle the call of a runner that died; an unknown or closed key changes nothing."""
    hold = Hold.objects.filter(key=key, state__in=UNSETTLED).first()
    if hold is not None:
        hold_settle(hold=hold, usage=usage)


def holds_forget(*, user: User) -> None:
    """Give back what a person's calls hold of groups' credits; they go away, and their holds."""
    with transaction.atomic():
        for hold in Hold.objects.filter(user=user, payer=Kind.GROUP, state=HoldState.OPEN):
            hold_release(hold=hold)


def holds_sweep() -> int:
    """Let overdue holds go and return how many; their calls can still settle, late."""
    overdue = Hold.objects.overdue(clock.now()).values_list("pk", flat=True)
    return sum(hold_expire(pk) for pk in list(overdue))


def _draft(call: Call, *, prompt_tokens: int, output_tokens: int) -> Hold:
    rates = rates_to_json(rates_for(call.model, endpoint_rates=call.endpoint_rates))
    owner = balance_paying(call.user, team_id=call.team_id)
    return Hold(
        key=call.key,
        user=call.user,
        payer=owner.kind if owner else Kind.OPERATOR,
        prompt_tokens=prompt_tokens,
        output_tokens=output_tokens,
        rates=rates,
        endpoint=call.endpoint,
        model=call.model,
        context=call.context,
        conversation_id=call.conversation_id,
        message_id=call.message_id,
        agent_id=call.agent_id,
        api_key_id=call.api_key_id,
        project_id=call.project_id,
        team_id=call.team_id,
        calls=call.calls,
        expires_at=hold_expiry(call.user),
    )


def _placed(hold: Hold, needed: int) -> bool:
    """Hold everything, else after a due refill what is left, provided the prompt is covered."""
    owner = hold.owner
    if hold_place(hold, is_whole=True):
        # LibreChat refills when the prompt takes the last credit, not only when it lacks one.
        if owner and hold.credits == needed and credits_free(owner) <= 0:
            _refilled(hold)
        return True
    if owner and credits_free(owner) <= needed:
        _refilled(hold)
    return hold_place(hold, is_whole=False)


def _refilled(hold: Hold) -> bool:
    """Refill the balance that pays, if it is due; a group's is filled by hand only."""
    return hold.payer == Kind.USER and refill_if_due(user=hold.user)


def _existing(call: Call) -> Hold | None:
    hold = Hold.objects.filter(key=call.key).first()
    if hold is not None and hold.user_id != call.user.pk:
        raise KeyTakenError(_("This call was paid for by somebody else."))
    return hold


def _refuse(hold: Hold, needed: int) -> NoReturn:
    owner = hold.owner
    free = credits_free(owner) if owner else 0
    logger.info(
        "Refused a call: the balance is too low.",
        extra={"user": hold.user_id, "group": hold.team_id, "balance": free, "needed": needed},
    )
    raise InsufficientBalanceError(
        balance=free,
        token_cost=needed,
        prompt_tokens=hold.prompt_tokens,
        group=_group_name(hold) if hold.payer == Kind.GROUP else "",
    )


def _group_name(hold: Hold) -> str:
    names = Group.objects.filter(pk=hold.team_id).values_list("name", flat=True)
    return names.first() or hold.team_id
