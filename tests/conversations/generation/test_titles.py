"""Names for new conversations."""

import asyncio

import pytest
from django.core.cache import cache

from accounts.models import User
from agents.engine.offload import offload
from agents.llm.wire import neutral
from agents.llm.wire import parts as wire_parts
from billing.models import Transaction
from conversations.eventlog.events import Ended, Titled
from conversations.eventlog.log import EventLog
from conversations.generation import titles
from conversations.generation.titles import (
    clean_title,
    title_from_words,
    title_wait,
)
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.titled import over, title_settings
from tests.conversations.generation.turns import begin, conversation_of, events_of
from tests.factories.chats import Gate, answer_events


async def test_a_new_conversation_is_named_beside_its_answer(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.title = title_settings()
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("Ninety-"), gate, *answer_events("seven."))
    endpoint.model.say_as("small-model", *answer_events('Title: "A prime above 90".\n'))
    generation = await begin(owner, "Name one prime above 90.")
    conversation = await conversation_of(generation)
    async with asyncio.timeout(60):
        while conversation.title == "New Chat":
            await asyncio.sleep(0.005)
            conversation = await conversation_of(generation)
    gate.opened.set()
    events = await events_of(loop_runs, generation)
    assert Titled("A prime above 90") in events
    assert conversation.title == "A prime above 90"
    [asked] = [one for one in endpoint.model.requests if one.model == "small-model"]
    assert "Name one prime above 90." in asked.messages[0].parts[0].text  # type: ignore[union-attr]
    assert await title_wait(owner, conversation.conversation_id) == "A prime above 90"


async def test_a_title_is_given_once(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(titles, "POLL_SECONDS", 0)
    cache.set(titles._key(owner.id, "c"), "Once")
    assert await title_wait(owner, "c") == "Once"
    assert await title_wait(owner, "c") is None


async def test_a_title_that_comes_late_is_waited_for(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(titles, "POLL_SECONDS", 0.01)
    waiting = asyncio.create_task(title_wait(owner, "c"))
    await asyncio.sleep(0.02)
    cache.set(titles._key(owner.id, "c"), "Late")
    assert await waiting == "Late"


async def test_a_title_slower_than_the_answer_is_saved_after_the_end(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.title = title_settings()
    gate = Gate()
    endpoint.model.say(*answer_events("Quick."))
    endpoint.model.say_as("small-model", gate, *answer_events("Slow title"))
    generation = await begin(owner)
    events = await events_of(loop_runs, generation)
    assert not any(isinstance(event, Titled) for event in events)
    gate.opened.set()
    await over(generation)
    assert (await conversation_of(generation)).title == "Slow title"
    assert isinstance((await loop_runs.read(generation.id))[-1].event, Ended)


async def test_a_final_title_is_made_of_both_sides_after_the_answer(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.title = title_settings(
        timing="final",
        prompt="Shortly: {convo}",
        prompt_template="Q {input} A {output}",
    )
    endpoint.model.say(*answer_events("Ninety-seven."))
    endpoint.model.say_as("small-model", *answer_events("Both sides"))
    generation = await begin(owner, "A prime?")
    events = await events_of(loop_runs, generation)
    assert not any(isinstance(event, Titled) for event in events)
    await over(generation)
    assert (await conversation_of(generation)).title == "Both sides"
    [part] = endpoint.model.requests[1].messages[0].parts
    assert part == wire_parts.TextPart("Shortly: Q A prime? A Ninety-seven.")


async def test_a_title_is_charged_as_a_title(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.title = title_settings()
    generation = await begin(owner)
    await events_of(loop_runs, generation)
    await over(generation)
    contexts = {row.context async for row in Transaction.objects.filter(user=owner)}
    assert contexts == {"message", "title"}


async def test_another_endpoint_may_make_the_titles(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.title = title_settings(endpoint="Elsewhere", model="tiny")
    generation = await begin(owner)
    await events_of(loop_runs, generation)
    await over(generation)
    assert {request.model for request in endpoint.model.requests} == {"test-model", "tiny"}


async def test_the_demo_names_conversations_by_their_first_words(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.title = title_settings(is_on=False, endpoint="demo", model="demo")
    generation = await begin(owner, "What can this do for me today, really?", endpoint="demo")
    await events_of(loop_runs, generation)
    await over(generation)
    assert (await conversation_of(generation)).title == "What can this do for me…"
    assert len(endpoint.model.requests) == 1


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("A Plain Title", "A Plain Title"),
        ('"Quoted"', "Quoted"),
        ("**Title:** Bold", "Bold"),
        ("\n\n  Second line \n more", "Second line"),
        ("Ends.", "Ends"),
        ("", ""),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_models_title_is_cleaned(said: str, title: str) -> None:
    assert clean_title(said) == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("one two three four five six", "one two three four five six"),
        ("one two three four five six seven", "one two three four five six…"),
        ("y" * 100, "y" * 60),
        ("", ""),
    ],
)
def test_first_words_make_a_title(text: str, title: str) -> None:
    assert title_from_words(text) == title


async def test_nobody_reads_another_persons_title(
    owner: User,
    stranger: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(titles, "POLL_SECONDS", 0)
    cache.set(titles._key(owner.id, "c"), "Private")
    assert await title_wait(stranger, "c") is None
    assert await offload(cache.get, titles._key(owner.id, "c")) == "Private"
