"""The model that needs no provider."""

import pytest

from agents.llm.providers import providers
from agents.llm.providers.provider import Connection
from agents.llm.wire.neutral import Finished, Started, ThinkingDelta, UsageReported
from agents.llm.wire.parts import Message, TextPart
from tests.agents.providers.calls import asking, collect, text_of

DEMO = Connection("demo", "demo", options={"word_seconds": "0"})


async def test_the_demo_shows_what_answers_look_like_and_how_to_go_on() -> None:
    events = await collect(providers.build(DEMO).stream(asking("What is\n\nthis?")))
    assert isinstance(events[0], Started)
    assert any(isinstance(event, ThinkingDelta) for event in events)
    answer = text_of(events)
    for part in ("> What is this?", "```python", "|---|", "$$", "OPENAI_API_KEY", "offline"):
        assert part in answer
    usage = events[-2]
    assert isinstance(usage, UsageReported)
    assert usage.usage.is_estimated
    assert events[-1] == Finished("stop")


@pytest.mark.parametrize(("said", "quoted"), [("x" * 500, "x" * 200 + "…"), ("", "(nothing)")])
async def test_the_demo_quotes_at_most_a_little(said: str, quoted: str) -> None:
    request = asking(said)
    answer = text_of(await collect(providers.build(DEMO).stream(request)))
    assert f"> {quoted}\n" in answer


async def test_the_demo_answers_a_chat_without_a_question() -> None:
    silent = asking().__class__("demo", (Message("system", (TextPart("x"),)),))
    assert "(nothing)" in text_of(await collect(providers.build(DEMO).stream(silent)))


async def test_the_demo_offers_itself() -> None:
    assert await providers.build(Connection("demo", "demo")).list_models() == ["demo"]
