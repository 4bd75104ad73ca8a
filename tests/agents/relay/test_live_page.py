"""Running calls on the live page of the administration, and their end from there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts.models import ApiKey, AuditEvent, User
from agents.engine.offload import offload
from agents.models import RelayCall
from agents.relay.live import call_end_soon, running_here
from agents.relay.problems import RelayError
from librechat.dashboard import relay_calls
from librechat.dashboard.activity import activity
from tests.agents.relay.conftest import Door
from tests.factories.people import PASSWORD, person
from tests.factories.rights import grant, group
from tests.fakes.provider import Endless, FakeProvider, Script

BODY = {"model": "first", "stream": True, "max_tokens": 900}
HI = [{"role": "user", "content": "Hi"}]


@pytest.fixture(autouse=True)
def endless(door: Door, provider: FakeProvider) -> None:
    """What is asked goes on and on; nothing else of the process is on the page."""
    provider.script("alpha", *[Script(steps=(Endless(every_seconds=0.01),))] * 3)


@asynccontextmanager
async def call(
    door: Door, path: str = "/v1/chat/completions"
) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """Ask for an answer without end; yields once the client has read some of it."""
    task = asyncio.create_task(
        door.post(path, BODY | {"input" if path.endswith("responses") else "messages": HI})
    )
    async with asyncio.timeout(10):
        while not any(live.events for live in running_here()):  # noqa: ASYNC110 - another loop's
            await asyncio.sleep(0.01)
    yield task
    if not task.done():
        task.cancel()
        await asyncio.wait({task})


def desk(user: User) -> Client:
    client = Client()
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return client


async def test_a_running_call_is_told_with_who_and_what(door: Door) -> None:
    async with call(door):
        look = await offload(activity)
    [one] = look.relay
    assert (one.user, one.team, one.key) == ("programs@example.org", "", door.key.prefix)
    assert (one.alias, one.endpoint, one.model) == ("first", "Fake", "alpha")
    assert one.tokens > 0
    assert one.seconds < 60
    assert look.relay_hidden == 0


async def test_a_call_with_a_teams_key_names_the_team(door: Door) -> None:
    owner = await User.objects.aget(pk=door.key.user_id)
    team = await sync_to_async(group)("Builders", owner)
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(group=team)
    async with call(door):
        look = await offload(activity)
    assert [one.team for one in look.relay] == ["Builders"]


async def test_a_call_that_is_over_is_gone_from_the_page(door: Door) -> None:
    async with call(door):
        pass
    assert (await offload(activity)).relay == []


async def test_only_so_many_are_listed_and_the_others_counted(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_calls, "MOST_RUNNING", 0)
    async with call(door):
        look = await offload(activity)
    assert (look.relay, look.relay_hidden) == ([], 1)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
async def test_a_stopped_call_ends_with_an_error_of_its_dialect_on_record(
    door: Door, path: str
) -> None:
    admin = await sync_to_async(person)("root@example.org", role="ADMIN")
    client = await sync_to_async(desk)(admin)
    async with call(door, path) as task:
        [live] = running_here()
        shown = await sync_to_async(client.get)("/admin/live/now/")
        assert 'name="call"' in shown.content.decode()
        posted = await sync_to_async(client.post)("/admin/live/stop/", {"call": live.exchange.id})
        assert posted.status_code == 302
        async with asyncio.timeout(10):
            answer = await task
    last = answer.text.rstrip().rpartition("data: ")[2]
    assert "An administrator stopped this call." in last
    assert ("permission_error" in last) == (path == "/v1/messages")
    event = await AuditEvent.objects.alatest("id")
    assert (event.action, event.target_name) == ("relay.call_stopped", "programs@example.org")
    await door.settle()
    assert (await RelayCall.objects.aget()).status == "aborted"


async def test_who_may_only_look_sees_no_button_and_stops_nothing(door: Door) -> None:
    looker = await sync_to_async(person)("looker@example.org")
    await sync_to_async(grant)(looker, "access:admin", "read:system")
    client = await sync_to_async(desk)(looker)
    async with call(door) as task:
        [live] = running_here()
        shown = await sync_to_async(client.get)("/admin/live/now/")
        assert live.exchange.id in shown.content.decode()
        assert 'name="call"' not in shown.content.decode()
        posted = await sync_to_async(client.post)("/admin/live/stop/", {"call": live.exchange.id})
        assert posted.status_code == 403
        assert not task.done()


async def test_a_call_that_is_over_is_not_stopped(door: Door) -> None:
    admin = await sync_to_async(person)("root@example.org", role="ADMIN")
    client = await sync_to_async(desk)(admin)
    before = await AuditEvent.objects.filter(action="relay.call_stopped").acount()
    posted = await sync_to_async(client.post)("/admin/live/stop/", {"call": "f" * 24}, follow=True)
    assert "Nothing was stopped." in posted.content.decode()
    assert await AuditEvent.objects.filter(action="relay.call_stopped").acount() == before
    assert call_end_soon("f" * 24, RelayError("forbidden", "No.")) is None
