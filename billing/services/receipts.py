"""The ledger's record of one call."""

import logging

from billing.models import Hold, Transaction
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
    lines = _call_lines(hold, usage=usage, parts=parts)
    if hold.is_checked:
        movement = balance_move(hold.user_id, release=held, charge=parts.total)
        lines += movement.lines()
        if movement.overdraft:
            logger.warning(
                "A call cost more than its balance; the rest is booked as debt.",
                extra={"key": hold.key, "user": hold.user_id, "debt": movement.overdraft},
            )
    if usage.total_tokens or parts.total:
        transaction_book(_header(hold, usage=usage, context=context), lines=lines)


def _header(hold: Hold, *, usage: TokenUsage, context: str) -> Transaction:
    return Transaction(
        key=f"call:{hold.key}",
        user=hold.user,
        context=context,
        endpoint=hold.endpoint,
        model=hold.model,
        value_key=hold_rates(hold).pattern,
        conversation_id=hold.conversation_id,
        message_id=hold.message_id,
        agent_id=hold.agent_id,
        api_key_id=hold.api_key_id,
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
    payer = Kind.USER if hold.is_checked else Kind.OPERATOR
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
