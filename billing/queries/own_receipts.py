"""A person's calls, newest first: what each used and cost, a page at a time or all of them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from billing.models import Entry, Transaction
from billing.models.account import Kind
from billing.models.transaction import TokenType
from billing.queries.calls import CALL
from librechat.kernel import clock, pagination

PAGE = 25
CHUNK = 500
USD = 1_000_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """One call. Rates are credits per token; ``input_tokens`` leaves cached ones out."""

    id: str
    created_at: datetime
    model: str
    endpoint: str
    context: str
    input_tokens: int
    output_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    credits: int
    prompt_rate: str
    completion_rate: str
    is_estimated: bool
    conversation_id: str
    message_id: str
    agent_id: str
    api_key_id: str

    @property
    def prompt_tokens(self) -> int:
        """All tokens that went in."""
        return self.input_tokens + self.cache_write_tokens + self.cache_read_tokens

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
    rows = _calls_of(user)
    if message_id:
        rows = rows.filter(message_id=message_id)
    position = pagination.decode(cursor)
    moment = pagination.moment(position.get("at", ""))
    if moment is not None:
        older = Q(created_at__lt=moment) | Q(created_at=moment, id__lt=position.get("id", ""))
        rows = rows.filter(older)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    after = ""
    if len(found) > PAGE:
        last = shown[-1]
        after = pagination.encode({"at": last.created_at.isoformat(), "id": last.pk})
    return ReceiptPage(list(_receipts(shown)), after)


def receipts_all(user: User) -> Iterator[Receipt]:
    """Yield every receipt of a person, newest first, in bounded memory."""
    batch: list[Transaction] = []
    for row in _calls_of(user).iterator(chunk_size=CHUNK):
        batch.append(row)
        if len(batch) == CHUNK:
            yield from _receipts(batch)
            batch = []
    yield from _receipts(batch)


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt with every column, as exported."""
    return {**asdict(receipt), "created_at": clock.iso(receipt.created_at), "usd": receipt.usd}


def _calls_of(user: User) -> QuerySet[Transaction]:
    calls = Transaction.objects.visible_to(user).filter(key__startswith=CALL)
    return calls.order_by("-created_at", "-id")


def _receipts(rows: list[Transaction]) -> Iterator[Receipt]:
    entries: dict[str, dict[str, Entry]] = {row.pk: {} for row in rows}
    booked = Entry.objects.filter(transaction__in=list(entries)).select_related("account")
    for entry in booked:
        name = Kind.REVENUE.value if entry.account.kind == Kind.REVENUE else entry.token_type
        entries[entry.transaction_id][name] = entry
    for row in rows:
        yield _receipt(row, entries[row.pk])


def _receipt(row: Transaction, parts: dict[str, Entry]) -> Receipt:
    prompt = parts.get(TokenType.PROMPT) or Entry()
    completion = parts.get(TokenType.COMPLETION) or Entry()
    revenue = parts.get(Kind.REVENUE.value) or Entry(credits=0)
    return Receipt(
        id=row.pk,
        created_at=row.created_at,
        model=row.model,
        endpoint=row.endpoint,
        context=row.context,
        input_tokens=prompt.input_tokens,
        output_tokens=-completion.raw_amount,
        cache_write_tokens=prompt.write_tokens,
        cache_read_tokens=prompt.read_tokens,
        credits=revenue.credits,
        prompt_rate=_rate(prompt),
        completion_rate=_rate(completion),
        is_estimated=row.is_estimated,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        agent_id=row.agent_id,
        api_key_id=row.api_key_id,
    )


def _rate(entry: Entry) -> str:
    return "" if entry.rate is None else f"{entry.rate.normalize():f}"
