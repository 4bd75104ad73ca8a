"""Whose a balance and an account can be; what does not agree is found."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Group, User
from billing.models import Account, Balance
from billing.queries.books import ledger_check
from billing.services.adjustments import Order, balance_add
from billing.services.charging import hold_open
from tests.factories.money import balances_on, call_make
from tests.factories.rights import group

ORDER = Order(reason="Because", key="form-1")


@pytest.fixture
def team(owner: User) -> Group:
    return group("Research", owner)


@pytest.mark.parametrize("wrong", ["nobody", "both"])
def test_the_database_refuses_a_balance_of_nobody_and_of_two(
    owner: User, team: Group, wrong: str
) -> None:
    owners = {} if wrong == "nobody" else {"user": owner, "group": team}
    with pytest.raises(IntegrityError), transaction.atomic():
        Balance.objects.create(**owners)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("user", ["group"]), ("group", ["user"]), ("revenue", ["group"]), ("debt", ["user", "group"])],
)
def test_the_database_refuses_an_account_whose_owner_does_not_fit(
    owner: User, team: Group, kind: str, fields: list[str]
) -> None:
    owners = {"user": owner, "group": team}
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(code="x:1", kind=kind, **{name: owners[name] for name in fields})


@pytest.mark.parametrize("field", ["credits", "debt_credits", "held_credits"])
def test_the_check_of_the_books_finds_a_groups_balance_that_is_wrong(
    owner: User, team: Group, field: str
) -> None:
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        hold_open(call=call_make(owner, team=team), prompt_tokens=30, output_tokens=0)
    Balance.objects.filter(group=team).update(**{field: 31})
    [fault] = ledger_check()
    assert fault.startswith(f"Balance of {team.pk}: ")
