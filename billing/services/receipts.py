"""The ledger's record of one call."""

import logging

from billing.models import Balance, Hold, Transaction
from billing.models.account import Kind
from billing.models.transaction import TokenType
from billing.pricing.cost import Cost, TokenUsage, completion_rate, prompt_rate
from billing.queries.receipts import WITHIN
from billing.services.holds import hold_rates
from billing.services.ledger import Line, transaction_book
from billing.services.movements import balance_move

logger = logging.getLogger(__name__)


def call_book(hold: Hold, *, usage: TokenUsage, parts: Cost, held: int, context: str) -> None:
    """Take the cost of a call from who pays it and give the hold back; call it in a transaction.

    ``held``: the credits the hold still had. Two rows as in LibreChat, prompt and completion,
    against one of revenue; a call without tokens and cost moves the hold only.
    """
    moved = _balance_lines(hold, held=held, charge=parts.total)
    if usage.total_tokens or parts.total:
        lines = [*_call_lines(hold, usage=usage, parts=parts), *moved]
        transaction_book(_header(hold, usage=usage, context=context), lines=lines)


def _balance_lines(hold: Hold, *, held: int, charge: int) -> list[Line]:
    """Move the balance that pays, if any; return the entries between it and its debt.

    The operator pays when a group's balance was taken away while the call ran.
    """
    owner = hold.owner
    if owner is None:
        return []
    try:
        movement = balance_move(owner, release=held, charge=charge)
    except Balance.DoesNotExist:
        hold.payer = Kind.OPERATOR
        return []
    if movement.overdraft:
        logger.warning(
            "A call cost more than its balance; the rest is booked as debt.",
            extra={"key": hold.key, owner.kind.value: owner.id, "debt": movement.overdraft},
        )
    return movement.lines(owner.kind)


def _header(hold: Hold, *, usage: TokenUsage, context: str) -> Transaction:
    return Transaction(
        key=f"call:{hold.key}",
        user=hold.user,
        group_id=hold.team_id if hold.payer == Kind.GROUP else None,
        context=context,
        endpoint=hold.endpoint,
        model=hold.model,
        value_key=hold_rates(hold).pattern,
        conversation_id=hold.conversation_id,
        message_id=hold.message_id,
        agent_id=hold.agent_id,
        api_key_id=hold.api_key_id,
        project_id=hold.project_id,
        rates=hold.rates,
        tokens=_tokens_within(usage),
        is_estimated=usage.is_estimated,
        calls=hold.calls,
    )


def _tokens_within(usage: TokenUsage) -> dict[str, int]:
    """Return the classes that the entries have no columns for, as far as there are tokens."""
    return {name: tokens for name in WITHIN if (tokens := getattr(usage, f"{name}_tokens"))}


def _call_lines(hold: Hold, *, usage: TokenUsage, parts: Cost) -> list[Line]:
    rates = hold_rates(hold)
    payer = Kind(hold.payer)
    return [
        Line(
            payer,
            -parts.prompt,
            TokenType.PROMPT,
            rate=prompt_rate(usage, rates),
            raw_amount=-usage.prompt_tokens,
            classes=(usage.input_tokens, usage.cache_write_tokens, usage.cache_read_tokens),
        ),
        Line(
            payer,
            -parts.completion,
            TokenType.COMPLETION,
            rate=completion_rate(usage, rates),
            raw_amount=-usage.output_tokens,
        ),
        Line(Kind.REVENUE, parts.total, raw_amount=parts.total),
    ]
