"""A process that dies at each named place between a send and the end of its answer."""

import time

import httpx
import pytest

from tests.fakes.product import Person, Product, text_of
from tests.fakes.provider import FakeProvider
from tests.reliability.conftest import Launch

pytestmark = [pytest.mark.services, pytest.mark.slow]

# One key for both servers, so that a token of the first is good on the second.
SHARED = {"GENERATION_LEASE_SECONDS": "2", "JWT_SECRET": "k" * 48}
BOOKS = """
from billing.models import Hold
from billing.queries.books import ledger_check
print("open", Hold.objects.filter(state="open").count(), "wrong", ledger_check())
"""
# place → (times the provider was asked, whether the answer is whole)
RESULTS = {
    "after_start": (0, False),
    "after_claim": (0, False),
    "after_hold": (0, False),
    "after_first_event": (1, False),
    "before_settle": (1, False),
    "after_settle": (1, False),
    "before_finish": (1, False),
    "after_finish": (1, True),
}


def _send_until_death(server: Product, person: Person) -> None:
    """Send one message; the server may die before, while or after it answers the start."""
    try:
        person.start("Hello", endpoint="Fake", model="echo")
    except httpx.TransportError:
        return  # died before the answer went out
    server.wait()


def _ended_answer(person: Person) -> dict[str, object]:
    """Return the newest answer once nothing runs any more."""
    (conversation,) = person.get("/api/convos").json()["conversations"]
    conversation_id = conversation["conversationId"]
    deadline = time.monotonic() + 90
    while person.get(f"/api/agents/chat/status/{conversation_id}").json()["active"]:
        assert time.monotonic() < deadline, "The answer did not end."
        time.sleep(0.2)
    messages: list[dict[str, object]] = person.get(f"/api/messages/{conversation_id}").json()
    assert len(messages) == 2
    return messages[1]


@pytest.mark.parametrize(("place", "asked", "is_whole"), [(k, *v) for k, v in RESULTS.items()])
def test_death_at_a_failpoint_leaves_one_ended_turn_and_no_held_money(
    launch: Launch,
    provider: FakeProvider,
    place: str,
    asked: int,
    *,
    is_whole: bool,
) -> None:
    # Failpoints work in a test environment only, recovery outside of one.
    server = launch(LIBRECHAT_ENV="test", LC_FAILPOINTS=f"{place}:exit", **SHARED)
    person = Person(server.url).register()
    _send_until_death(server, person)

    revived = launch(**SHARED)
    person = Person(revived.url, token=person.token)
    answer = _ended_answer(person)

    assert answer["unfinished"] is not is_whole
    assert (text_of(answer) != "") or not is_whole
    calls = sum("chat/completions" in request.path for request in provider.requests)
    assert calls == asked
    again = person.start("And again", endpoint="Fake", model="echo")
    assert list(person.frames(again["streamId"]))[-1]["final"] is True
    revived.stop()
    books = revived.manage("shell", "-v", "0", "-c", BOOKS)
    assert books.stdout.split() == ["open", "0", "wrong", "[]"], books.stdout + books.stderr
