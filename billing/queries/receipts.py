"""What calls cost, class by class, from what the ledger kept of them; priced again to check it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

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
from librechat.kernel import clock, pagination

# Classes that lie within input or output; transactions keep their tokens by these names.
WITHIN = ("reasoning", "image", "audio", "embedding", "cache_write_long", "audio_output")
# What an export has of a receipt.
COLUMNS = (
    "id",
    "created_at",
    "model",
    "endpoint",
    "context",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "credits",
    "prompt_rate",
    "completion_rate",
    "is_estimated",
    "conversation_id",
    "message_id",
    "agent_id",
    "api_key_id",
    "usd",
)
PAGE, CHUNK = 25, 500
USD = 1_000_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """One call. ``parts``: its classes with tokens, rates and exact credits.

    usage: its tokens; ``input_tokens`` leaves cached ones out.
    credits: what was charged: the parts, ``per_call`` and the surcharge on the output of a cut
    answer (``is_incomplete``), rounded up once. is_estimated: the provider did not count.
    rates: with their source, pattern and, for an administrator's price, the row's id; None, and
    no parts, for what was moved in. prompt_rate, completion_rate: the means, credits per token.
    """

    id: str
    created_at: datetime
    context: str
    endpoint: str
    model: str
    conversation_id: str
    message_id: str
    agent_id: str
    api_key_id: str
    usage: TokenUsage
    parts: tuple[Part, ...]
    rates: Rates | None
    prompt_rate: str
    completion_rate: str
    credits: int
    is_estimated: bool
    is_incomplete: bool

    @property
    def usd(self) -> str:
        """The credits in US dollars, exactly."""
        return f"{self.credits // USD}.{self.credits % USD:06d}"


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """Some receipts, newest first; ``cursor``: where older ones begin, "" when there are none."""

    receipts: list[Receipt]
    cursor: str


def receipts_page(user: User, *, cursor: str = "", message_id: str = "") -> ReceiptPage:
    """Return a page of a person's own receipts, of one message when it is named; two queries."""
    rows = _newest_of(user)
    if message_id:
        rows = rows.filter(message_id=message_id)
    position = pagination.decode(cursor)
    moment = pagination.moment(position.get("at", ""))
    if moment is not None:
        older = Q(created_at__lt=moment) | Q(created_at=moment, id__lt=position.get("id", ""))
        rows = rows.filter(older)
    found = list(rows[: PAGE + 1])
    after = ""
    if len(found) > PAGE:
        last = found[PAGE - 1]
        after = pagination.encode({"at": last.created_at.isoformat(), "id": last.pk})
    return ReceiptPage([_receipt(row) for row in found[:PAGE]], after)


def receipts_all(user: User) -> Iterator[Receipt]:
    """Yield every receipt of a person, newest first, in bounded memory."""
    for row in _newest_of(user).iterator(chunk_size=CHUNK):
        yield _receipt(row)


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as exported: the values of COLUMNS."""
    row = {name: getattr(receipt, name, None) for name in COLUMNS}
    tokens = {name: getattr(receipt.usage, name) for name in COLUMNS if name.endswith("_tokens")}
    return {**row, **tokens, "created_at": clock.iso(receipt.created_at)}


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
        cache_write_long_tokens=within["cache_write_long"],
        audio_output_tokens=within["audio_output"],
        is_estimated=row.is_estimated,
    )


def credits_booked(entries: Iterable[Entry]) -> int:
    """Return what a call cost, whoever paid."""
    return -sum(entry.credits for entry in entries if entry.token_type != TokenType.CREDITS)


def cost_again(usage: TokenUsage, rates: Rates, context: str) -> int:
    """Return what a call of that context costs at some rates."""
    return cost_parts(usage, rates, completion_factor=_factor(context)).total


def receipts_check() -> list[str]:
    """Return a sentence per call whose tokens at its kept price do not cost what was booked.

    Programs' calls that were booked together were each rounded up; ``fsck`` looks at them apart.
    """
    faults = []
    for row in calls().filter(calls=1).prefetch_related("entries").iterator(chunk_size=CHUNK):
        if not row.rates:  # moved in, or from before prices were kept
            continue
        entries = list(row.entries.all())
        rates = rates_from_json(row.rates)
        due = cost_again(usage_booked(entries, row), rates, row.context)
        paid = credits_booked(entries)
        if due != paid and not _was_continued(usage_booked(entries, row), rates, row, paid):
            faults.append(f"Transaction {row.key} booked {paid} credits, its price makes {due}.")
    return faults


def _was_continued(usage: TokenUsage, rates: Rates, row: Transaction, paid: int) -> bool:
    """Return whether a program's call may be a turn of several requests, each with its own tier.

    Only their sum is kept here, and it is longer than each of them: what was paid then lies
    between all at the plain rates and all at those of long context.
    """
    if row.context != "relay" or rates.applying_to(usage.prompt_tokens) is rates:
        return False
    plain = replace(rates, premium=None, premium_above=None)
    ends = sorted(cost_again(usage, one, row.context) for one in (plain, rates))
    return ends[0] <= paid <= ends[1]


def _of(user: User) -> QuerySet[Transaction]:
    return Transaction.objects.visible_to(user).filter(key__startswith=CALL)


def _newest_of(user: User) -> QuerySet[Transaction]:
    return _of(user).prefetch_related("entries").order_by("-created_at", "-id")


def _receipts(rows: QuerySet[Transaction]) -> list[Receipt]:
    found = rows.prefetch_related("entries").order_by("created_at", "id")
    return [_receipt(row) for row in found if row.rates]


def _receipt(row: Transaction) -> Receipt:
    entries = list(row.entries.all())
    usage = usage_booked(entries, row)
    rates = rates_from_json(row.rates) if row.rates else None
    parts = (*prompt_parts(usage, rates), *completion_parts(usage, rates)) if rates else ()
    return Receipt(
        id=row.pk,
        created_at=row.created_at,
        context=row.context,
        endpoint=row.endpoint,
        model=row.model,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        agent_id=row.agent_id,
        api_key_id=row.api_key_id,
        usage=usage,
        parts=parts,
        rates=rates,
        prompt_rate=_rate(_entry(entries, TokenType.PROMPT)),
        completion_rate=_rate(_entry(entries, TokenType.COMPLETION)),
        credits=credits_booked(entries),
        is_estimated=row.is_estimated,
        is_incomplete=_factor(row.context) == INCOMPLETE,
    )


def _rate(entry: Entry | None) -> str:
    return "" if entry is None or entry.rate is None else f"{entry.rate.normalize():f}"


def _factor(context: str) -> Decimal:
    return INCOMPLETE if context == "incomplete" else WHOLE


def _entry(entries: Iterable[Entry], kind: TokenType) -> Entry | None:
    return next((entry for entry in entries if entry.token_type == kind), None)
