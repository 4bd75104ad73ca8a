"""A call that is quiet for long gets a sign of life; a client that takes nothing stops nobody."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.relay.exchange import WRITE_SECONDS, Exchange
from agents.relay.live import QUIET_SECONDS, Live
from agents.relay.record import Record

SIGN = b": keepalive\n\n"


class Client:
    """The other side of a line. is_taking: whether it reads what it is sent."""

    def __init__(self) -> None:
        self.is_taking = asyncio.Event()
        self.is_taking.set()
        self.got: list[bytes] = []

    async def send(self, event: Any) -> None:
        await self.is_taking.wait()
        self.got.append(event["body"])


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
async def live(client: Client) -> AsyncIterator[Live]:
    task = asyncio.create_task(asyncio.Event().wait())
    exchange = Exchange({}, client.send, client.send, {}, has_begun=True)  # type: ignore[arg-type,typeddict-item]  # no scope is read, nothing is received
    record = Record(id=exchange.id, started_at=0.0)
    found = Live(exchange, None, record, task, 100.0, alive=lambda: SIGN)  # type: ignore[arg-type]  # nobody asks for its key
    yield found
    found.unwatch_client()
    task.cancel()
    await asyncio.wait({task})


async def test_a_quiet_stream_gets_one_sign_at_a_time(live: Live, client: Client) -> None:
    for seconds in (0, 1, 2):  # not yet, a sign, not again
        await live.look_after(100 + QUIET_SECONDS + seconds)
        if live.sign is not None:
            await live.sign
        assert client.got == [SIGN][: seconds and 1]
    assert not live.is_writing


async def test_no_sign_follows_the_end(live: Live, client: Client) -> None:
    await live.look_after(101 + QUIET_SECONDS)
    live.exchange.has_ended = True
    assert live.sign is not None
    await live.sign
    assert client.got == []


async def test_who_takes_no_sign_is_waited_for_by_nobody_and_gone_in_the_end(
    live: Live, client: Client
) -> None:
    client.is_taking.clear()
    shown = 101 + QUIET_SECONDS
    await live.look_after(shown)
    first = live.sign
    await live.look_after(shown + WRITE_SECONDS)
    assert (live.sign, live.is_gone) == (first, False)
    await live.look_after(shown + WRITE_SECONDS + 1)
    assert live.is_gone
    await asyncio.wait({live.task})
    assert live.task.cancelled()
    assert live.task.cancelling() == 1
    await live.look_after(shown + WRITE_SECONDS + 2)
    assert client.got == []


async def test_a_client_that_takes_the_sign_late_keeps_its_call(live: Live, client: Client) -> None:
    client.is_taking.clear()
    shown = 101 + QUIET_SECONDS
    await live.look_after(shown)
    client.is_taking.set()
    assert live.sign is not None
    await live.sign
    await live.look_after(shown + WRITE_SECONDS + 1)
    assert not live.is_gone
    assert client.got[0] == SIGN
