"""Open event streams and sockets end with the sign-in behind them."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import DatabaseError
from django.http import HttpResponse, StreamingHttpResponse
from django.test import AsyncClient
from pytest_django import Settings
from typing_extensions import override

from accounts.limits.bans import CONTRACT
from accounts.models import User
from accounts.services.bans import ban_add
from accounts.services.people import user_disable
from accounts.services.sessions import session_close
from agents.engine.offload import offload
from agents.llm.wire.neutral import Finished, TextDelta
from conversations.eventlog.log import EventLog
from conversations.models import Generation, Message
from conversations.queries.presence import Identity
from conversations.streaming import doors
from conversations.streaming.doors import OpenDoors, StreamDoor, open_doors
from conversations.streaming.sse import SIGNED_OUT
from tests.conversations.conftest import Endpoint
from tests.conversations.streaming.streams import address, begin, parsed, until_written
from tests.factories.people import sign_in

HERE, THERE = "203.0.113.9", "198.51.100.4"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"
HOUR = timedelta(hours=1)


class Reader:
    """Somebody who reads an answer that has begun and does not end yet."""

    def __init__(self, user: User, generation: Generation) -> None:
        self.user = user
        self.generation = generation
        self.chunks: list[bytes] = []

    async def attach(self, where: str = HERE, query: str = "") -> None:
        self.login = await offload(sign_in, self.user)
        token = f"Bearer {self.login.access_token}"
        answer: object = await AsyncClient().get(
            address(self.generation, query),
            headers={"Authorization": token, "X-Forwarded-For": where},
        )
        assert isinstance(answer, StreamingHttpResponse)
        self.body: AsyncIterator[bytes] = aiter(answer)
        self.chunks.append(await anext(self.body))

    async def rest(self) -> list[tuple[str, Any]]:
        """Return the frames to the end, which comes within a second."""
        async with asyncio.timeout(60):
            self.chunks += [chunk async for chunk in self.body]
        return parsed(b"".join(self.chunks))


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: Settings) -> None:
    settings.TRUST_PROXY = 1


@pytest.fixture
def go(endpoint: Endpoint) -> asyncio.Event:
    """Let the answer end."""
    event = asyncio.Event()
    endpoint.model.say(TextDelta("Once"), event, TextDelta(" more."), Finished("stop"))
    return event


@pytest.fixture
async def generation(owner: User, go: asyncio.Event, loop_runs: EventLog) -> Generation:
    generation = await begin(owner)
    await until_written(loop_runs, generation, "Once")
    return generation


async def text_at_the_end(log: EventLog, generation: Generation, go: asyncio.Event) -> Any:
    go.set()
    async with asyncio.timeout(60):
        async for _ in log.follow(generation.id):
            pass
    answer = await Message.objects.aget(message_id=generation.response_message_id)
    return answer.content


@pytest.mark.measures
async def test_a_ban_ends_an_open_stream_within_a_second_and_the_answer_goes_on(
    owner: User,
    generation: Generation,
    go: asyncio.Event,
    loop_runs: EventLog,
) -> None:
    reader = Reader(owner, generation)
    await reader.attach()
    await offload(lambda: ban_add(user=owner, reason="Enough.", lasts=HOUR))
    begun = time.monotonic()
    frames = await reader.rest()
    assert time.monotonic() - begun < 1
    name, data = frames[-1]
    assert (name, list(data)) == ("error", ["error", "generationProtocolVersion"])
    told = orjson.loads(data["error"])
    assert told | {"expiresAt": ""} == {
        "message": CONTRACT,
        "type": "ban",
        "reason": "Enough.",
        "expiresAt": "",
    }
    assert not [one for _, one in frames if one.get("final")]
    assert len(open_doors) == 0
    assert await text_at_the_end(loop_runs, generation, go) == [
        {"type": "text", "text": "Once more."},
    ]


async def test_a_resumed_stream_ends_too(
    owner: User,
    generation: Generation,
) -> None:
    reader = Reader(owner, generation)
    await reader.attach(query="?resume=true")
    await offload(lambda: ban_add(user=owner, lasts=HOUR))
    await open_doors.check_once()
    names = [name for name, _ in await reader.rest()]
    assert names == ["message", "error"]


@pytest.mark.parametrize("how", ["disabled", "closed"])
async def test_whoever_is_signed_out_reads_that_the_answer_is_kept(
    owner: User,
    admin: User,
    generation: Generation,
    how: str,
) -> None:
    reader = Reader(owner, generation)
    await reader.attach()
    if how == "disabled":
        await offload(lambda: user_disable(user=owner))
    else:
        await offload(lambda: session_close(session=reader.login.session))
    await open_doors.check_once()
    assert (await reader.rest())[-1] == (
        "error",
        {"error": SIGNED_OUT, "generationProtocolVersion": 1},
    )


async def test_one_session_that_ends_leaves_the_others_open(
    owner: User,
    generation: Generation,
    go: asyncio.Event,
) -> None:
    first, second = (Reader(owner, generation) for _ in range(2))
    await first.attach()
    await second.attach()
    await offload(lambda: session_close(session=first.login.session))
    await open_doors.check_once()
    assert (await first.rest())[-1][0] == "error"
    go.set()
    assert (await second.rest())[-1][1]["final"] is True


async def test_a_banned_address_ends_what_comes_from_there_and_nothing_else(
    owner: User,
    generation: Generation,
    go: asyncio.Event,
) -> None:
    here, there = (Reader(owner, generation) for _ in range(2))
    await here.attach(HERE)
    await there.attach(THERE)
    await offload(lambda: ban_add(address=HERE, lasts=HOUR))
    await open_doors.check_once()
    name, data = (await here.rest())[-1]
    assert (name, orjson.loads(data["error"])["type"]) == ("error", "ban")
    go.set()
    assert (await there.rest())[-1][1]["final"] is True


async def test_what_waits_to_be_read_is_not_handed_out_after_the_end(
    owner: User,
    generation: Generation,
    go: asyncio.Event,
    loop_runs: EventLog,
) -> None:
    reader = Reader(owner, generation)
    await reader.attach()
    await offload(lambda: ban_add(user=owner, lasts=HOUR))
    await open_doors.check_once()
    await text_at_the_end(loop_runs, generation, go)
    assert "more." not in str(await reader.rest())


async def opening(client: AsyncClient, user: User, program: str) -> HttpResponse:
    login = await offload(sign_in, user)
    await offload(lambda: ban_add(user=user, reason="Enough.", lasts=HOUR))
    answer: object = await client.get(
        "/api/agents/chat/stream/x",
        headers={"Authorization": f"Bearer {login.access_token}", "User-Agent": program},
    )
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.django_db(transaction=True)
async def test_a_banned_browser_that_opens_a_stream_reads_why_in_it(
    async_client: AsyncClient,
    owner: User,
) -> None:
    answer = await opening(async_client, owner, BROWSER)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    ((name, data),) = parsed(answer.content)
    told = orjson.loads(data["error"])
    assert (name, told["type"], told["reason"]) == ("error", "ban", "Enough.")


@pytest.mark.django_db(transaction=True)
async def test_a_banned_program_that_opens_a_stream_gets_a_403(
    async_client: AsyncClient,
    owner: User,
) -> None:
    answer = await opening(async_client, owner, "curl/8.5")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/json")
    told = orjson.loads(answer.content)
    assert (told["type"], told["message"]) == ("ban", CONTRACT)


async def test_a_door_that_hangs_or_fails_holds_up_neither_the_others_nor_the_checks(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Stuck(StreamDoor):
        tries = 0

        @override
        async def end_session(self) -> None:
            self.tries += 1
            await asyncio.Event().wait()

    class Broken(StreamDoor):
        @override
        async def end_session(self) -> None:
            raise RuntimeError("The line is dead.")

    monkeypatch.setattr(doors, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(doors, "ended_among", set)
    register = OpenDoors()
    who = Identity("x", 0, "")
    stuck, broken, plain = Stuck(who), Broken(who), StreamDoor(who)
    for door in (stuck, broken, plain):
        register.add(door)
    for _ in range(2):
        await register.check_once()
    assert plain.closed.is_set()
    assert stuck.tries == 1
    assert "A door could not be closed." in caplog.messages
    for door in (stuck, broken, plain):
        register.remove(door)


async def test_the_checks_go_on_when_the_database_is_away_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([DatabaseError("away")])

    def away_once(identities: set[Identity]) -> set[Identity]:
        for failure in answers:
            raise failure
        return identities

    monkeypatch.setattr(doors, "CHECK_SECONDS", 0.001)
    monkeypatch.setattr(doors, "ended_among", away_once)
    register = OpenDoors()
    door = StreamDoor(Identity("x", 0, ""))
    with register.holding(door):
        await asyncio.wait_for(door.closed.wait(), 60)
    assert door not in register
