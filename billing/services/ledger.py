"""The one place that writes transactions and entries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from billing.errors import UnbalancedError
from billing.models import Account, Entry, Transaction
from billing.models.account import OWNED, Kind, Owner
from billing.models.transaction import TokenType


@dataclass(frozen=True, slots=True)
class Line:
    """One entry to be: credits into (or, negative, out of) the account of a kind."""

    kind: Kind
    credits: int
    token_type: TokenType = TokenType.CREDITS
    rate: Decimal | None = None
    raw_amount: int = 0
    # input, cache write, cache read: the classes of a prompt
    classes: tuple[int, int, int] = (0, 0, 0)


def transaction_book(header: Transaction, *, lines: Sequence[Line]) -> Transaction:
    """Write a transaction with its entries; a key that is taken refuses the whole.

    Raises:
        UnbalancedError: the lines do not add up to zero.
        IntegrityError: the key was booked before.
    """
    left_over = sum(line.credits for line in lines)
    if left_over:
        raise UnbalancedError("The entries do not add up to zero.", left_over=left_over)
    with transaction.atomic(savepoint=False):
        ids = _account_ids(header.owner, kinds={line.kind for line in lines})
        header.save()
        Entry.objects.bulk_create(
            Entry(
                transaction=header,
                account_id=ids[line.kind],
                credits=line.credits,
                token_type=line.token_type,
                rate=line.rate,
                raw_amount=line.raw_amount,
                input_tokens=line.classes[0],
                write_tokens=line.classes[1],
                read_tokens=line.classes[2],
            )
            for line in lines
        )
    return header


def account_code(kind: Kind, owner: Owner | None) -> str:
    """Return the code of the account: owners have their own, the house has one per kind."""
    return f"{kind.value}:{owner.id}" if owner and kind in OWNED else kind.value


def _account_ids(owner: Owner | None, *, kinds: Iterable[Kind]) -> dict[Kind, str]:
    codes = {account_code(kind, owner): kind for kind in kinds}
    known = _ids_by_code(codes)
    missing = [code for code in codes if code not in known]
    if missing:
        Account.objects.bulk_create(
            [
                Account(
                    code=code, kind=codes[code], **(owner.column if owner and ":" in code else {})
                )
                for code in missing
            ],
            ignore_conflicts=True,  # somebody else may open the same account right now
        )
        known = _ids_by_code(codes)
    return {kind: known[code] for code, kind in codes.items()}


def _ids_by_code(codes: Iterable[str]) -> dict[str, str]:
    return dict(Account.objects.filter(code__in=list(codes)).values_list("code", "id"))
