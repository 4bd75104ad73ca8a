"""The ledger cannot be changed through the ORM."""

from collections.abc import Callable

import pytest
from django.db import transaction

from accounts.models import User
from billing.errors import AppendOnlyError
from billing.models import Account, Entry, Transaction
from billing.models.account import Kind
from billing.services.ledger import Line, transaction_book


@pytest.fixture
def booked(owner: User) -> Transaction:
    return transaction_book(
        Transaction(key="one", user=owner, context="admin"),
        lines=[Line(Kind.USER, 100), Line(Kind.GRANTS, -100)],
    )


def copy_of(entry: Entry) -> Entry:
    return Entry(
        id=entry.id,
        transaction_id=entry.transaction_id,
        account_id=entry.account_id,
        credits=1,
    )


ATTEMPTS: dict[str, Callable[[Entry], object]] = {
    "save": lambda entry: entry.save(),
    "save fields": lambda entry: copy_of(entry).save(update_fields=["credits"]),
    "force an update": lambda entry: copy_of(entry).save(force_update=True),
    "delete": lambda entry: entry.delete(),
    "update many": lambda entry: Entry.objects.update(credits=1),
    "bulk update": lambda entry: Entry.objects.bulk_update([entry], ["credits"]),
    "delete many": lambda entry: Entry.objects.all().delete(),
    "delete related": lambda entry: entry.transaction.entries.all().delete(),
    "insert over": lambda entry: Entry.objects.bulk_create(
        [copy_of(entry)],
        update_conflicts=True,
        update_fields=["credits"],
        unique_fields=["id"],
    ),
    "insert and forget": lambda entry: Entry.objects.bulk_create(
        [copy_of(entry)],
        ignore_conflicts=True,
    ),
    "get or update": lambda entry: Entry.objects.update_or_create(
        pk=entry.pk,
        defaults={"credits": 1},
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_an_entry_stays_as_it_was_booked(
    booked: Transaction,
    attempt: Callable[[Entry], object],
) -> None:
    before = list(Entry.objects.order_by("id").values())
    with pytest.raises(AppendOnlyError), transaction.atomic():
        attempt(Entry.objects.get(credits=100))
    assert list(Entry.objects.order_by("id").values()) == before


def test_a_transaction_stays_as_it_was_booked(booked: Transaction) -> None:
    booked.context = "message"
    with pytest.raises(AppendOnlyError):
        booked.save()
    with pytest.raises(AppendOnlyError):
        Transaction.objects.filter(pk=booked.pk).update(context="message")
    with pytest.raises(AppendOnlyError):
        booked.delete()
    assert Transaction.objects.get().context == "admin"


def test_rows_say_what_they_are(booked: Transaction, owner: User) -> None:
    assert str(booked) == "one"
    assert sorted(map(str, Entry.objects.all())) == ["-100 credits", "100 credits"]
    assert sorted(map(str, Account.objects.all())) == ["grants", f"user:{owner.pk}"]


def test_people_see_their_own_transactions_with_what_they_did(
    booked: Transaction,
    owner: User,
    stranger: User,
) -> None:
    assert [
        row.personal_credits for row in Transaction.objects.visible_to(owner).with_credits()
    ] == [
        100,
    ]
    assert not Transaction.objects.visible_to(stranger).exists()
