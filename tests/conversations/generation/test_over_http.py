"""The whole path: a start, a real socket to a provider, the log, the stored answer."""

from collections.abc import AsyncIterator

import pytest

from accounts.models import User
from conversations.eventlog.events import Ended, PartGrew
from conversations.eventlog.log import EventLog
from conversations.generation.cancel import generation_stop
from conversations.models import Generation
from librechat.kernel import outbound, yaml_config
from tests.conversations.generation.turns import answer_of, begin, events_of
from tests.fakes.provider import Cut, FakeProvider, Hang, Script, Text, refuses, says


@pytest.fixture
async def fake(provider: FakeProvider, loop_runs: EventLog) -> AsyncIterator[FakeProvider]:
    """Give a custom endpoint named Fake at the scripted provider server."""
    block = {
        "name": "Fake",
        "apiKey": "sk-test",
        "baseURL": f"{provider.url}/v1",
        "models": {"default": ["m"], "fetch": False},
        "titleConvo": False,
    }
    with yaml_config.override({"endpoints": {"custom": [block]}}):
        yield provider
    await outbound.close()


async def ask(user: User) -> Generation:
    return await begin(user, "Hello", endpoint="Fake", model="m")


async def test_an_answer_comes_over_http(
    owner: User,
    fake: FakeProvider,
    loop_runs: EventLog,
) -> None:
    fake.script("m", says("Hel", "lo ", "there."))
    generation = await ask(owner)
    events = await events_of(loop_runs, generation)
    assert "".join(event.text for event in events if isinstance(event, PartGrew)) == "Hello there."
    assert events[-1] == Ended("done")
    answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "Hello there."}]
    assert answer.sender == "Fake"
    assert len(fake.requests) == 1


async def test_a_refusal_comes_back_with_its_status(
    owner: User,
    fake: FakeProvider,
    loop_runs: EventLog,
) -> None:
    fake.script("m", refuses(401))
    generation = await ask(owner)
    ended = (await events_of(loop_runs, generation))[-1]
    assert isinstance(ended, Ended)
    assert ended.error["type"] == "provider_auth"
    said = (await answer_of(generation)).content[0]["error"]
    assert said.startswith("An error occurred while processing the request: 401 ")


async def test_a_cut_keeps_the_text(
    owner: User,
    fake: FakeProvider,
    loop_runs: EventLog,
) -> None:
    fake.script("m", Script(steps=(Text("So far"), Cut())))
    generation = await ask(owner)
    ended = (await events_of(loop_runs, generation))[-1]
    assert isinstance(ended, Ended)
    assert ended.state == "interrupted"
    answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "So far"}]
    assert (answer.unfinished, answer.finish_reason) == (True, "cut")


async def test_a_stop_reaches_the_provider(
    owner: User,
    fake: FakeProvider,
    loop_runs: EventLog,
) -> None:
    fake.script("m", Script(steps=(Text("So far"), Hang())))
    generation = await ask(owner)
    async for batch in loop_runs.follow(generation.id):
        if any(isinstance(entry.event, PartGrew) for entry in batch):
            break
    assert await generation_stop(owner, generation=generation)
    await fake.requests[0].over()
    assert fake.requests[0].is_cancelled
    assert (await answer_of(generation)).content == [{"type": "text", "text": "So far"}]


async def test_a_model_that_is_not_offered_is_a_setup_error(
    owner: User,
    fake: FakeProvider,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner, "Hello", endpoint="Fake", model="other")
    assert (await events_of(loop_runs, generation))[-1] == Ended(
        "failed",
        {"type": "illegal_model_request", "info": "Fake|other"},
        is_setup_error=True,
    )
    assert fake.requests == []
