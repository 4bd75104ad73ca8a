"""Follow-ups are sent by themselves, once, in order, and held where a person must look."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from agents.engine.offload import offload
from agents.errors import ProviderAuthError
from conversations.errors import NotAcceptingError
from conversations.eventlog.log import EventLog
from conversations.generation import dispatch, followups
from conversations.generation.cancel import generation_stop
from conversations.generation.followups import (
    followup_add,
    followup_send,
    followup_send_now,
    followup_steer,
    followups_send_waiting,
)
from conversations.generation.parallel import rivals_of
from conversations.generation.recovery import recover_expired
from conversations.generation.requests import Added
from conversations.models import Conversation, Generation, Message, QueuedTurn, State
from conversations.services.conversations import conversation_delete
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.starts import start
from tests.conversations.generation.test_recovery import dead
from tests.conversations.generation.turns import begin, finished, request, until
from tests.factories.chats import Gate, answer_events


def follow(generation: Generation, text: str, **fields: Any) -> QueuedTurn | Generation:
    fields = {"parent_message_id": generation.response_message_id, **fields}
    return followup_add(conversation=generation.conversation, body=request(text, **fields))


def waiting() -> list[str]:
    return list(QueuedTurn.objects.values_list("text", flat=True))


def asked() -> list[str]:
    rows = Message.objects.filter(is_created_by_user=True).in_order()
    return list(rows.values_list("text", flat=True))


def ended(generation: Generation, state: State) -> None:
    Generation.objects.filter(pk=generation.pk).update(
        state=state,
        finished_at=generation.created_at,
    )


async def all_done(count: int) -> None:
    await until(lambda: not dispatch._process.tasks)
    assert await Generation.objects.filter(state=State.DONE).acount() == count


async def test_what_waits_is_sent_one_by_one_after_each_answer(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(gate, *answer_events("First answer."))
    generation = await begin(owner, "First")
    await gate.reached.wait()
    await offload(follow, generation, "Second", quotes=("First answer",))
    await offload(follow, generation, "Third")
    assert await offload(waiting) == ["Second", "Third"]
    gate.opened.set()
    await all_done(3)
    assert await offload(asked) == ["First", "Second", "Third"]
    assert await offload(waiting) == []
    parents = [message async for message in Message.objects.in_order()]
    assert [m.parent_message_id for m in parents[1:]] == [m.message_id for m in parents[:-1]]
    assert parents[2].quotes == ["First answer"]
    last = endpoint.model.requests[1].messages[-1]
    assert "> First answer" in str(last)


async def test_a_stopped_answer_holds_the_queue_until_it_is_told_to_go_on(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(gate)
    generation = await begin(owner, "First")
    await gate.reached.wait()
    await offload(follow, generation, "Second")
    await generation_stop(owner, generation=generation)
    await until(lambda: not dispatch._process.tasks)
    assert await offload(waiting) == ["Second"]
    assert await offload(followups_send_waiting) == 0
    await offload(followup_send_now, turn=await QueuedTurn.objects.select_related().aget())
    await until(lambda: not dispatch._process.tasks)
    assert await offload(waiting) == []
    assert await offload(asked) == ["First", "Second"]


async def test_a_failed_answer_holds_the_queue(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(gate, ProviderAuthError("No."))
    generation = await begin(owner, "First")
    await gate.reached.wait()
    await offload(follow, generation, "Second")
    gate.opened.set()
    await until(lambda: not dispatch._process.tasks)
    assert await offload(waiting) == ["Second"]
    assert await offload(asked) == ["First"]


async def test_steering_stops_the_answer_keeps_its_words_and_goes_first(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    words = answer_events("So far", " and on")
    endpoint.model.say(*words[:2], gate)
    generation = await begin(owner, "First")
    await gate.reached.wait()
    await offload(follow, generation, "Later")
    body = request("Rather this", parent_message_id=generation.response_message_id)
    await offload(followup_steer, conversation=generation.conversation, body=body)
    await all_done(2)  # the steering message's and, as that one ended well, the later one's
    assert await offload(asked) == ["First", "Rather this", "Later"]
    stopped = await Message.objects.aget(message_id=generation.response_message_id)
    assert stopped.content == [{"type": "text", "text": "So far"}]
    assert stopped.finish_reason == "stopped"


async def test_sending_now_does_not_stop_the_answer_it_starts(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner, "First")
    await finished(loop_runs, generation)
    body = request("Second", parent_message_id=generation.response_message_id)
    await offload(followup_steer, conversation=generation.conversation, body=body)
    await all_done(2)


async def test_what_waited_when_the_process_died_is_sent_by_the_next_one(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await dead(owner, text="First")
    await offload(follow, generation, "Second")
    assert await offload(followups_send_waiting) == 0
    await recover_expired()
    assert await offload(followups_send_waiting) == 1
    assert await offload(followups_send_waiting) == 0
    assert await offload(asked) == ["First", "Second"]


def test_where_nothing_runs_a_message_is_sent_at_once(owner: User) -> None:
    generation = start(owner, "First")
    ended(generation, State.DONE)
    follow(generation, "Second")
    assert (waiting(), asked()) == ([], ["First", "Second"])


def test_a_repeated_request_finds_the_answer_that_was_sent(owner: User) -> None:
    generation = start(owner, "First")
    ended(generation, State.DONE)
    follow(generation, "Second", client_request_id="r1")
    again = follow(generation, "Second", client_request_id="r1")
    assert isinstance(again, Generation)
    assert again.client_request_id == "r1"
    assert asked() == ["First", "Second"]


def test_without_a_model_of_its_own_it_is_sent_as_the_chat_is_set_to(owner: User) -> None:
    generation = start(owner, "First", model="m1", parameters={"temperature": 0.5})
    follow(generation, "Second", endpoint="", model="")
    ended(generation, State.DONE)
    sent = followup_send(generation.conversation_id)
    assert sent is not None
    assert (sent.endpoint, sent.model) == ("Scripted", "m1")
    assert sent.request["parameters"] == {"temperature": 0.5}


def test_a_refused_message_stays_with_the_reason(owner: User, settings: Any) -> None:
    settings.LIMIT_CONCURRENT_MESSAGES, settings.CONCURRENT_MESSAGE_MAX = True, 1
    generation = start(owner, "First")
    follow(generation, "Second")
    follow(generation, "Third")
    ended(generation, State.DONE)
    start(owner, "Elsewhere")
    assert followup_send(generation.conversation_id) is None
    turn = QueuedTurn.objects.first()
    assert turn is not None
    assert turn.failure == {
        "type": "concurrent",
        "message": "You have 1 answers running. Wait for one to end.",
    }
    assert followups_send_waiting() == 0
    assert waiting() == ["Second", "Third"]  # the order stays


def test_a_process_that_shuts_down_leaves_the_queue_as_it_is(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generation = start(owner, "First")
    follow(generation, "Second")
    ended(generation, State.DONE)

    def refuse(*_: object, **__: object) -> None:
        raise NotAcceptingError

    monkeypatch.setattr(followups, "generation_start", refuse)
    assert followup_send(generation.conversation_id) is None
    assert [turn.failure for turn in QueuedTurn.objects.all()] == [None]


def test_nothing_is_sent_into_a_deleted_conversation(owner: User) -> None:
    generation = start(owner, "First")
    follow(generation, "Second")
    conversation_delete(conversation=Conversation.objects.get(pk=generation.conversation_id))
    ended(generation, State.DONE)
    assert followup_send(generation.conversation_id) is None
    assert followups_send_waiting() == 0
    assert asked() == ["First"]


@pytest.mark.django_db(transaction=True)
def test_two_processes_send_one_message_between_them(owner: User) -> None:
    generation = start(owner, "First")
    for number in range(3):
        follow(generation, f"Follow-up {number}")
    ended(generation, State.DONE)
    ready = threading.Barrier(4)
    sent: list[Generation | None] = []

    def send() -> None:
        ready.wait()
        try:
            sent.append(followup_send(generation.conversation_id))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 4
    assert sum(one is not None for one in sent) == 1
    assert asked() == ["First", "Follow-up 0"]
    assert waiting() == ["Follow-up 1", "Follow-up 2"]


def test_further_models_wait_with_the_message(owner: User) -> None:
    generation = start(owner, "First")
    follow(generation, "Second", added=(Added(endpoint="Scripted", model="m2"),))
    ended(generation, State.DONE)
    sent = followup_send(generation.conversation_id)
    assert sent is not None
    assert [rival.model for rival in rivals_of(sent)] == ["m2"]


def test_a_message_whose_branch_is_gone_goes_below_the_newest(owner: User) -> None:
    generation = start(owner, "First")
    conversation = generation.conversation
    follow(generation, "Second", parent_message_id="gone")
    ended(generation, State.DONE)
    Conversation.objects.filter(pk=conversation.pk).update(leaf_message_id="gone too")
    assert followup_send(conversation.pk) is not None
    question = Message.objects.get(text="Second")
    assert question.parent_message_id == generation.response_message_id


@pytest.mark.django_db
def test_while_nothing_waits_looking_for_it_is_one_query(
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    with django_assert_num_queries(1):
        assert followups_send_waiting() == 0
