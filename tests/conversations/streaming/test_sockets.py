"""The page's WebSocket: who may open it, what it takes, how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from accounts.models import User
from accounts.services.bans import ban_add
from agents.engine.offload import offload
from conversations.streaming import consumers, doors, sockets
from conversations.streaming.consumers import PageConsumer
from tests.conversations.streaming.pages import closed_with, heard, opened


async def test_a_page_is_greeted_and_gets_its_pong(owner: User, transactional_db: None) -> None:
    async with opened(owner) as page:
        assert await heard(page) == {"type": "hello", "stamp": ""}
        await page.send_json_to({"type": "ping"})
        assert await heard(page) == {"type": "pong"}


async def test_who_is_not_signed_in_is_told_so(transactional_db: None) -> None:
    async with opened(None) as page:
        assert await closed_with(page) == 4401


@pytest.mark.parametrize(
    "message",
    [
        {"type": "dance"},
        {},
        {"type": "subscribe"},
        {"type": "subscribe", "generation": 7},
        {"type": "subscribe", "generation": "x", "after": "1"},
        {"type": "subscribe", "generation": "x", "after": True},
    ],
)
async def test_what_is_not_understood_is_answered_and_the_page_goes_on(
    owner: User,
    transactional_db: None,
    message: dict[str, Any],
) -> None:
    async with opened(owner) as page:
        await heard(page)
        await page.send_json_to(message)
        assert (await heard(page))["code"] == "invalid_input"
        await page.send_json_to({"type": "ping"})
        assert await heard(page) == {"type": "pong"}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"text_data": "{"}, 4400),
        ({"text_data": "[]"}, 4400),
        ({"text_data": " "}, 4400),
        ({"bytes_data": b"\x00"}, 4400),
        ({"text_data": "x" * (64 * 1024 + 1)}, 4413),
    ],
)
async def test_what_is_no_message_closes_this_tab(
    owner: User,
    transactional_db: None,
    sent: dict[str, Any],
    code: int,
) -> None:
    async with opened(owner) as page, opened(owner) as other:
        await page.send_to(**sent)
        assert await closed_with(page) == code
        await heard(other)
        await other.send_json_to({"type": "ping"})
        assert await heard(other) == {"type": "pong"}


async def test_a_flood_of_messages_closes_the_socket(
    owner: User,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumers, "BURST", 3.0)
    monkeypatch.setattr(consumers, "MESSAGES_PER_SECOND", 0.0)
    async with opened(owner) as page:
        for _ in range(4):
            await page.send_json_to({"type": "ping"})
        assert await closed_with(page) == 4429


async def test_too_many_watched_answers_are_refused(
    owner: User,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumers, "MAX_SUBSCRIPTIONS", 0)
    async with opened(owner) as page:
        await heard(page)
        await page.send_json_to({"type": "subscribe", "generation": "x"})
        assert (await heard(page))["code"] == "invalid_input"


async def test_too_many_sockets_of_one_person_are_refused_and_others_are_not(
    owner: User,
    stranger: User,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "MAX_PER_USER", 1)
    async with opened(owner) as first:
        await heard(first)
        async with opened(owner) as second:
            assert await closed_with(second) == 4429
        async with opened(stranger) as other:
            assert await heard(other) == {"type": "hello", "stamp": ""}
    async with opened(owner) as again:
        assert await heard(again) == {"type": "hello", "stamp": ""}


async def test_a_sign_out_closes_the_sockets_of_that_person_only(
    owner: User,
    stranger: User,
    transactional_db: None,
) -> None:
    async with opened(owner) as page, opened(stranger) as other:
        await heard(other)
        await User.objects.filter(pk=owner.pk).aupdate(auth_epoch=F("auth_epoch") + 1)
        await doors.open_doors.check_once()
        assert await closed_with(page) == 4401
        await other.send_json_to({"type": "ping"})
        assert await heard(other) == {"type": "pong"}


async def test_a_banned_address_closes_the_sockets_from_there_only(
    owner: User,
    stranger: User,
    transactional_db: None,
) -> None:
    async with (
        opened(owner, address="203.0.113.9") as here,
        opened(owner, address="198.51.100.4") as there,
        opened(stranger, address="203.0.113.9") as neighbour,
        opened(stranger) as nowhere,
    ):
        await offload(lambda: ban_add(address="203.0.113.9", lasts=timedelta(hours=1)))
        await doors.open_doors.check_once()
        for page in (here, neighbour):
            assert await closed_with(page) == 4401
        for page in (there, nowhere):
            assert await heard(page) == {"type": "hello", "stamp": ""}
            await page.send_json_to({"type": "ping"})
            assert await heard(page) == {"type": "pong"}


async def test_a_reader_that_takes_nothing_is_closed_as_slow(
    owner: User,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumers, "SLOW_SECONDS", 0.05)
    monkeypatch.setattr(consumers, "CLOSING_SECONDS", 0.05)
    is_stuck, is_closing = asyncio.Event(), asyncio.Event()
    closing: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close":
            closing.append(message)
            is_closing.set()
        if message["type"] == "websocket.send":
            is_stuck.set()
            await asyncio.Event().wait()

    serving = asyncio.create_task(served(owner, send))
    await asyncio.wait_for(is_stuck.wait(), 60)
    await asyncio.wait_for(is_closing.wait(), 60)
    assert closing[0]["code"] == 4408
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def served(user: User, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    pending = [{"type": "websocket.connect"}]

    async def receive() -> dict[str, Any]:
        if pending:
            return pending.pop()
        await asyncio.Event().wait()
        raise AssertionError

    scope = {"type": "websocket", "path": "/ws", "user": user}
    await PageConsumer.as_asgi()(scope, receive, send)  # type: ignore[arg-type]  # a bare scope
