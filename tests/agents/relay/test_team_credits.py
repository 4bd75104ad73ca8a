"""A team's key spends the credits of its group, if it was given any."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from accounts.models import ApiKey, Group, User
from billing.models import Hold, Transaction
from billing.queries.books import ledger_check, trial_balance
from billing.services.adjustments import Order, balance_set
from librechat.kernel import yaml_config
from tests.agents.relay.conftest import Door, config_for
from tests.factories.money import purse
from tests.factories.rights import group
from tests.fakes.provider import FakeProvider, says

PRICES = {"alpha": {"prompt": 1, "completion": 1}}


@pytest.fixture
def checked(provider: FakeProvider) -> object:
    """Balances are on, at one credit per token."""
    document = config_for(provider) | {"balance": {"enabled": True, "startBalance": 0}}
    with yaml_config.override(document | {"prices": PRICES}):
        yield


async def team_of(door: Door, amount: int | None) -> Group:
    """Make the door's key a team's, whose group has so many credits."""
    person = await User.objects.aget(pk=door.key.user_id)
    team = await sync_to_async(group)("Builders", person)
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(group=team)
    if amount is not None:
        await sync_to_async(balance_set)(owner=team, amount=amount, order=Order())
    return team


async def books() -> list[object]:
    return [await sync_to_async(trial_balance)(), await sync_to_async(ledger_check)()]


async def test_a_call_is_paid_from_the_groups_credits(
    door: Door, checked: None, provider: FakeProvider
) -> None:
    team = await team_of(door, 100_000)
    provider.script("alpha", says("Here."))
    assert (await door.chat()).status_code == 200
    await door.settle()
    hold = await Hold.objects.aget()
    assert (hold.payer, hold.state, hold.credits) == ("group", "settled", 0)
    assert hold.charged_credits
    assert await sync_to_async(purse)(team) == (100_000 - hold.charged_credits, 0, 0)
    booked = await Transaction.objects.aget(context="relay")
    assert (booked.group_id, booked.user_id) == (team.pk, door.key.user_id)
    assert await books() == [0, []]


async def test_a_group_that_has_too_little_is_told_so_by_name(
    door: Door, checked: None, provider: FakeProvider
) -> None:
    await team_of(door, 0)
    refused = await door.chat()
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (429, "insufficient_quota")
    assert "The balance of the group Builders is too low: 0 credits" in error["message"]
    assert provider.requests == []


async def test_a_group_without_a_balance_is_paid_for_by_the_operator(
    door: Door, checked: None, provider: FakeProvider
) -> None:
    await team_of(door, None)
    provider.script("alpha", says("Here."))
    assert (await door.chat()).status_code == 200
    await door.settle()
    assert (await Hold.objects.aget()).payer == "operator"
    assert await books() == [0, []]


async def test_calls_side_by_side_never_hold_the_groups_credits_twice(
    door: Door, checked: None, provider: FakeProvider
) -> None:
    team = await team_of(door, 120)
    provider.script("alpha", *[says("Here.")] * 20)
    answers = await asyncio.gather(*[door.chat(max_tokens=20) for _ in range(20)])
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 429}
    await door.settle()
    left, held, debt = await sync_to_async(purse)(team)
    assert (held, debt) == (0, 0)
    assert 0 <= left < 120
    assert await books() == [0, []]


async def test_a_teams_key_is_told_the_credits_of_its_group(
    door: Door, checked: None, provider: FakeProvider
) -> None:
    team = await team_of(door, 5_000)
    told = (await door.ask("GET", "/v1/usage")).json()
    assert told["team"] == {"id": team.pk, "credits": 5_000, "held": 0, "debt": 0}


async def test_a_key_without_such_credits_is_told_of_none(door: Door, checked: None) -> None:
    assert "team" not in (await door.ask("GET", "/v1/usage")).json()
    await team_of(door, None)
    assert "team" not in (await door.ask("GET", "/v1/usage")).json()
