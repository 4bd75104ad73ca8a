"""Credits of groups in the admin: given, changed and taken away by who may; the ways to them."""

import csv
import io
import re

import pytest
from django.test import Client

from accounts.models import AuditEvent, Grant, Group, User
from billing.models import Balance, Transaction
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check
from billing.services.adjustments import Order, balance_set
from billing.services.balances import balance_ensure
from billing.services.charging import hold_open, hold_settle
from tests.factories.money import balances_on, call_make, purse
from tests.factories.people import PASSWORD, person
from tests.factories.rights import grant, group

BALANCES, LEDGER = "/admin/billing/balance/", "/admin/billing/transaction/"
GIVEN = {"group": "Research", "amount": "700", "reason": "A start"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def keeper(admin: User) -> Client:
    return signed_in(admin)


@pytest.fixture
def clerk(db: None) -> Client:
    """Somebody who manages money, and nothing else."""
    somebody = person("clerk@example.org")
    grant(somebody, "access:admin", "manage:billing", "read:groups")
    return signed_in(somebody)


@pytest.fixture
def team(owner: User) -> Group:
    return group("Research", owner)


@pytest.fixture(autouse=True)
def _balances(db: None) -> object:
    with balances_on(startBalance=100):
        yield


def endow(team: Group, amount: int) -> Balance:
    balance_set(owner=team, amount=amount, order=Order())
    return Balance.objects.get(group=team)


def spend(user: User, team: Group, tokens: int = 40) -> None:
    call = call_make(user, f"call-{tokens}", team=team)
    hold_settle(
        hold=hold_open(call=call, prompt_tokens=tokens, output_tokens=0), usage=TokenUsage(tokens)
    )


def send(client: Client, action: str, *rows: Balance, **given: str) -> str:
    body = {"confirmed": "yes", "reason": "Because", "submission": "a" * 24, "action": action}
    chosen = {"_selected_action": [row.pk for row in rows]}
    return client.post(BALANCES, {**body, **chosen, **given}, follow=True).content.decode()


def test_a_group_is_given_a_balance_with_a_reason(keeper: Client, admin: User, team: Group) -> None:
    assert keeper.get(f"{BALANCES}add/?group={team.pk}").status_code == 200
    assert keeper.post(f"{BALANCES}add/", GIVEN).status_code == 302
    assert purse(team) == (700, 0, 0)
    event = AuditEvent.objects.get(action="balance.set")
    assert (event.actor_id, event.target_id) == (admin.pk, team.pk)
    assert event.metadata["reason"] == "A start"
    assert ledger_check() == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"group": "Nobody"}, "There is no group Nobody"),
        ({"group": "Twins"}, "Several groups"),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"amount": "9" * 30}, "less than or equal"),
        ({"reason": ""}, "required"),
    ],
)
def test_what_makes_no_sense_gives_no_balance(
    keeper: Client, team: Group, wrong: dict[str, str], words: str
) -> None:
    for _twice in range(2):
        group("Twins")
    answer = keeper.post(f"{BALANCES}add/", GIVEN | wrong)
    assert words in answer.content.decode()
    assert not Balance.objects.exists()


def test_a_second_balance_is_refused_and_says_where_to_add(keeper: Client, team: Group) -> None:
    endow(team, 5)
    answer = keeper.post(f"{BALANCES}add/", GIVEN)
    assert "add to it in the list" in answer.content.decode()
    assert purse(team) == (5, 0, 0)


def test_while_balances_are_off_a_group_gets_none(keeper: Client, team: Group) -> None:
    with balances_on(enabled=False):
        answer = keeper.post(f"{BALANCES}add/", GIVEN)
    assert "switch on balance.enabled" in answer.content.decode()
    assert not Balance.objects.exists()


def test_who_may_only_look_gives_no_group_a_balance(stranger: User, team: Group) -> None:
    grant(stranger, "access:admin", "read:billing")
    looker = signed_in(stranger)
    assert looker.post(f"{BALANCES}add/", GIVEN).status_code == 403
    row = endow(team, 5)
    send(looker, "close_balance", row)
    assert purse(team) == (5, 0, 0)


def test_groups_are_added_to_set_and_closed_beside_people(
    keeper: Client, owner: User, team: Group
) -> None:
    rows = [endow(team, 10), balance_ensure(user=owner)]
    send(keeper, "add_credits", *rows, amount="5")
    assert (purse(team), purse(owner)) == ((15, 0, 0), (105, 0, 0))
    send(keeper, "set_credits", *rows, amount="7", submission="b" * 24)
    assert (purse(team), purse(owner)) == ((7, 0, 0), (7, 0, 0))
    told = send(keeper, "close_balance", *rows, submission="c" * 24)
    assert "Only the balance of a group can be taken away." in told
    assert not Balance.objects.filter(group=team).exists()
    assert purse(owner) == (7, 0, 0)
    assert ledger_check() == []


def test_balances_of_people_who_may_do_more_stay_as_they_are(
    clerk: Client, admin: User, owner: User
) -> None:
    """Otherwise who manages money could empty the balance of who manages them."""
    rows = [balance_ensure(user=admin), balance_ensure(user=owner)]
    told = send(clerk, "set_credits", *rows, amount="1")
    assert "admin@example.org" in told
    assert "This person may do what you may not." in told
    assert (purse(admin), purse(owner)) == ((100, 0, 0), (1, 0, 0))
    send(clerk, "add_credits", *rows, amount="3", submission="b" * 24)
    assert (purse(admin), purse(owner)) == ((100, 0, 0), (4, 0, 0))


