"""Answers and the list's changes over the page's WebSocket."""

import asyncio
from typing import Any

from accounts.models import User
from agents.engine.offload import offload
from agents.llm.wire.neutral import Finished, TextDelta
from conversations.eventlog.log import EventLog
from conversations.models import Message
from conversations.services.changes import Change, stamp_of
from conversations.services.conversations import conversation_delete, conversation_rename
from conversations.streaming import activity
from librechat.kernel import markup
from tests.conversations.conftest import Endpoint
from tests.conversations.streaming.pages import frames_of, heard, opened, watch
from tests.conversations.streaming.streams import begin
from tests.factories.chats import answer_events
from tests.factories.threads import conversation_make


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
        assert await heard(page) == {"type": "hello", "stamp": ""}
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


async def test_a_rename_reaches_every_tab_of_the_person_and_nobody_else(
    owner: User,
    stranger: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    conversation = await offload(conversation_make, owner)
    async with opened(owner) as one, opened(owner) as two, opened(stranger) as other:
        for page in (one, two, other):
            assert await heard(page) == {"type": "hello", "stamp": ""}
        await offload(conversation_rename, conversation=conversation, title="Primes <b>")
        for page in (one, two):
            message = await heard(page)
            assert (message["type"], message["op"]) == ("list", "upsert")
            assert message["conversationId"] == conversation.conversation_id
            assert "Primes &lt;b&gt;" in message["html"]
        assert await other.receive_nothing(timeout=0.1)


async def test_a_page_drawn_before_a_change_is_told_another_stamp_than_its_own(
    owner: User,
    stranger: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    conversation = await offload(conversation_make, owner)
    drawn: list[str] = []
    for title in ("One", "Two"):
        await offload(conversation_rename, conversation=conversation, title=title)
        drawn.append(await offload(stamp_of, owner.id))
    async with opened(owner) as page, opened(stranger) as other:
        told = (await heard(page))["stamp"]
        assert (await heard(other))["stamp"] == ""
    assert drawn[0] != drawn[1] == told


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
