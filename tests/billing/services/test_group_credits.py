"""Credits of a group: its keys spend them; everything else is not theirs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet

from accounts.models import AuditEvent, ConfigOverride, Group, User
from accounts.services.people import user_delete
from billing.errors import AmountError, BalanceHeldError, BalanceOffError, InsufficientBalanceError
from billing.models import Account, Balance, Entry, Hold, Transaction
from billing.models.account import Kind
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check, trial_balance
from billing.services.adjustments import Adjusted, Order, balance_add, balance_close, balance_set
from billing.services.balances import LARGEST_AMOUNT, balance_ensure
from billing.services.charging import (
    hold_extend,
    hold_open,
    hold_release,
    hold_settle,
    holds_sweep,
)
from tests.factories.money import balances_on, call_make, purse
from tests.factories.rights import group

ORDER = Order(reason="Because", key="form-1")


@pytest.fixture
def team(owner: User) -> Group:
    return group("Research", owner)


def books_agree() -> bool:
    return trial_balance() == 0 and ledger_check() == []


def sides(key: str) -> dict[str, int]:
    entries = Entry.objects.filter(transaction__key=key).exclude(credits=0)
    return {code: sum(rows) for code, rows in _by_code(entries).items()}


def _by_code(entries: QuerySet[Entry]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for code, amount in entries.values_list("account__code", "credits"):
        found.setdefault(code, []).append(amount)
    return found


def test_a_call_of_a_team_is_held_against_and_paid_from_its_credits(
    owner: User, team: Group
) -> None:
    with balances_on(startBalance=500):
        balance_ensure(user=owner)
        balance_add(owner=team, amount=100, order=ORDER)
        hold = hold_open(
            call=call_make(owner, "one", team=team), prompt_tokens=30, output_tokens=20
        )
        assert (purse(team), purse(owner)) == ((100, 50, 0), (500, 0, 0))
        assert (hold.payer, hold.credits) == ("group", 50)
        assert hold_settle(hold=hold, usage=TokenUsage(30, 5)) == 35
    assert (purse(team), purse(owner)) == ((65, 0, 0), (500, 0, 0))
    assert sides("call:one") == {f"group:{team.pk}": -35, "revenue": 35}
    booked = Transaction.objects.get(key="call:one")
    assert (booked.user, booked.group) == (owner, team)
    assert books_agree()


def test_what_does_not_fit_is_refused_with_the_numbers_and_the_groups_name(
    owner: User, team: Group
) -> None:
    with balances_on(startBalance=10_000):
        balance_add(owner=team, amount=100, order=ORDER)
        with pytest.raises(InsufficientBalanceError) as refused:
            hold_open(call=call_make(owner, team=team), prompt_tokens=101, output_tokens=0)
    assert refused.value.message == (
        "The balance of the group Research is too low: 100 credits, and this needs 101."
    )
    assert refused.value.data["body"] == {
        "type": "token_balance",
        "balance": 100,
        "tokenCost": 101,
        "promptTokens": 101,
        "group": "Research",
    }
    assert (purse(team), Hold.objects.count()) == ((100, 0, 0), 0)


def test_an_answer_grows_as_far_as_the_groups_credits_reach(owner: User, team: Group) -> None:
    with balances_on(startBalance=10_000):
        balance_add(owner=team, amount=100, order=ORDER)
        hold = hold_open(call=call_make(owner, team=team), prompt_tokens=30, output_tokens=20)
        assert hold_extend(hold=hold, output_tokens=500).output_tokens == 70
        with pytest.raises(InsufficientBalanceError, match="Research"):
            hold_extend(hold=hold, output_tokens=500)
        hold_release(hold=hold)
    assert purse(team) == (100, 0, 0)


def test_a_cost_above_the_groups_credits_is_its_debt_until_a_grant_repays_it(
    owner: User, team: Group
) -> None:
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        hold = hold_open(call=call_make(owner, "one", team=team), prompt_tokens=80, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(150))
        assert purse(team) == (0, 0, 50)
        assert sides("call:one") == {
            f"group:{team.pk}": -100,
            f"debt:{team.pk}": -50,
            "revenue": 150,
        }
        with pytest.raises(InsufficientBalanceError):
            hold_open(call=call_make(owner, "two", team=team), prompt_tokens=1, output_tokens=0)
        assert balance_add(owner=team, amount=80, order=Order()) == Adjusted(0, 30)
    assert purse(team) == (30, 0, 0)
    assert books_agree()


def test_a_group_without_a_balance_is_paid_for_by_the_operator(owner: User, team: Group) -> None:
    with balances_on(startBalance=500):
        hold = hold_open(call=call_make(owner, "one", team=team), prompt_tokens=30, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(30))
    assert sides("call:one") == {"operator": -30, "revenue": 30}
    assert Transaction.objects.get(key="call:one").group is None
    assert not Balance.objects.exists()


def test_while_balances_are_off_credits_of_a_group_are_left_alone(owner: User, team: Group) -> None:
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
    hold = hold_open(call=call_make(owner, "one", team=team), prompt_tokens=300, output_tokens=0)
    hold_settle(hold=hold, usage=TokenUsage(300))
    assert sides("call:one") == {"operator": -300, "revenue": 300}
    assert purse(team) == (100, 0, 0)
    for change in (balance_add, balance_set):
        with pytest.raises(BalanceOffError, match="Research"):
            change(owner=team, amount=5, order=Order())


def test_the_persons_own_calls_are_never_the_groups(owner: User, team: Group) -> None:
    with balances_on(startBalance=500):
        balance_add(owner=team, amount=100, order=ORDER)
        hold = hold_open(call=call_make(owner), prompt_tokens=200, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(200))
    assert (purse(team), purse(owner)) == ((100, 0, 0), (300, 0, 0))


def test_a_groups_balance_is_set_booked_and_on_record(team: Group, admin: User) -> None:
    with balances_on():
        order = Order(reason="A start", actor=admin)
        assert balance_set(owner=team, amount=70, order=order) == Adjusted(0, 70)
        assert balance_set(owner=team, amount=20, order=order) == Adjusted(70, 20)
    booked = Transaction.objects.filter(context="admin", group=team, user=None)
    assert booked.count() == 2
    event = AuditEvent.objects.filter(action="balance.set").first()
    assert event is not None
    assert (event.actor_id, event.target_type, event.target_id, event.target_name) == (
        admin.pk,
        "group",
        team.pk,
        "Research",
    )
    assert event.metadata["reason"] == "A start"
    assert books_agree()


@pytest.mark.parametrize("amount", [0, -1, LARGEST_AMOUNT + 1])
def test_an_absurd_amount_gives_a_group_no_balance(team: Group, amount: int) -> None:
    with balances_on(), pytest.raises(AmountError):
        balance_add(owner=team, amount=amount, order=ORDER)
    assert not Balance.objects.exists()


def test_nothing_is_left_when_a_groups_balance_is_taken_away(owner: User, team: Group) -> None:
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        assert balance_close(group=team, order=Order(reason="Over")) == Adjusted(100, 0)
        hold = hold_open(call=call_make(owner, "one", team=team), prompt_tokens=30, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(30))
        with pytest.raises(BalanceOffError):
            balance_close(group=team, order=Order())
    assert sides("call:one") == {"operator": -30, "revenue": 30}
    assert not Balance.objects.exists()
    assert AuditEvent.objects.get(action="balance.closed").metadata["reason"] == "Over"
    assert books_agree()


def test_a_debt_is_forgiven_when_a_groups_balance_is_taken_away(owner: User, team: Group) -> None:
    with balances_on():
        balance_add(owner=team, amount=10, order=ORDER)
        hold = hold_open(call=call_make(owner, team=team), prompt_tokens=10, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(25))
        assert balance_close(group=team, order=Order()) == Adjusted(0, 0)
    assert {sum(rows) for rows in _by_code(Entry.objects.filter(account__group=team)).values()} == {
        0
    }
    assert books_agree()


def test_a_balance_that_running_calls_hold_is_not_taken_away(owner: User, team: Group) -> None:
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        hold_open(call=call_make(owner, team=team), prompt_tokens=30, output_tokens=0)
        with pytest.raises(BalanceHeldError) as refused:
            balance_close(group=team, order=Order())
    assert refused.value.status == 409
    assert purse(team) == (100, 30, 0)


def test_one_order_closes_nothing_that_another_page_was_for(team: Group) -> None:
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        assert not balance_close(group=team, order=ORDER).is_new
    assert purse(team) == (100, 0, 0)


def test_a_call_that_outlives_the_balance_of_its_group_is_the_operators(
    owner: User, team: Group, clock_at: Callable[[datetime], None]
) -> None:
    now = datetime(2027, 3, 1, tzinfo=UTC)
    clock_at(now)
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        hold = hold_open(call=call_make(owner, "one", team=team), prompt_tokens=30, output_tokens=0)
        clock_at(now + timedelta(hours=1))
        assert holds_sweep() == 1
        assert purse(team) == (100, 0, 0)
        balance_close(group=team, order=Order())
        with pytest.raises(InsufficientBalanceError):
            hold_extend(hold=hold, output_tokens=9)
        team.delete()
        assert hold_settle(hold=hold, usage=TokenUsage(30)) == 30
    assert sides("call:one") == {"operator": -30, "revenue": 30}
    assert Hold.objects.get().payer == "operator"
    assert books_agree()


def test_overdue_holds_of_a_group_are_swept_and_can_settle_late(
    owner: User, team: Group, clock_at: Callable[[datetime], None]
) -> None:
    now = datetime(2027, 3, 1, tzinfo=UTC)
    clock_at(now)
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        hold = hold_open(call=call_make(owner, team=team), prompt_tokens=30, output_tokens=0)
        clock_at(now + timedelta(hours=1))
        assert holds_sweep() == 1
        assert purse(team) == (100, 0, 0)
        assert hold_settle(hold=hold, usage=TokenUsage(30)) == 30
    assert purse(team) == (70, 0, 0)
    assert books_agree()


def test_the_books_outlive_the_group_and_keep_it_apart(owner: User, team: Group) -> None:
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        hold = hold_open(call=call_make(owner, "one", team=team), prompt_tokens=30, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(30))
        balance_close(group=team, order=Order())
    pk = team.pk
    team.delete()
    account = Account.objects.get(kind=Kind.GROUP)
    assert (account.code, account.group) == (f"group:{pk}", None)
    assert Transaction.objects.filter(group=None).count() == 3
    assert books_agree()


def test_a_person_who_goes_away_gives_back_what_their_calls_hold_of_a_group(
    owner: User, team: Group
) -> None:
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        hold_open(call=call_make(owner, team=team), prompt_tokens=30, output_tokens=0)
        assert purse(team) == (100, 30, 0)
        user_delete(user=owner)
    assert purse(team) == (100, 0, 0)
    assert books_agree()


def test_an_override_for_the_group_says_whether_its_balance_counts(
    owner: User, team: Group
) -> None:
    with balances_on():
        balance_add(owner=team, amount=100, order=ORDER)
        ConfigOverride.objects.create(
            principal_type="group", principal_id=team.pk, overrides={"balance": {"enabled": False}}
        )
        hold = hold_open(call=call_make(owner, team=team), prompt_tokens=300, output_tokens=0)
    assert hold.payer == "operator"
