"""The event stream over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import orjson
import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncClient

from accounts.models import User
from agents.engine.offload import offload
from agents.errors import NoUserKeyError
from agents.llm.wire.neutral import Finished, TextDelta, ThinkingDelta
from conversations.eventlog.events import Ended, Entry, PartGrew
from conversations.eventlog.log import EventLog
from conversations.generation import titles
from conversations.generation.start import StartRequest, generation_start
from conversations.models import Generation
from conversations.streaming import sse
from conversations.streaming.attach import paced
from librechat.kernel import clock
from tests.conversations.conftest import Endpoint
from tests.factories.chats import answer_events
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make, generation_make, turn_make


async def begin(user: User, **fields: Any) -> Generation:
    body = {"endpoint": "Scripted", "model": "test-model", "text": "Count.", **fields}
    started = await offload(generation_start, user, body=StartRequest(**body))
    return started.generation


async def bearer(user: User) -> dict[str, str]:
    login = await offload(sign_in, user)
    return {"Authorization": f"Bearer {login.access_token}"}


def address(generation: Generation, query: str = "") -> str:
    return f"/api/agents/chat/stream/{generation.conversation.conversation_id}{query}"


async def opened(client: AsyncClient, path: str, user: User) -> StreamingHttpResponse:
    response: object = await client.get(path, headers=await bearer(user))
    assert isinstance(response, StreamingHttpResponse)
    assert response.status_code == 200
    return response


def parsed(raw: bytes) -> list[tuple[str, Any]]:
    frames = []
    for block in raw.decode().split("\n\n"):
        if not block or block.startswith(":"):
            continue
        name, data = block.split("\n")
        frames.append((name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))))
    return frames


async def whole(response: StreamingHttpResponse) -> list[tuple[str, Any]]:
    async with asyncio.timeout(5):
        chunks = [chunk async for chunk in response]
    return parsed(b"".join(chunks))


def kind(frame: dict[str, Any]) -> str:
    return frame.get("event") or next(iter(frame))


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


async def until_written(log: EventLog, generation: Generation, text: str) -> None:
    async with asyncio.timeout(5):
        written = ""
        async for batch in log.follow(generation.id):
            written += "".join(one.event.text for one in batch if isinstance(one.event, PartGrew))
            if written.endswith(text):
                return


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


async def test_status_tells_what_is_written_and_forgets_finished_answers(
    async_client: AsyncClient,
    owner: User,
    stranger: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    go = asyncio.Event()
    endpoint.model.say(TextDelta("One"), go, Finished("stop"))
    generation = await begin(owner)
    await until_written(loop_runs, generation, "One")
    conversation_id = generation.conversation.conversation_id
    path = f"/api/agents/chat/status/{conversation_id}"
    running = (await async_client.get(path, headers=await bearer(owner))).json()
    assert list(running) == [
        "active",
        "generationProtocolVersion",
        "streamId",
        "status",
        "aggregatedContent",
        "createdAt",
        "resumeState",
    ]
    assert running["aggregatedContent"] == [{"type": "text", "text": "One"}]
    assert running["createdAt"] == clock.milliseconds(generation.created_at)
    idle = {"active": False, "generationProtocolVersion": 1}
    assert (await async_client.get(path, headers=await bearer(stranger))).json() == idle
    active = await async_client.get("/api/agents/chat/active", headers=await bearer(owner))
    assert active.json() == {"activeJobIds": [conversation_id]}
    go.set()
    await whole(await opened(async_client, address(generation), owner))
    assert (await async_client.get(path, headers=await bearer(owner))).json() == idle


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        ({}, 400, "INVALID_ABORT_TARGET"),
        ({"conversationId": 5}, 400, "INVALID_ABORT_TARGET"),
        ({"conversationId": "new"}, 404, None),
        ({"conversationId": "nothing"}, 404, None),
        ({"conversationId": "x", "generationCreatedAt": "1"}, 400, "INVALID_GENERATION_CREATED_AT"),
    ],
)
async def test_a_stop_without_a_target_stops_nothing(
    async_client: AsyncClient,
    owner: User,
    transactional_db: None,
    body: dict[str, Any],
    status: int,
    answer: str | None,
) -> None:
    response = await async_client.post(
        "/api/agents/chat/abort",
        body,
        content_type="application/json",
        headers=await bearer(owner),
    )
    assert (response.status_code, response.json().get("code")) == (status, answer)


async def test_stopping_twice_says_that_it_is_over(
    async_client: AsyncClient,
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner)
    await whole(await opened(async_client, address(generation), owner))
    response = await async_client.post(
        "/api/agents/chat/abort",
        {"conversationId": generation.conversation.conversation_id},
        content_type="application/json",
        headers=await bearer(owner),
    )
    assert response.json() == {
        "success": False,
        "settled": True,
        "code": "RUN_ALREADY_SETTLED",
        "generationProtocolVersion": 1,
    }


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


async def test_a_page_s_post_needs_its_csrf_token(owner: User, transactional_db: None) -> None:
    client = AsyncClient(enforce_csrf_checks=True)
    await client.aforce_login(owner)
    answer = await client.post(
        "/api/agents/chat/abort",
        {"conversationId": "new"},
        content_type="application/json",
    )
    assert (answer.status_code, list(answer.json())) == (403, ["error"])


async def test_a_body_that_is_no_json_stops_nothing(owner: User, transactional_db: None) -> None:
    answer = await AsyncClient().generic(
        "POST",
        "/api/agents/chat/abort",
        "{",
        content_type="application/json",
        headers=await bearer(owner),
    )
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


async def test_a_title_is_given_once(
    async_client: AsyncClient,
    owner: User,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(titles, "POLLS", 1)
    monkeypatch.setattr(titles, "POLL_SECONDS", 0)
    conversation = await offload(conversation_make, owner, "New Chat")
    _, reply = await offload(turn_make, conversation)
    generation = await offload(generation_make, reply)
    await offload(titles.title_save, generation=generation, title="Primes")
    path = f"/api/convos/gen_title/{conversation.conversation_id}"
    headers = await bearer(owner)
    first = await async_client.get(path, headers=headers)
    assert (first.status_code, first.json()) == (200, {"title": "Primes"})
    again = await async_client.get(path, headers=headers)
    assert (again.status_code, list(again.json())) == (404, ["message"])


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
