"""What calls cost, class by class, from what the ledger kept of them; priced again to check it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import User
from billing.models import Entry, Transaction
from billing.models.transaction import TokenType
from billing.pricing.cost import (
    INCOMPLETE,
    WHOLE,
    Part,
    Rates,
    TokenUsage,
    completion_parts,
    cost_parts,
    prompt_parts,
)
from billing.pricing.rates_json import rates_from_json
from billing.queries.calls import CALL, calls

# Classes that lie within input or output; transactions keep their tokens by these names.
WITHIN = ("reasoning", "image", "audio", "embedding")
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Receipt:
    """One call. ``parts``: its classes with tokens, rates and exact credits.

    credits: what was charged: the parts, ``per_call`` and the surcharge on the output of a cut
    answer (``is_incomplete``), rounded up once. is_estimated: the provider did not count.
    rates: with their source, pattern and, for an administrator's price, the row's id.
    """

    id: str
    created_at: datetime
    context: str
    endpoint: str
    model: str
    message_id: str
    parts: tuple[Part, ...]
    rates: Rates
    credits: int
    is_estimated: bool
    is_incomplete: bool


def message_receipts(user: User, message_id: str) -> list[Receipt]:
    """Return the calls that one of this person's messages was paid with, oldest first."""
    return _receipts(_of(user).filter(message_id=message_id).exclude(message_id=""))


def conversation_receipts(user: User, conversation_id: str) -> list[Receipt]:
    """Return the calls of one of this person's conversations, oldest first; two queries."""
    mine = _of(user).filter(conversation_id=conversation_id)
    return _receipts(mine.exclude(conversation_id=""))


def usage_booked(entries: Iterable[Entry], row: Transaction) -> TokenUsage:
    """Return the tokens of a call as its entries and its transaction keep them."""
    prompt = _entry(entries, TokenType.PROMPT)
    completion = _entry(entries, TokenType.COMPLETION)
    within = {name: int(row.tokens.get(name, 0)) for name in WITHIN}
    return TokenUsage(
        input_tokens=prompt.input_tokens if prompt else 0,
        output_tokens=-completion.raw_amount if completion else 0,
        cache_read_tokens=prompt.read_tokens if prompt else 0,
        cache_write_tokens=prompt.write_tokens if prompt else 0,
        reasoning_tokens=within["reasoning"],
        image_tokens=within["image"],
        audio_tokens=within["audio"],
        embedding_tokens=within["embedding"],
        is_estimated=row.is_estimated,
    )


def credits_booked(entries: Iterable[Entry]) -> int:
    """Return what a call cost, whoever paid."""
    return -sum(entry.credits for entry in entries if entry.token_type != TokenType.CREDITS)


def cost_again(usage: TokenUsage, rates: Rates, context: str) -> int:
    """Return what a call of that context costs at some rates."""
    return cost_parts(usage, rates, completion_factor=_factor(context)).total


def receipts_check() -> list[str]:
    """Return a sentence per call whose tokens at its kept price do not cost what was booked."""
    faults = []
    for row in calls().prefetch_related("entries").iterator(chunk_size=CHUNK):
        if not row.rates:  # moved in, or from before prices were kept
            continue
        entries = list(row.entries.all())
        due = cost_again(usage_booked(entries, row), rates_from_json(row.rates), row.context)
        paid = credits_booked(entries)
        if due != paid:
            faults.append(f"Transaction {row.key} booked {paid} credits, its price makes {due}.")
    return faults


def _of(user: User) -> QuerySet[Transaction]:
    return Transaction.objects.visible_to(user).filter(key__startswith=CALL)


def _receipts(rows: QuerySet[Transaction]) -> list[Receipt]:
    found = rows.prefetch_related("entries").order_by("created_at", "id")
    return [_receipt(row) for row in found if row.rates]


def _receipt(row: Transaction) -> Receipt:
    entries = list(row.entries.all())
    usage, rates = usage_booked(entries, row), rates_from_json(row.rates)
    return Receipt(
        id=row.pk,
        created_at=row.created_at,
        context=row.context,
        endpoint=row.endpoint,
        model=row.model,
        message_id=row.message_id,
        parts=(*prompt_parts(usage, rates), *completion_parts(usage, rates)),
        rates=rates,
        credits=credits_booked(entries),
        is_estimated=row.is_estimated,
        is_incomplete=_factor(row.context) == INCOMPLETE,
    )


def _factor(context: str) -> Decimal:
    return INCOMPLETE if context == "incomplete" else WHOLE


def _entry(entries: Iterable[Entry], kind: TokenType) -> Entry | None:
    return next((entry for entry in entries if entry.token_type == kind), None)
