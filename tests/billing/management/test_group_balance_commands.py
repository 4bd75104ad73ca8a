"""Commands about the credits of groups."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import AuditEvent, Group, User
from billing.models import Balance, Transaction
from tests.factories.money import balances_on, purse
from tests.factories.rights import group

BOTH = pytest.mark.parametrize("command", ["add_balance", "set_balance"])


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def run_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


@pytest.fixture
def team(owner: User) -> Group:
    return group("Research", owner)


def test_a_group_is_given_credits_by_its_name_or_id(team: Group) -> None:
    with balances_on():
        told = run_json("add_balance", "--group", "Research", "250", "--reason", "A start")
        assert told == {"group": "Research", "before": 0, "after": 250, "is_new": True}
        assert "Research has 300 credits, 250 before." in run(
            "add_balance", "50", "--group", team.pk
        )
        assert run_json("set_balance", "--group", "Research", "7")["after"] == 7
    assert purse(team) == (7, 0, 0)
    first = AuditEvent.objects.filter(action="balance.added").earliest("sequence")
    assert (first.target_name, first.metadata["reason"]) == ("Research", "A start")


def test_what_is_left_out_is_asked_for(team: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n42\n"))
    with balances_on():
        assert "Research has 1000 credits" in run("add_balance", "--group", "Research")
        assert "Research has 42 credits" in run("set_balance", "--group", "Research")


@BOTH
def test_a_dry_run_changes_nothing(team: Group, command: str) -> None:
    with balances_on():
        told = run(command, "--group", "Research", "700", "--dry-run")
    assert told == "Would be: Research has 700 credits, 0 before."
    assert not Balance.objects.exists()
    assert not Transaction.objects.exists()


@BOTH
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--group", "Nobody", "5"], "no group Nobody"),
        (["--group", "Twins", "5"], "Several groups"),
        (["--group", "Research", "owner@example.org", "5"], "not both"),
        (["--group", "Research", "-5"], "Nothing was changed"),
        (["--group", "Research", "much"], "no whole number"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    team: Group, command: str, arguments: list[str], words: str
) -> None:
    for _twice in range(2):
        group("Twins")
    with balances_on(), pytest.raises(CommandError, match=words):
        run(command, *arguments)
    assert not Balance.objects.exists()


def test_balances_of_groups_are_listed_after_those_of_people(owner: User, team: Group) -> None:
    group("Empty")
    with balances_on():
        run("add_balance", owner.email, "5")
        run("add_balance", "--group", "Research", "250")
    people = {"email": "owner@example.org", "credits": 5, "held": 0, "debt": 0}
    groups = {"group": "Research", "credits": 250, "held": 0, "debt": 0}
    assert run_json("list_balances") == [people, groups]
    assert run_json("list_balances", "--group", "Research") == [groups]
    assert run("list_balances", "--group", "Empty") == "0 balances"
    with pytest.raises(CommandError, match="no group"):
        run("list_balances", "--group", "Nobody")


def test_transactions_of_a_group_are_listed_with_its_name(team: Group) -> None:
    with balances_on():
        run("add_balance", "--group", "Research", "250")
    [row] = run_json("list_transactions")
    assert (row["group"], row["email"], row["credits"]) == ("Research", "", 250)
