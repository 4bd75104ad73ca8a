"""Running calls of several processes: told through Redis, ended from anywhere."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.test import Client

from accounts.models import AuditEvent
from agents.engine.offload import offload
from agents.models import RelayCall
from agents.relay import neighbours
from agents.relay.live import call_end_anywhere, running_everywhere
from agents.relay.neighbours import Sharing, Sighting
from agents.relay.problems import RelayError
from librechat.dashboard.activity import activity
from librechat.kernel.ids import short_id
from tests.agents.relay.conftest import Door
from tests.factories.people import PASSWORD, person
from tests.fakes.provider import Endless, FakeProvider, Script

URL = os.environ.get("TEST_REDIS_URI", "redis://127.0.0.1:6379/9")
NOBODY = "redis://127.0.0.1:1/0"
ROOT = Path(__file__).parents[3]
PAGE, STOP = "/admin/live/now/", "/admin/live/stop/"
FAR = "c" * 24
SEEN = Sighting("d" * 24, "u", "one@example.org", "k", "far", "Fake", "alpha", 0.0, 1)

pytestmark = pytest.mark.services


@pytest.fixture
def prefix(settings: LazySettings) -> Iterator[str]:
    """A prefix of the test's own in the real Redis, which the process shares calls through."""
    client = redis.Redis.from_url(URL)
    try:
        client.ping()
    except redis.ConnectionError:
        if os.environ.get("REQUIRE") == "all":
            raise
        pytest.skip("no Redis here")
    name = f"test-{short_id(8)}"
    settings.REDIS_URI, settings.REDIS_KEY_PREFIX = URL, name
    yield name
    for key in client.scan_iter(f"{name}:*"):
        client.delete(key)
    client.close()


class Other:
    """Another process of the product's."""

    def __init__(self, prefix: str, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.agents.relay.sharing_process", *words],
            cwd=ROOT,
            env=os.environ | {"REDIS_URI": URL, "REDIS_KEY_PREFIX": prefix},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    async def line(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            return (await asyncio.to_thread(self._process.stdout.readline)).strip()

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


Start = Callable[..., Other]


@pytest.fixture
def start(prefix: str) -> Iterator[Start]:
    """Starts other processes; all are ended with the test."""
    made: list[Other] = []

    def start(*words: str) -> Other:
        made.append(Other(prefix, *words))
        return made[-1]

    yield start
    for one in made:
        one.kill()


@pytest.fixture
async def desk(door: Door) -> Client:
    """An administrator who is signed in."""
    client = Client()
    admin = await sync_to_async(person)("root@example.org", role="ADMIN")
    await sync_to_async(client.post)("/login", {"email": admin.email, "password": PASSWORD})
    return client


async def seen(count: int) -> list[Sighting]:
    """Return the calls of all processes once there are so many."""
    async with asyncio.timeout(30):
        while True:
            found, total = await offload(running_everywhere)
            if len(found) == total == count:
                return found
            await asyncio.sleep(0.05)


async def test_another_process_sees_a_call_of_this_one_and_ends_it(
    door: Door, provider: FakeProvider, start: Start
) -> None:
    provider.script("alpha", Script(steps=(Endless(every_seconds=0.01),)))
    watcher = start("watch")
    task = asyncio.create_task(door.chat(stream=True, max_tokens=900))
    told = json.loads(await watcher.line())
    [here] = await seen(1)
    assert (told["id"], told["user"], told["alias"]) == (here.id, here.user, "first")
    assert (told["process"], here.process) == (door.service.calls.sharing.process, "")
    assert not task.done()
    watcher.go_on()
    async with asyncio.timeout(20):
        answer = await task
    assert "Somebody far away stopped it." in answer.text
    assert await watcher.line() == "gone"
    assert await seen(0) == []
    await door.settle()
    assert (await RelayCall.objects.aget()).status == "aborted"


async def test_the_page_lists_calls_of_other_processes_and_stops_them(
    desk: Client, door: Door, start: Start
) -> None:
    other = start("tell", str(door.key.user_id))
    assert await other.line() == "telling"
    await seen(1)
    [one] = (await offload(activity)).relay
    assert (one.id, one.user, one.alias, one.tokens) == (FAR, "elsewhere@example.org", "far", 7)
    assert one.seconds >= 5
    shown = await sync_to_async(desk.get)(PAGE)
    assert FAR in shown.content.decode()
    posted = await sync_to_async(desk.post)(STOP, {"call": FAR})
    assert posted.status_code == 302
    assert await other.line() == f"{FAR} An administrator stopped this call. " + (
        "What was answered before is charged."
    )
    event = await AuditEvent.objects.alatest("id")
    assert (event.action, event.target_name) == ("relay.call_stopped", "programs@example.org")
    assert await other.line() == "told"
    assert await seen(0) == []


async def test_the_calls_of_a_dead_process_are_forgotten(
    prefix: str, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = start("tell")
    assert await other.line() == "telling"
    await seen(1)
    other.kill()
    monkeypatch.setattr(neighbours, "STALE_SECONDS", 1)
    assert await seen(0) == []
    monkeypatch.setattr(neighbours, "FORGET_SECONDS", 1)
    await seen(0)
    client = redis.Redis.from_url(URL)
    assert client.hlen(f"{prefix}:relay:calls") == 0
    client.close()


async def test_only_so_many_are_told_and_all_are_counted(
    prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "MOST_TOLD", 2)
    monkeypatch.setattr(neighbours, "SHARE_SECONDS", 0.05)
    sharing = Sharing(lambda: [SEEN] * 5, lambda _call, _reason: None)
    sharing.start()
    async with asyncio.timeout(10):
        while (look := await offload(neighbours.others))[1] != 5:  # noqa: ASYNC110 - another's
            await asyncio.sleep(0.02)
    assert len(look[0]) == 2
    assert await offload(neighbours.others, {sharing.process}) == ([], 0)
    await sharing.stop()
    assert await offload(neighbours.others) == ([], 0)


async def test_while_redis_is_away_each_process_knows_its_own_calls(
    desk: Client, door: Door, provider: FakeProvider, settings: LazySettings
) -> None:
    provider.script("alpha", Script(steps=(Endless(every_seconds=0.01),)))
    settings.REDIS_URI = NOBODY
    task = asyncio.create_task(door.chat(stream=True, max_tokens=900))
    [one] = await seen(1)
    shown = await sync_to_async(desk.get)(PAGE)
    assert one.id in shown.content.decode()
    far = Sighting(**{name: getattr(one, name) for name in one.__slots__} | {"process": "p"})
    assert not await offload(call_end_anywhere, far, RelayError("forbidden", "No."))
    assert await offload(call_end_anywhere, one, RelayError("forbidden", "Yes."))
    async with asyncio.timeout(20):
        assert "Yes." in (await task).text


async def test_without_redis_nothing_is_asked(settings: LazySettings) -> None:
    settings.REDIS_URI = ""
    assert await offload(neighbours.others) == ([], 0)
