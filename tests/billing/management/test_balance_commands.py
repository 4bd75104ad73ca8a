"""Commands about balances: LibreChat's arguments, questions for what is left out, dry runs."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import AuditEvent, User
from billing.models import Balance, Transaction
from billing.pricing.cost import TokenUsage
from billing.services.charging import hold_open, hold_settle
from tests.factories.money import balances_on, call_make, purse

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def run_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def type_in(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in answers)))


def test_credits_are_added(owner: User) -> None:
    with balances_on(startBalance=500):
        told = run_json("add_balance", "Owner@example.org", "250", "--reason", "Sorry")
    assert told == {"email": "owner@example.org", "before": 500, "after": 750, "is_new": True}
    assert purse(owner) == (750, 0, 0)
    assert AuditEvent.objects.get(action="balance.added").metadata["reason"] == "Sorry"


@pytest.mark.parametrize("typed", ["", "0"])
def test_a_thousand_credits_are_added_when_no_amount_is_typed(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
) -> None:
    type_in(monkeypatch, "owner@example.org", typed)
    with balances_on():
        assert "owner@example.org has 1000 credits, 0 before." in run("add_balance")
    assert purse(owner) == (1000, 0, 0)


def test_a_balance_is_set_and_made_for_it(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "owner@example.org", "42")
    with balances_on(startBalance=500):
        run("set_balance")
        assert purse(owner) == (42, 0, 0)
        assert run_json("set_balance", owner.email, "0")["after"] == 0
    assert purse(owner) == (0, 0, 0)


@pytest.mark.parametrize("command", ["add_balance", "set_balance"])
def test_a_dry_run_says_what_would_be_and_changes_nothing(owner: User, command: str) -> None:
    with balances_on(startBalance=500):
        told = run(command, owner.email, "700", "--dry-run")
    assert told.startswith("Would be: owner@example.org has ")
    assert not Balance.objects.exists()
    assert not Transaction.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("command", ["add_balance", "set_balance"])
@pytest.mark.parametrize(
    ("email", "amount"),
    [
        ("owner@example.org", "-5"),
        ("owner@example.org", "12.5"),
        ("owner@example.org", "much"),
        ("owner@example.org", "9" * 40),
        ("nobody@example.org", "5"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    owner: User,
    command: str,
    email: str,
    amount: str,
) -> None:
    with balances_on(startBalance=500), pytest.raises(CommandError, match="Nothing was changed"):
        run(command, email, amount)
    assert not Balance.objects.exists()


@pytest.mark.parametrize("command", ["add_balance", "set_balance"])
def test_no_balance_is_changed_while_balances_are_off(owner: User, command: str) -> None:
    with pytest.raises(CommandError, match="Balances are off"):
        run(command, owner.email, "5")
    assert not Balance.objects.exists()


def test_balances_are_listed(owner: User, viewer: User) -> None:
    with balances_on(startBalance=500):
        run("add_balance", viewer.email, "1")
        hold = hold_open(call=call_make(owner), prompt_tokens=100, output_tokens=0)
        assert run_json("list_balances") == [
            {"email": "owner@example.org", "credits": 500, "held": 100, "debt": 0},
            {"email": "viewer@example.org", "credits": 501, "held": 0, "debt": 0},
        ]
        hold_settle(hold=hold, usage=TokenUsage(600))
    assert run("list_balances").splitlines()[0] == "owner@example.org\t0\t0\t100"
    assert run("list_balances").endswith("2 balances")


def test_transactions_are_listed_newest_first(owner: User, viewer: User) -> None:
    with balances_on(startBalance=500):
        for user in (owner, viewer):
            hold = hold_open(call=call_make(user, user.name), prompt_tokens=9, output_tokens=0)
            hold_settle(hold=hold, usage=TokenUsage(9, is_estimated=True))
    rows = run_json("list_transactions")
    assert [(row["email"], row["context"], row["credits"]) for row in rows] == [
        ("viewer@example.org", "message", -9),
        ("viewer@example.org", "start", 500),
        ("owner@example.org", "message", -9),
        ("owner@example.org", "start", 500),
    ]
    assert rows[0]["estimated"] is True
    assert len(run_json("list_transactions", "viewer@example.org")) == 2
    assert len(run_json("list_transactions", "--limit", "3")) == 3
    assert run("list_transactions", "--to", "2001-01-01") == "0 transactions"
    assert run("list_transactions", "--from", "2001-01-01").endswith("4 transactions")
    with pytest.raises(CommandError, match="no day"):
        run("list_transactions", "--from", "yesterday")
    with pytest.raises(CommandError, match="no account"):
        run("list_transactions", "nobody@example.org")
