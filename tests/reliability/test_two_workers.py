"""Two server processes on PostgreSQL and Redis: start on one, watch and stop on the other."""

import pytest

from tests.fakes.product import Person, delta_of
from tests.fakes.provider import FakeProvider
from tests.reliability.conftest import Launch

pytestmark = [pytest.mark.services, pytest.mark.slow]


def test_an_answer_started_on_one_worker_is_watched_on_the_other(
    launch: Launch,
    clustered: dict[str, str],
) -> None:
    first = launch(**clustered)
    second = launch(**clustered)
    here = Person(first.url).register()
    there = Person(second.url).sign_in()
    started = here.start("Hello", endpoint="Fake", model="markdown")

    seen_there = list(there.frames(started["streamId"]))
    seen_here = list(here.frames(started["streamId"]))

    text = "".join(map(delta_of, seen_there))
    assert text == "".join(map(delta_of, seen_here)) == here.answer_text(started["streamId"])
    assert seen_there[-1]["final"] is True


def test_an_answer_started_on_one_worker_is_stopped_on_the_other(
    launch: Launch,
    clustered: dict[str, str],
    provider: FakeProvider,
) -> None:
    first = launch(**clustered)
    second = launch(**clustered)
    here = Person(first.url).register()
    there = Person(second.url).sign_in()
    started = here.start("Never end", endpoint="Fake", model="endless")
    frames = here.frames(started["streamId"])
    assert next(frames)["created"] is True

    answer = there.post(
        "/api/agents/chat/abort",
        {"conversationId": started["conversationId"]},
    )

    assert answer.json()["success"] is True
    final = list(frames)[-1]
    assert final["aborted"] is True
    assert final["responseMessage"]["unfinished"] is True


def test_when_one_worker_dies_the_other_ends_its_answer(
    launch: Launch,
    clustered: dict[str, str],
) -> None:
    # Long enough that a slow machine does not make a living worker look dead.
    first = launch(GENERATION_LEASE_SECONDS="10", **clustered)
    second = launch(GENERATION_LEASE_SECONDS="10", **clustered)
    here = Person(first.url).register()
    there = Person(second.url).sign_in()
    started = here.start("Never end", endpoint="Fake", model="endless")
    watched = there.frames(started["streamId"])
    text = ""
    while len(text) < 100:
        text += delta_of(next(watched))
    first.kill()

    rest = list(watched)

    assert rest[-1]["final"] is True
    whole = text + "".join(map(delta_of, rest))
    assert there.answer_text(started["streamId"]) == whole
