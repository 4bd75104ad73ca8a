"""Deployments that ask to be left alone, and those that fail again and again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from librechat.kernel import yaml_config
from tests.agents.relay.conftest import Door, config_for
from tests.fakes.provider import FakeProvider, refuses, says


def date_in(seconds: float) -> str:
    return format_datetime(datetime.now(tz=UTC) + timedelta(seconds=seconds), usegmt=True)


async def asked(door: Door, provider: FakeProvider, retry_after: str, **rules: int) -> list[str]:
    """Ask twice a chain whose first deployment refuses; return who was asked."""
    provider.script("alpha", refuses(429, retry_after=retry_after), says("Here."))
    provider.script("beta", says("There."))
    with yaml_config.override(config_for(provider, **rules)):
        for _call in range(2):
            assert (await door.chat("chain")).status_code == 200
    return [seen.model for seen in provider.requests]


@pytest.mark.parametrize("is_date", [False, True], ids=["seconds", "date"])
async def test_who_asks_to_wait_rests_so_long_at_once(
    door: Door, provider: FakeProvider, *, is_date: bool
) -> None:
    wait = date_in(600) if is_date else "600"
    models = await asked(door, provider, wait, cooldownSeconds=1, failures=3)
    assert models == ["alpha", "beta", "beta"]


@pytest.mark.parametrize("wait", ["", "0", "soon", "Sat, 20 Jan 2001 09:00:00 GMT"])
async def test_who_asks_for_nothing_is_asked_again(
    door: Door, provider: FakeProvider, wait: str
) -> None:
    models = await asked(door, provider, wait, cooldownSeconds=30, failures=3)
    assert models == ["alpha", "beta", "alpha"]


async def test_where_nobody_rests_nobody_rests(door: Door, provider: FakeProvider) -> None:
    models = await asked(door, provider, "60", cooldownSeconds=0, failures=1)
    assert models == ["alpha", "beta", "alpha"]


async def test_who_fails_often_enough_rests_unasked(door: Door, provider: FakeProvider) -> None:
    models = await asked(door, provider, "", cooldownSeconds=30, failures=1)
    assert models == ["alpha", "beta", "beta"]
