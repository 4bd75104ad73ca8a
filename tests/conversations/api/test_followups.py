"""Follow-ups and steering over the API."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Generation, Message, QueuedTurn, State
from conversations.services import queued_turns
from tests.conversations.api.test_generations import signed_in
from tests.factories.threads import conversation_make, generation_make, turn_make

QUEUE = "/api/agents/chat/queued-turns"


@pytest.fixture
def client(owner: User) -> APIClient:
    return signed_in(owner)


@pytest.fixture
def running(owner: User) -> Generation:
    _, answer = turn_make(conversation_make(owner))
    return generation_make(answer)


def body_of(running: Generation, text: str = "And then?", **fields: object) -> dict[str, object]:
    return {
        "conversationId": running.conversation.conversation_id,
        "parentMessageId": running.response_message_id,
        "clientRequestId": f"request-{text}",
        "text": text,
        **fields,
    }


def test_a_message_waits_for_the_running_answer(client: APIClient, running: Generation) -> None:
    answer = client.post(QUEUE, body_of(running, quotes=["Ninety"]))
    assert answer.status_code == 202
    turn = QueuedTurn.objects.get()
    body = answer.json()
    assert body["capability"] == {"supported": True, "durability": "durable"}
    assert body["receipt"] | {"createdAt": "", "updatedAt": ""} == {
        "queuedTurnId": turn.pk,
        "status": "queued",
        "position": 0,
        "conversationId": running.conversation.conversation_id,
        "parentMessageId": running.response_message_id,
        "clientRequestId": "request-And then?",
        "text": "And then?",
        "quotes": ["Ninety"],
        "revision": 0,
        "createdAt": "",
        "updatedAt": "",
    }
    assert Message.objects.count() == 2


def test_what_waits_is_listed_in_order(client: APIClient, running: Generation) -> None:
    for text in ("One", "Two"):
        client.post(QUEUE, body_of(running, text))
    asked = {"conversationId": running.conversation.conversation_id}
    listed = client.get(QUEUE, asked).json()
    assert [turn["text"] for turn in listed["queuedTurns"]] == ["One", "Two"]
    one = client.get(QUEUE, {**asked, "clientRequestIds": "request-Two,other"}).json()
    assert [turn["text"] for turn in one["queuedTurns"]] == ["Two"]


def test_a_waiting_message_is_changed_moved_and_cancelled(
    client: APIClient,
    running: Generation,
) -> None:
    ids = [
        client.post(QUEUE, body_of(running, text)).json()["receipt"]["queuedTurnId"]
        for text in ("One", "Two")
    ]
    changed = client.patch(f"{QUEUE}/{ids[1]}", {"text": "Rather this", "position": 0})
    assert changed.status_code == 200
    assert (changed.json()["receipt"]["text"], changed.json()["receipt"]["position"]) == (
        "Rather this",
        0,
    )
    assert list(QueuedTurn.objects.values_list("text", flat=True)) == ["Rather this", "One"]
    cancelled = client.delete(f"{QUEUE}/{ids[0]}")
    assert cancelled.json()["receipt"]["status"] == "cancelled"
    assert client.delete(f"{QUEUE}/{ids[0]}").status_code == 404


def test_a_repeat_after_it_was_sent_says_so(client: APIClient, running: Generation) -> None:
    Generation.objects.update(state=State.DONE)
    first = client.post(QUEUE, body_of(running, clientRequestId="r1"))
    assert (first.status_code, QueuedTurn.objects.count()) == (202, 0)
    again = client.post(QUEUE, body_of(running, clientRequestId="r1"))
    assert (again.status_code, again.json()["receipt"]["status"]) == (200, "admitted")
    assert Message.objects.filter(is_created_by_user=True).count() == 2


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"text": " "}, 400, "EMPTY_TEXT"),
        ({"text": "x" * 16_001}, 413, "QUEUED_TURN_TOO_LONG"),
        ({"files": [{"file_id": "f"}]}, 400, "INVALID_FILES"),
    ],
)
def test_what_cannot_wait_is_refused_in_librechats_words(
    client: APIClient,
    running: Generation,
    fields: dict[str, object],
    status: int,
    code: str,
) -> None:
    answer = client.post(QUEUE, body_of(running) | fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not QueuedTurn.objects.exists()


def test_a_full_queue_takes_no_more(
    client: APIClient,
    running: Generation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queued_turns, "MAX_WAITING", 0)
    answer = client.post(QUEUE, body_of(running))
    assert (answer.status_code, answer.json()["code"]) == (429, "QUEUED_TURN_QUEUE_FULL")


def test_strangers_find_no_queue(running: Generation, client: APIClient, stranger: User) -> None:
    turn_id = client.post(QUEUE, body_of(running)).json()["receipt"]["queuedTurnId"]
    other = signed_in(stranger)
    conversation_id = running.conversation.conversation_id
    named = {"conversationId": conversation_id, "steerId": turn_id}
    assert other.get(QUEUE, {"conversationId": conversation_id}).status_code == 404
    assert other.post(QUEUE, body_of(running)).status_code == 404
    assert other.patch(f"{QUEUE}/{turn_id}", {"text": "Mine"}).status_code == 404
    assert other.delete(f"{QUEUE}/{turn_id}").status_code == 404
    assert other.post("/api/agents/chat/steer", body_of(running)).status_code == 404
    for verb in ("cancel", "arm"):
        assert other.post(f"/api/agents/chat/steer/{verb}", named).status_code == 404
    [turn] = QueuedTurn.objects.all()
    assert (turn.text, turn.failure) == ("And then?", None)


def test_steering_goes_first_and_can_be_taken_back(client: APIClient, running: Generation) -> None:
    client.post(QUEUE, body_of(running, "Later"))
    steered = client.post("/api/agents/chat/steer", body_of(running, "Now", clientSteerId="s1"))
    assert steered.status_code == 202
    body = steered.json()
    assert body == {
        "status": "queued",
        "steerId": body["steerId"],
        "clientSteerId": "s1",
        "position": 0,
        "conversationId": running.conversation.conversation_id,
        "preempt": True,
    }
    assert [turn.text for turn in QueuedTurn.objects.all()] == ["Now", "Later"]
    named = {"conversationId": body["conversationId"], "steerId": body["steerId"]}
    assert client.post("/api/agents/chat/steer/arm", named).json() == {"armed": True}
    assert client.post("/api/agents/chat/steer/cancel", named).json() == {"removed": True}
    assert client.post("/api/agents/chat/steer/cancel", named).status_code == 404
