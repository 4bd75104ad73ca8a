"""The accounts of the ledger in the admin: what each has, and that all of it is nothing."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import Account, Entry
from billing.models.account import Kind
from billing.pricing.cost import TokenUsage
from billing.queries.books import trial_balance
from billing.queries.statistics import account_sums
from billing.services.adjustments import Order, balance_add
from billing.services.charging import hold_open, hold_settle
from tests.factories.money import balances_on, call_make
from tests.factories.rights import grant, group

PAGE = "/admin/billing/account/"


def spend(person: User, key: str, *, tokens: int = 100) -> None:
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(person, key), prompt_tokens=10, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(tokens))


@pytest.fixture
def looker(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def listed(looker: Client) -> dict[str, int]:
    """Return code of the account → what the list says it has."""
    page = looker.get(PAGE)
    assert page.status_code == 200
    return {row.code: row.total for row in page.context["cl"].result_list}


def test_every_account_has_the_sum_of_its_entries(
    looker: Client, owner: User, viewer: User
) -> None:
    spend(owner, "one")
    spend(viewer, "two", tokens=1500)  # costs more than they have: a debt
    hold = hold_open(call=call_make(owner, "free"), prompt_tokens=10, output_tokens=0)
    hold_settle(hold=hold, usage=TokenUsage(7))  # nobody's balance pays it
    team = group("Team", owner)
    with balances_on():
        balance_add(owner=team, amount=50, order=Order())
    assert listed(looker) == {
        "adjustment": -50,
        f"debt:{viewer.pk}": -500,
        "grants": -2000,
        f"group:{team.pk}": 50,
        "operator": -7,
        "revenue": 1607,
        f"user:{owner.pk}": 900,
        f"user:{viewer.pk}": 0,
    }
    assert account_sums() == [
        ("adjustment", 1, -50),
        ("debt", 1, -500),
        ("grants", 1, -2000),
        ("group", 1, 50),
        ("operator", 1, -7),
        ("revenue", 1, 1607),
        ("user", 2, 900),
    ]


def test_books_that_do_not_add_up_are_said_to(looker: Client, owner: User) -> None:
    spend(owner, "one")
    page = looker.get(PAGE)
    assert "The books add up." in page.content.decode()
    assert page.context["sums"] == [("Grants", 1, -1000), ("Revenue", 1, 100), ("User", 1, 900)]
    account = Account.objects.get(kind=Kind.REVENUE)
    booked = Entry.objects.filter(account=account).values_list("transaction", flat=True)[0]
    Entry.objects.bulk_create([Entry(transaction_id=booked, account=account, credits=3)])
    cache.clear()
    page = looker.get(PAGE)
    assert "The books are wrong: it must read 0." in page.content.decode()
    assert page.context["trial_balance"] == trial_balance() == 3


def test_an_empty_ledger_has_no_accounts(looker: Client) -> None:
    assert listed(looker) == {}
    assert account_sums() == []
    assert looker.get(PAGE).context["trial_balance"] == 0


def test_sums_are_read_once_a_minute_and_for_all_rows_at_once(
    looker: Client, owner: User, viewer: User, stranger: User
) -> None:
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as caught:
            listed(looker)
        return [one["sql"] for one in caught if "billing_entry" in one["sql"]]

    spend(owner, "one")
    assert len(asked()) == 2  # all kinds, and the rows of the page
    spend(viewer, "two")
    spend(stranger, "three")
    assert len(asked()) == 1
    rows = listed(looker)
    assert (rows[f"user:{stranger.pk}"], rows["revenue"]) == (900, 100)
    cache.clear()
    assert listed(looker)["revenue"] == 300


def test_the_accounts_are_for_who_may_read_the_books(client: Client, owner: User) -> None:
    grant(owner, "access:admin", "read:usage")
    client.force_login(owner)
    assert client.get(PAGE).status_code == 403
    grant(owner, "read:billing")
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}add/").status_code == 403
