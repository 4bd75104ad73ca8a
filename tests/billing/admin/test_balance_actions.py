"""Balances changed in the admin: asked for, on record, once per page; the ledger beside them."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AuditEvent, Grant, User
from billing.models import Balance, Transaction, UsageDay
from billing.pricing.cost import TokenUsage
from billing.queries.books import trial_balance
from billing.services.balances import balance_ensure
from billing.services.charging import hold_open, hold_settle
from librechat.kernel import clock
from tests.factories.money import balances_on, call_make, purse
from tests.factories.people import PASSWORD

BALANCES, LEDGER, ACCOUNTS = (
    f"/admin/billing/{name}/" for name in ("balance", "transaction", "account")
)


def client_of(user: User) -> Client:
    client = Client()
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return client


@pytest.fixture
def keeper(admin: User) -> Client:
    return client_of(admin)


@pytest.fixture(autouse=True)
def _balances(db: None) -> object:
    with balances_on(startBalance=100):
        yield


def body_of(action: str, *users: User, **given: str) -> dict[str, object]:
    chosen = [balance_ensure(user=user).pk for user in users]
    return {"action": action, "_selected_action": chosen, **given}


def ask(client: Client, action: str, *users: User) -> str:
    """Open the page that asks; return what names it."""
    answer = client.post(BALANCES, body_of(action, *users))
    found = re.search(r'name="submission" value="([0-9a-f]{24})"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def send(client: Client, action: str, *users: User, **given: str) -> str:
    given = {"confirmed": "yes", "reason": "Because", "submission": "a" * 24, **given}
    answer = client.post(BALANCES, body_of(action, *users, **given), follow=True)
    return answer.content.decode()


def test_credits_are_added_to_several_people_once_per_page(
    keeper: Client,
    admin: User,
    owner: User,
    viewer: User,
) -> None:
    submission = ask(keeper, "add_credits", owner, viewer)
    assert purse(owner) == (100, 0, 0)
    for _again in range(2):
        send(keeper, "add_credits", owner, viewer, amount="50", submission=submission)
    assert (purse(owner), purse(viewer)) == ((150, 0, 0), (150, 0, 0))
    events = AuditEvent.objects.filter(action="balance.added")
    assert {(event.actor_id, event.metadata["reason"]) for event in events} == {
        (admin.pk, "Because"),
    }
    assert events.count() == 2
    assert trial_balance() == 0


def test_a_second_submission_says_so(keeper: Client, owner: User) -> None:
    send(keeper, "set_credits", owner, amount="7")
    assert purse(owner) == (7, 0, 0)
    assert "this was done before" in send(keeper, "set_credits", owner, amount="9")
    send(keeper, "add_credits", owner, amount="3", submission="b" * 24)
    assert "this was done before" in send(
        keeper, "add_credits", owner, amount="3", submission="b" * 24
    )
    assert purse(owner) == (10, 0, 0)


@pytest.mark.parametrize("amount", ["-1", "", "much", "1.5", "9" * 30])
@pytest.mark.parametrize("action", ["add_credits", "set_credits"])
def test_an_absurd_amount_changes_nothing(
    keeper: Client,
    owner: User,
    action: str,
    amount: str,
) -> None:
    send(keeper, action, owner, amount=amount)
    assert purse(owner) == (100, 0, 0)
    assert not AuditEvent.objects.filter(category="billing").exists()


def test_nothing_is_added_for_nothing_and_without_a_reason(keeper: Client, owner: User) -> None:
    send(keeper, "add_credits", owner, amount="0")
    send(keeper, "add_credits", owner, amount="5", reason="")
    assert purse(owner) == (100, 0, 0)


def test_who_may_only_look_changes_nothing(stranger: User, owner: User) -> None:
    for capability in ("access:admin", "read:billing"):
        Grant.objects.create(principal_type="user", principal_id=stranger.pk, capability=capability)
    looker = client_of(stranger)
    send(looker, "add_credits", owner, amount="50")
    assert purse(owner) == (100, 0, 0)
    text = looker.get(BALANCES).content.decode()
    assert "owner@example.org" in text
    assert "Add credits" not in text


def spend(user: User, key: str, tokens: int = 40) -> None:
    hold = hold_open(call=call_make(user, key), prompt_tokens=tokens, output_tokens=0)
    hold_settle(hold=hold, usage=TokenUsage(tokens))


def test_the_list_leads_to_the_ledger_and_says_what_was_spent(
    keeper: Client,
    owner: User,
    viewer: User,
) -> None:
    spend(owner, "one")
    spend(viewer, "two", tokens=30)
    text = keeper.get(BALANCES).content.decode()
    assert re.search(r"field-spent[^>]*>\s*40\s*<", text)
    assert re.search(r"field-spent[^>]*>\s*30\s*<", text)
    [link] = re.findall(rf'href="([^"]+user__id__exact={owner.pk})"', text)
    ledger = keeper.get(link.replace("&amp;", "&")).content.decode()
    assert "owner@example.org" in ledger
    assert "viewer@example.org" not in ledger
    assert re.search(r"field-personal_credits[^>]*>\s*-40\s*<", ledger)


def test_transactions_are_filtered_by_kind_and_taken_along(keeper: Client, owner: User) -> None:
    spend(owner, "one")
    send(keeper, "add_credits", owner, amount="5")
    counts = {"calls": 1, "grants": 1, "admin": 1, "nonsense": 3}
    for kind, count in counts.items():
        text = keeper.get(f"{LEDGER}?kind={kind}").content.decode()
        assert text.count("field-created_at") == count, kind
    UsageDay.objects.create(starts_at=clock.now(), endpoint="custom")
    assert keeper.get(f"{LEDGER}?endpoint=custom").content.count(b"field-created_at") == 1
    chosen = list(Transaction.objects.values_list("pk", flat=True))
    answer = keeper.post(LEDGER, {"action": "export", "_selected_action": chosen})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert [(row["context"], row["personal_credits"]) for row in rows] == [
        ("admin", "5"),
        ("message", "-40"),
        ("start", "100"),
    ]


def test_taking_transactions_along_is_on_record_and_wants_a_fresh_proof(
    keeper: Client, owner: User, admin: User
) -> None:
    spend(owner, "one")
    chosen = list(Transaction.objects.values_list("pk", flat=True))
    body = {"action": "export", "_selected_action": chosen}
    assert keeper.post(LEDGER, body)["Content-Type"].startswith("text/csv")
    assert AuditEvent.objects.get(action="transactions.exported").actor_id == admin.pk
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    assert keeper.post(LEDGER, body)["Location"].startswith("/settings/confirm")
    assert AuditEvent.objects.filter(action="transactions.exported").count() == 1


def test_no_cell_of_the_ledger_is_a_formula(keeper: Client, owner: User) -> None:
    call = call_make(owner, model="=1+1", endpoint_rates={"=1+1": {"prompt": 1, "completion": 1}})
    hold_settle(hold=hold_open(call=call, prompt_tokens=1, output_tokens=0), usage=TokenUsage(1))
    chosen = list(Transaction.objects.values_list("pk", flat=True))
    answer = keeper.post(LEDGER, {"action": "export", "_selected_action": chosen})
    assert b"'=1+1" in answer.content
    assert b",=1+1" not in answer.content


def test_accounts_show_their_sums_and_the_trial_balance(keeper: Client, owner: User) -> None:
    spend(owner, "one")
    text = keeper.get(ACCOUNTS).content.decode()
    assert "The books add up." in text
    assert re.search(rf"user:{owner.pk}", text)
    assert re.search(r"field-sum_of_entries[^>]*>\s*60\s*<", text)
    Balance.objects.all().delete()
    assert keeper.get(ACCOUNTS).status_code == 200
