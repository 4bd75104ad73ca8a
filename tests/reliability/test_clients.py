"""Clients that vanish, double their requests, open several tabs or never read."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes.product import Person, delta_of
from tests.fakes.provider import FakeProvider
from tests.reliability.conftest import Launch

pytestmark = [pytest.mark.services, pytest.mark.slow]


def test_a_client_that_drops_and_resumes_at_every_tenth_frame_reads_the_whole_text(
    launch: Launch,
) -> None:
    person = Person(launch().url).register()
    started = person.start("Hello", endpoint="Fake", model="slow")
    stream_id = started["streamId"]
    text = ""
    for resume in range(40):
        for number, frame in enumerate(person.frames(stream_id, resume=resume > 0)):
            if frame.get("sync"):
                parts = frame["resumeState"]["aggregatedContent"]
                text = "".join(part.get("text", "") for part in parts)
            text += delta_of(frame)
            if frame.get("final"):
                assert text == person.answer_text(stream_id)
                return
            if number == 10:
                break
    raise AssertionError("The answer never ended.")


def test_two_tabs_read_the_same_text(launch: Launch) -> None:
    person = Person(launch().url).register()
    started = person.start("Hello", endpoint="Fake", model="slow")

    def read(_tab: int) -> str:
        return "".join(map(delta_of, person.frames(started["streamId"])))

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(read, range(2))
    assert first == second == person.answer_text(started["streamId"]) != ""


def test_the_same_start_sent_twenty_times_is_one_answer(
    launch: Launch,
    provider: FakeProvider,
) -> None:
    person = Person(launch().url).register()
    provider.clear()

    def send(_number: int) -> str:
        started = person.start("Hi", endpoint="Fake", model="echo", clientRequestId=REQUEST_ID)
        return str(started["conversationId"])

    with ThreadPoolExecutor(8) as pool:
        conversations = set(pool.map(send, range(20)))

    assert len(conversations) == 1
    (conversation_id,) = conversations
    list(person.frames(conversation_id))
    assert len(person.get(f"/api/messages/{conversation_id}").json()) == 2
    assert sum("chat/completions" in request.path for request in provider.requests) == 1


REQUEST_ID = "0b0f6d5e-9d0c-4a42-9f5e-6a1b2c3d4e5f"


def test_a_reader_that_never_reads_holds_nobody_up(launch: Launch) -> None:
    server = launch()
    person = Person(server.url).register()
    started = person.start("Hello", endpoint="Fake", model="slow")
    stream_id = started["streamId"]
    stalled = socket.create_connection(("127.0.0.1", server.port))
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    head = f"GET /api/agents/chat/stream/{stream_id} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    stalled.sendall(f"{head}Authorization: Bearer {person.token}\r\n\r\n".encode())

    text = "".join(map(delta_of, person.frames(stream_id)))

    assert text == person.answer_text(stream_id) != ""
    stalled.close()


def test_fifty_parallel_starts_on_a_small_balance_never_overspend(launch: Launch) -> None:
    server = launch()
    path = server.data_dir / "librechat.yaml"
    small = path.read_text(encoding="utf-8").replace("50000000", "20000")
    path.write_text(small, encoding="utf-8")
    server.stop()
    server = launch()
    person = Person(server.url).register()

    def ask(_number: int) -> None:
        started = person.start("Hello there", endpoint="Fake", model="echo")
        list(person.frames(started["streamId"]))

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(ask, range(50)))

    assert person.get("/api/balance").json()["tokenCredits"] >= 0
