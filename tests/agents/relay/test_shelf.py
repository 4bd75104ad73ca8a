"""What the relay keeps in the cache, while the cache comes and goes."""

import logging
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from agents.relay.shelf import Shelf, shelf
from librechat.kernel import secrets, yaml_config
from tests.agents.relay.caches import AwayCache
from tests.agents.relay.conftest import Door, config_for
from tests.fakes.provider import FakeProvider, says

LOG = "agents.relay.shelf"


@pytest.fixture(autouse=True)
def cache_that_goes(settings: LazySettings) -> Iterator[None]:
    settings.CACHES = {"default": {"BACKEND": "tests.agents.relay.caches.AwayCache"}}
    yield
    AwayCache.is_away = False
    shelf.read([])  # reached again, whatever a test left


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said since the last time."""
    found = [record.message for record in caplog.records if record.name == LOG]
    caplog.clear()
    return found


def test_what_is_kept_is_read_and_lies_encrypted() -> None:
    kept = Shelf()
    kept.keep("relay:a", "secret", seconds=60)
    assert kept.read(["relay:a", "relay:b"]) == {"relay:a": "secret"}
    assert "secret" not in cache.get("relay:a")


def test_what_cannot_be_opened_is_not_there(settings: LazySettings) -> None:
    kept = Shelf()
    kept.keep("relay:a", "secret", seconds=60)
    settings.CREDS_KEYS = ["quite another key"]
    assert kept.read(["relay:a"]) == {}
    assert secrets.decrypt(secrets.encrypt("x")) == "x"


def test_the_log_hears_once_that_the_cache_is_away_and_once_that_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, LOG)
    kept = Shelf()
    kept.keep("relay:a", "one", seconds=60)
    assert told(caplog) == []
    AwayCache.is_away = True
    for _time in range(3):
        assert kept.read(["relay:a"]) == {}
        kept.keep("relay:a", "two", seconds=60)
    assert told(caplog) == ["The cache is away: the relay keeps no answers and no reasoning."]
    AwayCache.is_away = False
    for _time in range(3):
        assert kept.read(["relay:a"]) == {"relay:a": "one"}
    assert told(caplog) == ["The cache is back: the relay keeps answers and reasoning again."]


async def test_calls_are_answered_while_the_cache_is_away_and_the_log_stays_short(
    door: Door, provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "agents.relay")
    provider.script("alpha", says("One."), says("Two."), says("Three."))
    with yaml_config.override(config_for(provider, cacheSeconds=60)):
        AwayCache.is_away = True
        answers = [await door.chat(temperature=0) for _call in range(3)]
    assert [one.status_code for one in answers] == [200] * 3
    assert [one.headers["x-relay-cache"] for one in answers] == ["miss"] * 3
    assert [record.name for record in caplog.records] == [LOG]
