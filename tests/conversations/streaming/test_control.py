"""Status, stop and title of an answer over HTTP."""

import asyncio
from typing import Any

import pytest
from django.test import AsyncClient

from accounts.models import User
from agents.engine.offload import offload
from agents.llm.wire.neutral import Finished, TextDelta
from conversations.eventlog.log import EventLog
from conversations.generation import titles
from librechat.kernel import clock
from tests.conversations.conftest import Endpoint
from tests.conversations.streaming.streams import (
    address,
    bearer,
    begin,
    opened,
    until_written,
    whole,
)
from tests.factories.threads import conversation_make, generation_make, turn_make


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
