"""The ledger's admin pages: looked at, never edited, flat in queries."""

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import Balance, Hold, Transaction
from billing.pricing.cost import TokenUsage
from billing.services.charging import hold_open, hold_settle
from tests.factories.money import balances_on, call_make

TABLES = ["balance", "transaction", "hold"]


def spend(person: User, key: str) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(person, key), prompt_tokens=100, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(100))


@pytest.fixture
def looker(admin: User, owner: User) -> Client:
    spend(owner, "one")
    client = Client()
    client.force_login(admin)
    return client


@pytest.mark.parametrize("table", TABLES)
def test_a_list_needs_as_many_queries_for_many_rows_as_for_one(
    looker: Client,
    viewer: User,
    stranger: User,
    table: str,
) -> None:
    address = f"/admin/billing/{table}/"
    assert looker.get(address).status_code == 200
    with CaptureQueriesContext(connection) as few:
        looker.get(address)
    for number, person in enumerate((viewer, stranger, viewer, stranger)):
        spend(person, f"more-{number}")
    with CaptureQueriesContext(connection) as many:
        answer = looker.get(address)
    assert len(many) == len(few)
    assert b"stranger@example.org" in answer.content


@pytest.mark.parametrize("table", TABLES)
def test_nothing_can_be_added_changed_or_deleted(looker: Client, table: str) -> None:
    rows: dict[str, Model | None] = {
        "balance": Balance.objects.first(),
        "transaction": Transaction.objects.first(),
        "hold": Hold.objects.first(),
    }
    row = rows[table]
    assert row is not None
    address = f"/admin/billing/{table}/{row.pk}"
    assert looker.get(f"{address}/change/").status_code == 200
    assert looker.post(f"{address}/change/", {"credits": 1}).status_code == 403
    assert looker.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    # Groups are given balances there; people get theirs by themselves.
    assert looker.get(f"/admin/billing/{table}/add/").status_code == (
        200 if table == "balance" else 403
    )


def test_a_transaction_shows_its_entries(looker: Client, owner: User) -> None:
    booked = Transaction.objects.get(key="call:one")
    text = looker.get(f"/admin/billing/transaction/{booked.pk}/change/").content.decode()
    assert f"user:{owner.pk}" in text
    assert "revenue" in text
    listed = looker.get("/admin/billing/transaction/").content.decode()
    assert "-100" in listed


def test_a_person_without_the_role_sees_none_of_it(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get("/admin/billing/balance/").status_code == 302


def test_the_ledger_is_searched_by_person_model_and_whole_ids(looker: Client, viewer: User) -> None:
    spend(viewer, "two")
    row = Transaction.objects.get(user=viewer, model="plain")

    def found(word: str) -> set[str]:
        page = looker.get("/admin/billing/transaction/", {"q": word})
        return {one.key for one in page.context["cl"].result_list}

    everything = set(Transaction.objects.values_list("key", flat=True))
    calls = {key for key in everything if key.startswith("call:")}
    assert found("viewer@") == {row.key, f"start:{viewer.pk}"}
    assert found(row.key) == {row.key}
    assert found(row.message_id) == found("PLAI") == calls
    assert found("viewer@ plain") == {row.key}
    assert found(row.message_id[:-1]) == found("nobody") == set()


def test_the_ledger_offers_who_answered(looker: Client) -> None:
    page = looker.get("/admin/billing/transaction/")
    assert "endpoint=custom" in page.content.decode()
    chosen = looker.get("/admin/billing/transaction/", {"endpoint": "other"})
    assert list(chosen.context["cl"].result_list) == []
