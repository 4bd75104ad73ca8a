"""The one writer of the ledger."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from billing.errors import UnbalancedError
from billing.models import Account, Entry, Transaction
from billing.models.account import Kind
from billing.models.transaction import TokenType
from billing.queries.books import trial_balance
from billing.services.ledger import Line, transaction_book

GRANT = [Line(Kind.USER, 100, raw_amount=100), Line(Kind.GRANTS, -100, raw_amount=-100)]


def test_a_transaction_is_booked_with_its_entries(owner: User) -> None:
    header = Transaction(key="one", user=owner, context="admin")
    lines = [
        Line(
            Kind.USER,
            -7,
            TokenType.PROMPT,
            rate=Decimal("0.7"),
            raw_amount=-10,
            classes=(5, 3, 2),
        ),
        Line(Kind.REVENUE, 7),
    ]
    transaction_book(header, lines=lines)
    entry = Entry.objects.get(token_type="prompt")
    assert entry.account.code == f"user:{owner.pk}"
    assert entry.account.user == owner
    assert (entry.credits, entry.rate, entry.raw_amount) == (-7, Decimal("0.7"), -10)
    assert (entry.input_tokens, entry.write_tokens, entry.read_tokens) == (5, 3, 2)
    house = Account.objects.get(code="revenue")
    assert (house.kind, house.user) == ("revenue", None)
    assert trial_balance() == 0


def test_lines_that_do_not_add_up_are_refused_and_nothing_is_written(owner: User) -> None:
    with pytest.raises(UnbalancedError) as refused:
        transaction_book(
            Transaction(key="one", user=owner, context="admin"),
            lines=[Line(Kind.USER, 100), Line(Kind.GRANTS, -99)],
        )
    assert refused.value.data == {"left_over": 1}
    assert not Transaction.objects.exists()
    assert not Account.objects.exists()


def test_a_key_is_booked_once(owner: User) -> None:
    transaction_book(Transaction(key="one", user=owner, context="admin"), lines=GRANT)
    with pytest.raises(IntegrityError), transaction.atomic():
        transaction_book(Transaction(key="one", user=owner, context="admin"), lines=GRANT)
    assert Entry.objects.count() == 2


def test_accounts_are_opened_once_and_shared(owner: User, viewer: User) -> None:
    for number, person in enumerate((owner, viewer, owner)):
        header = Transaction(key=f"grant-{number}", user=person, context="admin")
        transaction_book(header, lines=GRANT)
    assert sorted(Account.objects.values_list("code", flat=True)) == sorted(
        [f"user:{owner.pk}", f"user:{viewer.pk}", "grants"],
    )


def test_the_books_outlive_the_person(owner: User) -> None:
    transaction_book(Transaction(key="one", user=owner, context="admin"), lines=GRANT)
    owner.delete()
    assert Transaction.objects.get().user is None
    assert Account.objects.get(kind="user").user is None
    assert trial_balance() == 0