def test_balances_of_groups_that_bring_more_stay_as_they_are(clerk: Client, team: Group) -> None:
    row = endow(team, 10)
    strong = Grant.objects.create(
        principal_type="group", principal_id=team.pk, capability="manage:users"
    )
    for action in ("add_credits", "set_credits", "close_balance"):
        told = send(clerk, action, row, amount="1")
        assert "It brings capabilities that you do not have yourself." in told
        assert purse(team) == (10, 0, 0)
    strong.delete()
    send(clerk, "set_credits", row, amount="1")
    assert purse(team) == (1, 0, 0)


def test_a_group_that_brings_more_is_not_given_its_first_credits(
    clerk: Client, team: Group
) -> None:
    Grant.objects.create(principal_type="group", principal_id=team.pk, capability="manage:users")
    assert clerk.post(f"{BALANCES}add/", GIVEN).status_code == 403
    assert not Balance.objects.exists()


def test_the_list_tells_groups_from_people_and_says_what_they_spent(
    keeper: Client, owner: User, team: Group
) -> None:
    endow(team, 500)
    balance_ensure(user=owner)
    spend(owner, team, 40)
    groups = keeper.get(f"{BALANCES}?owner=group").content.decode()
    assert re.search(r"field-spent[^>]*>\s*40\s*<", groups)
    assert "Research" in groups
    assert "owner@example.org" not in groups
    people = keeper.get(f"{BALANCES}?owner=user").content.decode()
    assert "owner@example.org" in people
    assert f"?group={team.pk}" not in people
    assert "Research" in keeper.get(f"{BALANCES}?q=resear").content.decode()
    assert keeper.get(f"{BALANCES}?owner=nonsense").status_code == 200


def test_the_ledger_is_filtered_and_searched_by_group(
    keeper: Client, owner: User, team: Group
) -> None:
    endow(team, 500)
    balance_ensure(user=owner)
    spend(owner, team, 40)
    [link] = re.findall(
        r'href="(/admin/billing/transaction/\?group=[0-9a-f]{24})"',
        keeper.get(f"{BALANCES}?owner=group").content.decode(),
    )
    for address in (link, f"{LEDGER}?q=resear"):
        page = keeper.get(address)
        keys = {row.key for row in page.context["cl"].result_list}
        assert len(keys) == 2
        assert "call:call-40" in keys
        assert re.search(r"field-personal_credits[^>]*>\s*-40\s*<", page.content.decode())
    listed = keeper.get(LEDGER).content.decode()
    assert f'<a href="?group={team.pk}" title="Research"' in listed


def test_an_export_of_the_ledger_names_the_group(admin: User, owner: User, team: Group) -> None:
    endow(team, 500)
    chosen = list(Transaction.objects.values_list("pk", flat=True))
    client = Client()
    client.post("/login", {"email": admin.email, "password": PASSWORD})  # a fresh proof
    answer = client.post(LEDGER, {"action": "export", "_selected_action": chosen})
    [row] = csv.DictReader(io.StringIO(answer.content.decode(), newline=""))
    assert (row["group__name"], row["user__email"], row["personal_credits"]) == (
        "Research",
        "",
        "500",
    )


def test_the_page_of_a_group_says_what_it_has_and_leads_there(keeper: Client, team: Group) -> None:
    page = f"/admin/accounts/group/{team.pk}/change/"
    before = keeper.get(page).content.decode()
    assert "the operator pays for its keys" in before
    assert f"{BALANCES}add/?group={team.pk}" in before
    row = endow(team, 2_500_000)
    after = keeper.get(page).content.decode()
    assert "2.50" in after
    assert f"{BALANCES}{row.pk}/change/" in after
    assert f"{LEDGER}?group={team.pk}" in after


def test_who_may_not_see_money_sees_none_on_the_page_of_a_group(
    stranger: User, team: Group
) -> None:
    grant(stranger, "access:admin", "manage:groups")
    text = signed_in(stranger).get(f"/admin/accounts/group/{team.pk}/change/").content.decode()
    assert "Research" in text
    assert BALANCES not in text


def test_what_a_group_paid_moves_nothing_on_the_page_of_who_called(
    keeper: Client, owner: User, team: Group
) -> None:
    endow(team, 500)
    balance_ensure(user=owner)
    spend(owner, team, 40)
    text = keeper.get(f"/admin/accounts/user/{owner.pk}/tab/ledger/").content.decode()
    assert "custom" in text
    assert not re.search(r">\s*-40\s*<", text)


def test_a_group_with_a_balance_is_not_deleted(keeper: Client, team: Group) -> None:
    row = endow(team, 10)
    page = f"/admin/accounts/group/{team.pk}/delete/"
    text = keeper.get(page).content.decode()
    assert "protected related objects" in text
    assert "Research: 10" in text
    keeper.post(page, {"post": "yes"})
    assert Group.objects.filter(pk=team.pk).exists()
    send(keeper, "close_balance", row)
    assert keeper.post(page, {"post": "yes"}).status_code == 302
    assert not Group.objects.filter(pk=team.pk).exists()
    assert ledger_check() == []
