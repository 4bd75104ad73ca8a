"""A server process dies or is told to stop while it writes an answer."""

import time

import pytest

from tests.fakes.product import Person, delta_of, text_of
from tests.fakes.provider import Delay, FakeProvider, Script, Text
from tests.reliability.conftest import Launch

pytestmark = [pytest.mark.services, pytest.mark.slow]


STORY = Script(
    steps=tuple(step for n in range(2_000) for step in (Text(f"word {n} "), Delay(0.03))),
)


def _read_until(person: Person, stream_id: str, frames: int) -> str:
    """Return the text of the first frames of a stream."""
    text = ""
    for number, frame in enumerate(person.frames(stream_id), 1):
        text += delta_of(frame)
        if number >= frames:
            break
    return text


def _wait_for_end(person: Person, conversation_id: str) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if not person.get(f"/api/agents/chat/status/{conversation_id}").json()["active"]:
            return
        time.sleep(0.2)
    raise AssertionError("The answer did not end.")


def test_kill_in_mid_stream_keeps_the_text_and_the_person_can_continue(
    launch: Launch,
    provider: FakeProvider,
) -> None:
    provider.script("slow", STORY)
    server = launch(GENERATION_LEASE_SECONDS="3")
    person = Person(server.url).register()
    started = person.start("Tell me a long story", endpoint="Fake", model="slow")
    conversation_id = started["conversationId"]
    streamed = _read_until(person, conversation_id, 150)
    server.kill()
    calls = len(provider.requests)

    revived = launch(GENERATION_LEASE_SECONDS="3")
    person = Person(revived.url).sign_in()
    _wait_for_end(person, conversation_id)

    answer = person.get(f"/api/messages/{conversation_id}").json()[-1]
    assert answer["unfinished"] is True
    kept = text_of(answer)
    assert streamed.startswith(kept) or kept.startswith(streamed)
    assert len(streamed) - len(kept) < len(" word 99") * 3 / 0.03  # at most three seconds' words
    assert len(provider.requests) == calls  # nobody asked the provider again

    continued = person.start(
        "Tell me a long story",
        endpoint="Fake",
        model="echo",
        conversationId=conversation_id,
        isRegenerate=True,
        isContinued=True,
        parentMessageId="00000000-0000-0000-0000-000000000000",
        overrideParentMessageId=answer["parentMessageId"],
        responseMessageId=f"{answer['messageId']}_",
    )
    final = list(person.frames(continued["streamId"]))[-1]
    assert final["final"] is True
    assert final["responseMessage"]["unfinished"] is False


def test_kill_in_mid_stream_releases_what_was_held(
    launch: Launch,
    provider: FakeProvider,
) -> None:
    provider.script("slow", STORY)
    server = launch(GENERATION_LEASE_SECONDS="3")
    person = Person(server.url).register()
    before = person.get("/api/balance").json()["tokenCredits"]
    started = person.start("Tell me a long story", endpoint="Fake", model="slow")
    _read_until(person, started["conversationId"], 20)
    server.kill()

    revived = launch(GENERATION_LEASE_SECONDS="3")
    person = Person(revived.url).sign_in()
    _wait_for_end(person, started["conversationId"])

    after = person.get("/api/balance").json()["tokenCredits"]
    assert before - 50_000 < after <= before  # a short text's price, not the whole hold


def test_sigterm_lets_a_running_answer_finish(launch: Launch) -> None:
    server = launch(SHUTDOWN_GRACE_SECONDS="90")
    person = Person(server.url).register()
    started = person.start("Say something", endpoint="Fake", model="slow")
    _read_until(person, started["conversationId"], 5)
    server.terminate()
    assert server.wait() == 0

    revived = launch()
    person = Person(revived.url).sign_in()
    answer = person.get(f"/api/messages/{started['conversationId']}").json()[-1]
    assert answer["unfinished"] is False
    assert text_of(answer) != ""


def test_sigterm_marks_an_answer_interrupted_when_the_grace_is_over(launch: Launch) -> None:
    server = launch(SHUTDOWN_GRACE_SECONDS="1")
    person = Person(server.url).register()
    started = person.start("Never end", endpoint="Fake", model="endless")
    _read_until(person, started["conversationId"], 5)
    server.terminate()
    server.wait()

    revived = launch()
    person = Person(revived.url).sign_in()
    status = person.get(f"/api/agents/chat/status/{started['conversationId']}").json()
    assert status["active"] is False
    answer = person.get(f"/api/messages/{started['conversationId']}").json()[-1]
    assert answer["unfinished"] is True
    assert text_of(answer) != ""


@pytest.mark.measures
def test_a_second_start_is_serving_within_four_seconds(launch: Launch) -> None:
    launch().stop()
    begun = time.monotonic()
    launch()
    assert time.monotonic() - begun < 4
