"""The event stream over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from django.test import AsyncClient

from accounts.models import User
from agents.engine.offload import offload
from agents.errors import NoUserKeyError
from agents.llm.wire.neutral import Finished, TextDelta, ThinkingDelta
from conversations.eventlog.events import Ended, Entry
from conversations.eventlog.log import EventLog
from conversations.models import Generation
from conversations.streaming import sse
from conversations.streaming.attach import paced
from librechat.kernel import clock
from tests.conversations.conftest import Endpoint
from tests.conversations.streaming.streams import (
    address,
    bearer,
    begin,
    kind,
    opened,
    until_written,
    whole,
)
from tests.factories.chats import answer_events
from tests.factories.threads import conversation_make, generation_make, turn_make


async def test_the_first_reader_gets_everything_from_created_to_final(
    async_client: AsyncClient,
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(*answer_events("Ninety", "-seven."))
    generation = await begin(owner)
    response = await opened(async_client, address(generation), owner)
    headers = {name: response[name] for name in sse.HEADERS}
    assert headers == sse.HEADERS
    assert response["Content-Type"] == "text/event-stream"
    frames = await whole(response)
    assert {name for name, _ in frames} == {"message"}
    kinds = [kind(frame) for _, frame in frames]
    assert list(dict.fromkeys(kinds)) == [
        "created",
        "on_run_step",
        "on_message_delta",
        "on_run_step_closed",
        "on_token_usage",
        "final",
    ]
    final = frames[-1][1]
    assert list(final) == [
        "final",
        "conversation",
        "title",
        "requestMessage",
        "responseMessage",
        "generationProtocolVersion",
    ]
    assert final["requestMessage"]["messageId"] == frames[0][1]["message"]["messageId"]
    assert final["responseMessage"]["parentMessageId"] == final["requestMessage"]["messageId"]
    assert final["responseMessage"]["content"] == [{"type": "text", "text": "Ninety-seven."}]
    assert frames[1][1]["data"]["runId"] == final["responseMessage"]["messageId"]


async def test_a_finished_answer_can_still_be_attached_to(
    async_client: AsyncClient,
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner)
    first = await whole(await opened(async_client, address(generation), owner))
    again = await whole(await opened(async_client, address(generation), owner))
    assert again == first


async def test_after_its_time_an_answer_is_not_found(
    async_client: AsyncClient,
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner)
    await whole(await opened(async_client, address(generation), owner))
    await loop_runs.close()
    response = await async_client.get(address(generation), headers=await bearer(owner))
    assert response.status_code == 404
    assert response.json() == {
        "error": "Stream not found",
        "message": "The generation job does not exist or has expired.",
        "generationProtocolVersion": 1,
    }


async def test_a_resumed_stream_syncs_first_and_continues_without_gap_or_repeat(
    async_client: AsyncClient,
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    go = asyncio.Event()
    endpoint.model.say(
        ThinkingDelta("hm"),
        TextDelta("One, "),
        TextDelta("two"),
        go,
        TextDelta(", three."),
        Finished("stop"),
    )
    generation = await begin(owner)
    await until_written(loop_runs, generation, "two")
    response = await opened(async_client, address(generation, "?resume=true"), owner)
    go.set()
    frames = [frame for _, frame in await whole(response)]
    assert kind(frames[0]) == "sync"
    state = frames[0]["resumeState"]
    assert state["aggregatedContent"] == [
        {"type": "think", "think": "hm"},
        {"type": "text", "text": "One, two"},
    ]
    deltas = [one["data"] for one in frames if kind(one) == "on_message_delta"]
    assert "".join(one["delta"]["content"][0]["text"] for one in deltas) == ", three."
    assert {one["id"] for one in deltas} == {state["runSteps"][-1]["id"]}
    assert frames[-1]["final"] is True


async def test_a_set_up_error_is_an_error_frame(
    async_client: AsyncClient,
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.refusal = NoUserKeyError("Add a key.", body={"type": "no_user_key"})
    generation = await begin(owner)
    frames = await whole(await opened(async_client, address(generation), owner))
    assert frames[-1] == (
        "error",
        {"error": '{"type":"no_user_key"}', "generationProtocolVersion": 1},
    )


async def test_a_stopped_answer_ends_with_the_aborted_frame_on_every_stream(
    async_client: AsyncClient,
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(TextDelta("Once upon a time"), asyncio.Event())
    generation = await begin(owner)
    await until_written(loop_runs, generation, "Once upon a time")
    responses = [await opened(async_client, address(generation), owner) for _ in range(2)]
    reading = [asyncio.create_task(whole(response)) for response in responses]
    conversation_id = generation.conversation.conversation_id
    answer = await async_client.post(
        "/api/agents/chat/abort",
        {
            "conversationId": conversation_id,
            "generationCreatedAt": clock.milliseconds(generation.created_at),
        },
        content_type="application/json",
        headers=await bearer(owner),
    )
    assert (answer.status_code, answer.json()) == (
        200,
        {"success": True, "aborted": conversation_id, "generationProtocolVersion": 1},
    )
    for frames in await asyncio.gather(*reading):
        final = frames[-1][1]
        assert (final["aborted"], final["earlyAbort"]) == (True, False)
        assert final["conversation"] == {"conversationId": conversation_id}
        assert final["responseMessage"]["content"] == [{"type": "text", "text": "Once upon a time"}]
        assert final["responseMessage"]["unfinished"] is True


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        ("soon", (400, "INVALID_GENERATION_CREATED_AT")),
        ("-5", (400, "INVALID_GENERATION_CREATED_AT")),
        ("12345", (409, "GENERATION_REPLACED")),
    ],
)
async def test_a_wrong_moment_is_refused(
    async_client: AsyncClient,
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    moment: str,
    refusal: tuple[int, str],
) -> None:
    generation = await begin(owner)
    path = address(generation, f"?generationCreatedAt={moment}")
    response = await async_client.get(path, headers=await bearer(owner))
    assert (response.status_code, response.json()["code"]) == refusal


async def test_a_stranger_finds_nothing_and_nobody_is_sent_to_sign_in(
    async_client: AsyncClient,
    owner: User,
    stranger: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner)
    foreign = await async_client.get(address(generation), headers=await bearer(stranger))
    assert (foreign.status_code, foreign.json()["error"]) == (404, "Stream not found")
    nobody = await async_client.get(address(generation))
    assert (nobody.status_code, nobody.json()) == (401, {"message": "No auth token"})


async def test_a_silent_log_gives_a_pulse_and_closing_ends_the_reader() -> None:
    is_closed = False

    async def silent() -> AsyncIterator[list[Entry]]:
        nonlocal is_closed
        try:
            yield [Entry(1, Ended("done"))]
            await asyncio.Event().wait()
        finally:
            is_closed = True

    async with aclosing(paced(silent(), 0.01)) as batches:
        assert await anext(batches) == [Entry(1, Ended("done"))]
        assert await anext(batches) == []
        assert await anext(batches) == []
    assert is_closed


@pytest.mark.parametrize("method", ["post", "delete"])
async def test_only_get_streams(async_client: AsyncClient, method: str) -> None:
    response = await getattr(async_client, method)("/api/agents/chat/stream/x")
    assert (response.status_code, response["Allow"]) == (405, "GET")


async def test_which_of_several_answers_to_stop_must_be_said(
    async_client: AsyncClient,
    owner: User,
    transactional_db: None,
) -> None:
    for _ in range(2):
        _, reply = await offload(turn_make, await offload(conversation_make, owner))
        await offload(generation_make, reply)
    answer = await async_client.post(
        "/api/agents/chat/abort",
        {"conversationId": "new"},
        content_type="application/json",
        headers=await bearer(owner),
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "AMBIGUOUS_ACTIVE_RUN")


async def test_a_run_that_never_wrote_anything_ends_the_stream(
    async_client: AsyncClient,
    owner: User,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.05)
    _, reply = await offload(turn_make, await offload(conversation_make, owner))
    generation = await offload(generation_make, reply)
    response = await opened(async_client, address(generation), owner)
    chunks = aiter(response)
    assert await anext(chunks) == sse.HEARTBEAT
    await Generation.objects.filter(pk=generation.pk).aupdate(state="interrupted")
    assert [chunk async for chunk in chunks if chunk != sse.HEARTBEAT] == []
