"""Holds whose caller goes away while they are opened."""

import asyncio

import pytest

from accounts.models import User
from agents.engine.holding import hold_opened
from billing.errors import InsufficientBalanceError
from billing.models import Hold
from billing.services.charging import Call
from librechat.kernel import yaml_config


@pytest.mark.django_db(transaction=True)
async def test_a_hold_whose_caller_leaves_while_it_is_opened_is_given_back(owner: User) -> None:
    call = Call(user=owner, key="one", model="gpt-4o", context="message")
    opening = asyncio.create_task(hold_opened(call, prompt_tokens=100, output_tokens=100))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert [hold.state async for hold in Hold.objects.all()] == ["released"]


@pytest.mark.django_db(transaction=True)
async def test_a_caller_that_leaves_before_it_is_refused_has_nothing_to_give_back(
    owner: User,
) -> None:
    call = Call(user=owner, key="one", model="gpt-4o", context="message")
    with yaml_config.override({"balance": {"enabled": True, "startBalance": 0}}):
        with pytest.raises(InsufficientBalanceError):
            await hold_opened(call, prompt_tokens=100, output_tokens=100)
        opening = asyncio.create_task(hold_opened(call, prompt_tokens=100, output_tokens=100))
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
    assert not await Hold.objects.aexists()
