"""Limits of keys that several processes share through Redis."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from django.conf import LazySettings
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from accounts.models import ApiKey
from agents.relay import redis_counters
from agents.relay.asgi import Relay
from agents.relay.problems import RelayError
from agents.relay.redis_counters import RedisCounters
from librechat.kernel.ids import short_id
from tests.agents.relay.conftest import Door, elsewhere
from tests.fakes.product import free_port
from tests.fakes.provider import Delay, FakeProvider, Script, Text, says

URL = os.environ.get("TEST_REDIS_URI", "redis://127.0.0.1:6379/9")
NOBODY = "redis://127.0.0.1:1/0"
ROOT = Path(__file__).parents[3]
LEASE_SECONDS = 1

pytestmark = pytest.mark.services


@pytest.fixture
def prefix() -> Iterator[str]:
    """A prefix of the test's own in the real Redis."""
    client = redis.Redis.from_url(URL)
    try:
        client.ping()
    except redis.ConnectionError:
        if os.environ.get("REQUIRE") == "all":
            raise
        pytest.skip("no Redis here")
    name = f"test-{short_id(8)}"
    yield name
    for key in client.scan_iter(f"{name}:*"):
        client.delete(key)
    client.close()


Make = Callable[..., RedisCounters]


@pytest.fixture
async def counters() -> AsyncIterator[Make]:
    """Makes counters of processes; all are closed with the test."""
    made: list[RedisCounters] = []

    def make(prefix: str, url: str = URL) -> RedisCounters:
        made.append(RedisCounters(url, prefix=prefix, lease_seconds=LEASE_SECONDS))
        return made[-1]

    yield make
    for one in made:
        await one.close()


