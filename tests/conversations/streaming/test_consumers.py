"""The page's WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson
import pytest
from channels.testing import WebsocketCommunicator
from django.db.models import F

from accounts.models import User
from agents.engine.offload import offload
from agents.llm.wire.neutral import Finished, TextDelta
from conversations.eventlog.log import EventLog
from conversations.generation.start import StartRequest, generation_start
from conversations.models import Generation, Message
from conversations.services.changes import Change
from conversations.services.conversations import conversation_delete, conversation_rename
from conversations.streaming import activity, consumers, sockets
from conversations.streaming.consumers import PageConsumer
from librechat.kernel import markup
from tests.conversations.conftest import Endpoint
from tests.factories.chats import answer_events
from tests.factories.threads import conversation_make

Page = WebsocketCommunicator


async def begin(user: User, **fields: Any) -> Generation:
    body = {"endpoint": "Scripted", "model": "test-model", "text": "Count.", **fields}
    started = await offload(generation_start, user, body=StartRequest(**body))
    return started.generation


@asynccontextmanager
async def opened(user: object) -> AsyncIterator[Page]:
    page = WebsocketCommunicator(PageConsumer.as_asgi(), "/ws")
    cast("dict[str, object]", page.scope)["user"] = user  # as the sign-in middleware does
    is_connected, _ = await page.connect()
    assert is_connected
    try:
        yield page
    finally:
        await page.disconnect()


async def heard(page: Page) -> dict[str, Any]:
    message: dict[str, Any] = orjson.loads(await page.receive_from(timeout=5))
    return message


async def frames_of(page: Page) -> tuple[list[dict[str, Any]], int]:
    """Return all frames to the end, and the last cursor."""
    frames: list[dict[str, Any]] = []
    while True:
        message = await heard(page)
        if message["type"] != "frames":
            continue
        frames += message["frames"]
        if frames[-1]["type"] == "end":
            return frames, message["upto"]


async def watch(page: Page, generation: Generation, after: int = 0) -> None:
    await page.send_json_to({"type": "subscribe", "generation": generation.id, "after": after})


async def closed_with(page: Page) -> int:
    output = await page.receive_output(timeout=5)
    while output["type"] != "websocket.close":
        output = await page.receive_output(timeout=5)
    return int(output["code"])


async def test_a_page_is_greeted_and_gets_its_pong(owner: User, transactional_db: None) -> None:
    async with opened(owner) as page:
        assert await heard(page) == {"type": "hello"}
        await page.send_json_to({"type": "ping"})
        assert await heard(page) == {"type": "pong"}


async def test_who_is_not_signed_in_is_told_so(transactional_db: None) -> None:
    async with opened(None) as page:
        assert await closed_with(page) == 4401


async def test_a_page_sees_the_turn_open_the_blocks_and_the_end(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(*answer_events("Hello *you*.\n\n", "Bye."))
    generation = await begin(owner)
    async with opened(owner) as page:
        await watch(page, generation)
        frames, _ = await frames_of(page)
    assert frames[0]["type"] == "open"
    assert frames[0]["responseMessageId"] == generation.response_message_id
    assert "Count." in frames[0]["userHtml"]
    assert "data-tail" in frames[0]["replyHtml"]
    html = "".join(frame["html"] for frame in frames if frame["type"] == "block")
    assert html == markup.render("Hello *you*.\n\nBye.")
    assert (frames[-1]["type"], frames[-1]["state"]) == ("end", "done")
    assert html in frames[-1]["html"]


async def test_a_page_that_comes_back_at_any_cursor_ends_with_the_same_answer(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(*answer_events("One.\n\n", "Two ", "and.\n\n", "Three."))
    generation = await begin(owner)
    async with opened(owner) as page:
        await watch(page, generation)
        everything, last = await frames_of(page)
        whole = texts(everything)
        for cursor in range(1, last):
            await watch(page, generation, after=cursor)
            rest, upto = await frames_of(page)
            assert upto == last
            assert whole.endswith(texts(rest))
            assert rest[-1] == everything[-1]


def texts(frames: list[dict[str, Any]]) -> str:
    return "".join(frame["html"] for frame in frames if frame["type"] == "block")


async def test_two_tabs_of_one_person_see_the_same_and_render_it_once(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    go = asyncio.Event()
    endpoint.model.say(TextDelta("One"), go, TextDelta(" two."), Finished("stop"))
    generation = await begin(owner)
    async with opened(owner) as first, opened(owner) as second:
        await watch(first, generation)
        await watch(second, generation)
        go.set()
        seen = [await frames_of(first), await frames_of(second)]
    assert texts(seen[0][0]) == texts(seen[1][0]) == markup.render("One two.")


async def test_stop_ends_the_answer_and_keeps_its_text(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(TextDelta("Once upon"), asyncio.Event())
    generation = await begin(owner)
    async with opened(owner) as page:
        await watch(page, generation)
        message = await heard(page)
        while "Once upon" not in str(message):
            message = await heard(page)
        await page.send_json_to({"type": "stop", "generation": generation.id})
        frames, _ = await frames_of(page)
    assert frames[-1]["state"] == "stopped"
    stored = await Message.objects.aget(message_id=generation.response_message_id)
    assert stored.content == [{"type": "text", "text": "Once upon"}]


async def test_a_stranger_cannot_watch_or_stop(
    owner: User,
    stranger: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    go = asyncio.Event()
    endpoint.model.say(go, *answer_events("Mine."))
    generation = await begin(owner)
    async with opened(stranger) as page:
        assert await heard(page) == {"type": "hello"}
        await watch(page, generation)
        refused = await heard(page)
        await page.send_json_to({"type": "stop", "generation": generation.id})
        assert (refused["type"], refused["code"]) == ("error", "not_found")
        assert (await heard(page))["code"] == "not_found"
    assert await loop_runs.is_stopped(generation.id) is False
    go.set()


async def test_an_answer_whose_log_is_forgotten_is_gone(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner)
    async with opened(owner) as page:
        await watch(page, generation)
        await frames_of(page)
        await loop_runs.close()
        await watch(page, generation)
        message = await heard(page)
        while message["type"] == "list":
            message = await heard(page)
    assert message == {"type": "gone", "generation": generation.id}


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
            assert await heard(other) == {"type": "hello"}
    async with opened(owner) as again:
        assert await heard(again) == {"type": "hello"}


async def test_a_sign_out_closes_the_sockets_of_that_person_only(
    owner: User,
    stranger: User,
    transactional_db: None,
) -> None:
    async with opened(owner) as page, opened(stranger) as other:
        await heard(other)
        await User.objects.filter(pk=owner.pk).aupdate(auth_epoch=F("auth_epoch") + 1)
        await sockets.open_sockets.check_once()
        assert await closed_with(page) == 4401
        await other.send_json_to({"type": "ping"})
        assert await heard(other) == {"type": "pong"}


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
    await asyncio.wait_for(is_stuck.wait(), 5)
    await asyncio.wait_for(is_closing.wait(), 5)
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


async def test_a_rename_reaches_every_tab_of_the_person_and_nobody_else(
    owner: User,
    stranger: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    conversation = await offload(conversation_make, owner)
    async with opened(owner) as one, opened(owner) as two, opened(stranger) as other:
        for page in (one, two, other):
            assert await heard(page) == {"type": "hello"}
        await offload(conversation_rename, conversation=conversation, title="Primes <b>")
        for page in (one, two):
            message = await heard(page)
            assert (message["type"], message["op"]) == ("list", "upsert")
            assert message["conversationId"] == conversation.conversation_id
            assert "Primes &lt;b&gt;" in message["html"]
        assert await other.receive_nothing(timeout=0.1)


async def test_a_deletion_removes_the_row(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    conversation = await offload(conversation_make, owner)
    async with opened(owner) as page:
        await heard(page)
        await offload(conversation_delete, conversation=conversation)
        assert await heard(page) == {
            "type": "list",
            "op": "remove",
            "conversationId": conversation.conversation_id,
        }


def test_without_a_server_nobody_is_told(owner: User) -> None:
    change = Change(owner.id, "c", "upsert")
    activity.publish(change)
    assert activity.frame_of(change) == {"type": "list", "op": "remove", "conversationId": "c"}
