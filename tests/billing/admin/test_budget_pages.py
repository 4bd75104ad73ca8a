"""Budgets and the queue of requests in the admin."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Grant, User
from billing.models import Balance, Budget, BudgetRequest
from billing.pricing.cost import TokenUsage
from billing.services.budget_requests import budget_request_open
from billing.services.charging import hold_settle
from tests.factories.budgets import budget_make, opened
from tests.factories.money import balances_on, purse
from tests.factories.rights import grant

LIST, ADD = "/admin/billing/budget/", "/admin/billing/budget/add/"
QUEUE = "/admin/billing/budgetrequest/"
GIVEN = {
    "name": "Team in March",
    "scope": "user",
    "scope_id": "owner@example.org",
    "period": "month",
    "measure": "tokens",
    "limit": "500",
    "behaviour": "block",
    "is_active": "on",
}


ANSWERS = [
    ("raise_limit", {"amount": "40", "answer": "For good."}),
    ("grant_once", {"amount": "40", "answer": "This month."}),
    ("grant_credits", {"amount": "40", "answer": "Here."}),
    ("decline", {"answer": "Sorry."}),
]


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def last_act() -> tuple[str, str]:
    event = AuditEvent.objects.latest("sequence")
    return event.action, event.target_name


def test_a_rule_is_made_by_the_service_and_recorded(desk: Client, owner: User) -> None:
    assert desk.post(ADD, GIVEN).status_code == 302
    budget = Budget.objects.get()
    assert (budget.scope, budget.scope_id, budget.limit) == ("user", owner.pk, 500)
    assert last_act() == ("budget.added", "Team in March")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scope_id": "nobody@example.org"}, "There is nobody by this name."),
        ({"scope": "agent", "scope_id": ""}, "Name the agent or the key by its id."),
        ({"limit": "-1"}, "greater than or equal to 0"),
        ({"scope": "self"}, "is not one of the available choices"),
        ({"period": "rolling"}, "A rolling period needs its hours."),
        ({"behaviour": "cheaper"}, "Name the cheaper model."),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_on_the_form(
    desk: Client, owner: User, wrong: dict[str, str], said: str
) -> None:
    answer = desk.post(ADD, GIVEN | wrong)
    assert said in answer.content.decode()
    assert not Budget.objects.exists()


def test_a_new_rule_can_be_written_after_another_was_looked_at(desk: Client, owner: User) -> None:
    desk.get(f"{LIST}{budget_make('user', user=owner).pk}/change/")
    assert desk.post(ADD, GIVEN).status_code == 302


def test_a_rule_for_everybody_needs_no_name(desk: Client) -> None:
    desk.post(ADD, GIVEN | {"scope": "instance", "scope_id": "whatever", "is_each": "on"})
    budget = Budget.objects.get()
    assert (budget.scope, budget.scope_id, budget.is_each) == ("instance", "", True)


def test_only_the_terms_of_a_rule_can_be_changed(desk: Client, owner: User) -> None:
    budget = budget_make("user", user=owner, limit=100)
    sent = GIVEN | {"name": "Less", "period": "day", "measure": "messages", "limit": "7"}
    assert desk.post(f"{LIST}{budget.pk}/change/", sent).status_code == 302
    budget.refresh_from_db()
    assert (budget.name, budget.limit, budget.is_active) == ("Less", 7, True)
    assert (budget.period, budget.measure) == ("month", "money")
    assert last_act() == ("budget.changed", "Less")


def test_a_limit_of_a_person_for_themselves_can_be_looked_after(desk: Client, owner: User) -> None:
    budget = budget_make("self", user=owner, limit=100)
    sent = {"name": "Own", "limit": "7", "behaviour": "warn", "is_active": "on"}
    assert desk.post(f"{LIST}{budget.pk}/change/", sent).status_code == 302
    budget.refresh_from_db()
    assert (budget.scope, budget.limit, budget.behaviour) == ("self", 7, "warn")


def test_a_rule_is_removed_with_a_record(desk: Client, owner: User) -> None:
    budget = budget_make("user", user=owner, limit=100)
    assert desk.post(f"{LIST}{budget.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Budget.objects.exists()
    assert last_act() == ("budget.removed", "The budget")


def test_the_page_of_a_rule_shows_how_it_stands(desk: Client, owner: User) -> None:
    budget = budget_make("user", user=owner, limit=100)
    hold_settle(hold=opened(owner, "a"), usage=TokenUsage(10, 10))
    shown = desk.get(f"{LIST}{budget.pk}/change/").content.decode()
    assert "20 credits of 100 credits used; 80 credits left." in " ".join(shown.split())
    assert "<svg" in shown


def test_the_list_reads_all_standings_at_once(desk: Client, owner: User, stranger: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(LIST).status_code == 200
        return len(caught)

    budget_make(limit=10, is_each=True)
    opened(owner, "a", prompt=2, output=2)
    queries()  # the first one fills caches
    first = queries()
    for at in range(8):
        budget_make(limit=100 + at, is_each=at % 2 == 0, period="day")
    opened(stranger, "b", prompt=1, output=1)
    assert queries() == first
    assert "4 credits of 10 credits" in desk.get(LIST).content.decode()


def test_the_simulation_says_what_would_have_been_met(
    desk: Client, owner: User, stranger: User
) -> None:
    for at in range(4):
        hold_settle(hold=opened(owner, f"o{at}"), usage=TokenUsage(10, 10))
    hold_settle(hold=opened(stranger, "s"), usage=TokenUsage(10, 10))
    budget = budget_make(limit=60, is_each=True)
    shown = desk.get(f"{LIST}{budget.pk}/simulate/").content.decode()
    words = "Of 5 calls in the last 30 days it would have met 1, of 1 people."
    assert words in " ".join(shown.split())
    assert desk.get(f"{LIST}{'0' * 24}/simulate/").status_code == 404


@pytest.mark.parametrize(("action", "sent"), ANSWERS)
def test_a_request_is_answered_from_the_queue(
    desk: Client, owner: User, action: str, sent: dict[str, str]
) -> None:
    budget = budget_make("user", user=owner, limit=100)
    row = budget_request_open(user=owner, budget_id=budget.pk, amount=40, reason="Launch")
    chosen = {"action": action, "_selected_action": [row.pk]}
    asked = desk.post(QUEUE, chosen)
    assert "_selected_action" in asked.content.decode()
    assert BudgetRequest.objects.get().state == "open"
    with balances_on():
        desk.post(QUEUE, chosen | sent | {"confirmed": "yes"})
    row.refresh_from_db()
    assert row.state == ("declined" if action == "decline" else "granted")
    assert row.answer == sent["answer"]
    budget.refresh_from_db()
    assert budget.limit == (140 if action == "raise_limit" else 100)
    extra = [bucket.extra for bucket in budget.buckets.all()]
    assert extra == ([40] if action == "grant_once" else [])
    if action == "grant_credits":
        assert purse(owner) == (40, 0, 0)


@pytest.mark.parametrize(("action", "sent"), ANSWERS)
def test_requests_of_who_may_more_wait_for_somebody_of_their_rank(
    client: Client, owner: User, admin: User, stranger: User, action: str, sent: dict[str, str]
) -> None:
    grant(owner, "access:admin", "manage:billing")
    client.force_login(owner)
    budget = budget_make(limit=100, is_each=True)
    above = budget_request_open(user=admin, budget_id=budget.pk, amount=40)
    below = budget_request_open(user=stranger, budget_id=budget.pk, amount=40)
    chosen = {"action": action, "_selected_action": [above.pk, below.pk], "confirmed": "yes"}
    with balances_on():
        page = client.post(QUEUE, chosen | sent, follow=True).content.decode()
    above.refresh_from_db()
    below.refresh_from_db()
    assert (above.state, above.answered_by) == ("open", None)
    assert below.state == ("declined" if action == "decline" else "granted")
    assert "admin@example.org: The budget: This person may do what you may not." in page
    assert not Balance.objects.filter(user=admin).exists()


def test_who_may_only_read_answers_nothing(client: Client, owner: User) -> None:
    for name in ("access:admin", "read:billing"):
        Grant.objects.create(principal_type="user", principal_id=owner.pk, capability=name)
    client.force_login(owner)
    budget = budget_make("user", user=owner, limit=100)
    row = budget_request_open(user=owner, budget_id=budget.pk)
    assert client.get(LIST).status_code == 200
    assert client.get(ADD).status_code == 403
    assert client.get(f"{LIST}{budget.pk}/change/").status_code == 200
    sent = {"action": "decline", "_selected_action": [row.pk], "answer": "No", "confirmed": "yes"}
    client.post(QUEUE, sent)
    row.refresh_from_db()
    assert row.state == "open"


def test_the_simulation_is_closed_to_others(client: Client, owner: User) -> None:
    Grant.objects.create(principal_type="user", principal_id=owner.pk, capability="access:admin")
    client.force_login(owner)
    budget = budget_make("user", user=owner, limit=100)
    assert client.get(f"{LIST}{budget.pk}/simulate/").status_code == 403
    assert client.get(LIST).status_code == 403