class Other:
    """Another process that counts."""

    def __init__(self, prefix: str) -> None:
        program = [sys.executable, "-m", "tests.agents.relay.counting_process"]
        self._process = subprocess.Popen(
            [*program, URL, prefix, str(LEASE_SECONDS)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    async def ask(self, *words: object) -> str:
        """Have it do something and return what it tells."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return (await asyncio.to_thread(self._process.stdout.readline)).strip()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()
        self._process.communicate()


@pytest.fixture
async def other(prefix: str) -> AsyncIterator[Other]:
    process = Other(prefix)
    assert await process.ask("leave", "nothing") == "left"  # it is awake
    yield process
    process.kill()


async def test_requests_of_two_processes_count_in_one_minute(
    counters: Make, prefix: str, other: Other
) -> None:
    here = counters(prefix)
    waits = []
    for _round in range(3):
        waits.append((await here.take("k:requests", 5, 1))[0])
        waits.append(float(await other.ask("take", "k:requests", 5, 1)))
    assert waits[:5] == [0.0] * 5
    assert 0 < waits[5] <= 12


async def test_tokens_of_two_processes_count_in_one_minute(
    counters: Make, prefix: str, other: Other
) -> None:
    here = counters(prefix)
    assert await other.ask("take", "k:tokens", 1_000, 700) == "0.0"
    wait, left = await here.take("k:tokens", 1_000, 700)
    assert 20 < wait <= 24
    assert left == 0.0
    wait, left = await here.take("k:tokens", 1_000, 200)
    assert (wait, round(left, -2)) == (0.0, 100)


async def test_many_at_once_get_no_more_than_the_minute_has(counters: Make, prefix: str) -> None:
    several = [counters(prefix) for _process in range(4)]
    asked = [one.take("k:requests", 20, 1) for one in several for _call in range(25)]
    waits = [wait for wait, _left in await asyncio.gather(*asked)]
    assert 20 <= waits.count(0.0) <= 21  # one more when a third of a second has passed


async def test_a_bucket_fills_again_by_the_clock_of_redis(counters: Make, prefix: str) -> None:
    here = counters(prefix)
    await here.take("k:requests", 600, 600)
    assert (await here.take("k:requests", 600, 1))[0] > 0
    await asyncio.sleep(0.2)
    assert (await here.take("k:requests", 600, 1))[0] == 0.0


async def test_what_a_call_took_beyond_what_was_expected_is_owed(
    counters: Make, prefix: str
) -> None:
    here = counters(prefix)
    await here.take("k:tokens", 60, 10)
    await here.count("k:tokens", 60, 350)
    wait, _left = await here.take("k:tokens", 60, 1)
    assert 295 < wait <= 302
    client = redis.Redis.from_url(URL)
    # A debt is not forgotten before it is paid, a full bucket is soon.
    assert 340 < client.ttl(f"{prefix}:relay:k:tokens") <= 362
    await here.count("k:tokens", 60, -10_000)
    assert client.ttl(f"{prefix}:relay:k:tokens") <= 1
    client.close()
    assert (await here.take("k:tokens", 60, 60))[0] == 0.0
    assert (await here.take("k:tokens", 60, 60))[0] > 0


async def test_places_of_two_processes_are_counted_together(
    counters: Make, prefix: str, other: Other
) -> None:
    here = counters(prefix)
    assert await here.enter("k", 2)
    assert await other.ask("enter", "k", 2) == "yes"
    assert not await here.enter("k", 2)
    assert await other.ask("enter", "k", 2) == "no"
    await here.leave("k")
    assert await other.ask("enter", "k", 2) == "yes"
    await here.leave("k")  # it has none any more: the others keep theirs
    assert not await here.enter("k", 2)


async def test_the_places_of_a_killed_process_come_back(
    counters: Make, prefix: str, other: Other
) -> None:
    here = counters(prefix)
    assert await here.enter("k", 2)
    assert await other.ask("enter", "k", 2) == "yes"
    other.kill()
    assert not await here.enter("k", 2)
    async with asyncio.timeout(4 * LEASE_SECONDS):
        # Asking does not make the dead one's lease longer.
        while not await here.enter("k", 2):  # noqa: ASYNC110 - another process's end
            await asyncio.sleep(0.1)
    assert not await here.enter("k", 2)  # its own first place was renewed meanwhile
    await here.leave("k")
    await here.leave("k")


async def test_a_place_is_held_for_as_long_as_its_call_runs(
    counters: Make, prefix: str, other: Other
) -> None:
    here = counters(prefix)
    assert await here.enter("k", 1)
    await asyncio.sleep(2.5 * LEASE_SECONDS)
    assert await other.ask("enter", "k", 1) == "no"
    await here.leave("k")
    assert await other.ask("enter", "k", 1) == "yes"


@contextmanager
def own_redis() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis that the test may end."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server here")
    port = free_port()
    server = subprocess.Popen(
        [program, "--port", str(port), "--save", "", "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    waiting = Retry(ConstantBackoff(0.1), 100)
    try:
        with redis.Redis.from_url(url, retry=waiting) as client:
            client.ping()
        yield url, server
    finally:
        server.kill()
        server.wait()


async def test_without_redis_nothing_with_a_limit_begins_and_what_runs_ends(counters: Make) -> None:
    with own_redis() as (url, server):
        here = counters("away", url)
        assert await here.enter("k", 5)
        assert (await here.take("k:tokens", 100, 10))[0] == 0.0
        server.kill()
        server.wait()
        with pytest.raises(RelayError) as refused:
            await here.take("k:tokens", 100, 10)
        assert refused.value.status_in("openai") == 503
        with pytest.raises(RelayError):
            await here.enter("k", 5)
        await here.count("k:tokens", 100, 5)
        await here.leave("k")


async def test_a_redis_that_answers_nothing_is_away(
    counters: Make, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_counters, "TIMEOUT_SECONDS", 0.1)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(2):
        with pytest.raises(RelayError):
            await counters(prefix, f"redis://127.0.0.1:{port}/0").take("k", 1, 1)
    server.close()


async def test_two_relays_hold_a_key_to_its_limits_together(
    door: Door, provider: FakeProvider, settings: LazySettings, prefix: str
) -> None:
    settings.REDIS_URI, settings.REDIS_KEY_PREFIX = URL, prefix
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(requests_per_minute=3, parallel_requests=1)
    provider.script("alpha", Script((Text("One."), Delay(0.5))), *[says("More.")] * 2)
    second = Door(Relay(elsewhere), door.key, door.text)
    first = asyncio.create_task(door.chat())
    await asyncio.to_thread(provider.wait_for_request)
    refused = await second.chat()
    assert (refused.status_code, (await first).status_code) == (429, 200)
    assert "1 calls running" in refused.json()["error"]["message"]
    told = [(await one.chat()).status_code for one in (second, door, second)]
    assert told == [200, 200, 429]
    for one in (door, second):
        await one.service.limits.close()
    await second.relay.stop()


@pytest.mark.parametrize(("path", "status"), [("chat/completions", 503), ("messages", 529)])
async def test_a_key_with_limits_is_refused_while_redis_is_away_and_others_are_served(
    door: Door, provider: FakeProvider, settings: LazySettings, path: str, status: int
) -> None:
    settings.REDIS_URI = NOBODY
    provider.script("alpha", says("Here."))
    assert (await door.chat()).status_code == 200
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(requests_per_minute=3)
    door.service.keys = type(door.service.keys)()
    body = {"model": "first", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    refused = await door.post(f"/v1/{path}", body)
    assert refused.status_code == status
    assert "cannot count" in refused.json()["error"]["message"]
    assert refused.headers["retry-after"] == "1"
    assert len(provider.requests) == 1
    await door.service.limits.close()
