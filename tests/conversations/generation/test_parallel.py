"""Several models answer one message side by side."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.access.permissions import permission_defaults
from accounts.models import Role, User
from agents.engine.offload import offload
from conversations.access import generation_for_stream
from conversations.errors import GenerationRunningError, TooManyGenerationsError
from conversations.eventlog.log import EventLog
from conversations.generation import dispatch
from conversations.generation.cancel import generation_group_stop
from conversations.generation.parallel import rivals_of
from conversations.generation.requests import Added
from conversations.models import Generation, Message, State
from conversations.queries.thread import thread_view
from conversations.services.comparisons import comparison_end
from librechat.kernel.errors import ConflictError, ForbiddenError, InvalidInputError
from tests.conversations.api.test_generations import CLIENT_BODY, signed_in
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.starts import assert_nothing_happened, start
from tests.conversations.generation.turns import begin, until
from tests.factories.chats import Gate, answer_events

OTHERS = (Added(endpoint="Scripted", model="m2"), Added(endpoint="Scripted", model="m3"))


def answers() -> list[Message]:
    return list(Message.objects.filter(is_created_by_user=False).in_order())


async def test_every_model_writes_its_own_answer_to_the_same_question(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    for model in ("m1", "m2", "m3"):
        endpoint.model.say_as(model, *answer_events(f"I am {model}."))
    generation = await begin(owner, model="m1", added=OTHERS)
    await until(lambda: not dispatch._process.tasks)
    rows = await offload(answers)
    assert [(row.model, row.content[0]["text"]) for row in rows] == [
        ("m1", "I am m1."),
        ("m2", "I am m2."),
        ("m3", "I am m3."),
    ]
    assert {row.parent_message_id for row in rows} == {generation.user_message_id}
    assert {row.metadata["group"] for row in rows} == {generation.response_message_id}
    assert all(row.metadata["usage"]["output"] == 5 for row in rows)  # each is metered
    assert [request.model for request in endpoint.model.requests].count("m1") == 1
    view = await offload(thread_view, generation.conversation)
    assert [shown.model for shown in view.compared] == ["m1", "m2", "m3"]
    assert view.leaf_id == generation.response_message_id


def test_the_first_model_s_generation_is_the_conversation_s_stream(owner: User) -> None:
    generation = start(owner, model="m1", added=OTHERS)
    conversation_id = generation.conversation.conversation_id
    assert generation_for_stream(owner, conversation_id).id == generation.id
    assert [rival.model for rival in rivals_of(generation)] == ["m2", "m3"]
    assert [run.request["wants_title"] for run in Generation.objects.order_by("-created_at")] == [
        True,
        False,
        False,
    ]


async def test_one_stop_stops_them_all(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gates = {model: Gate() for model in ("m1", "m2", "m3")}
    for model, gate in gates.items():
        endpoint.model.say_as(model, gate)
    generation = await begin(owner, model="m1", added=OTHERS)
    for gate in gates.values():
        await gate.reached.wait()
    assert await generation_group_stop(owner, generation=generation)
    await until(lambda: not dispatch._process.tasks)
    assert await Generation.objects.filter(state=State.STOPPED).acount() == 3


async def test_a_stop_leaves_alone_what_has_ended(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say_as("m1", gate)
    endpoint.model.say_as("m2", *answer_events("I am m2."))
    generation = await begin(owner, model="m1", added=OTHERS[:1])
    await gate.reached.wait()
    done = Generation.objects.filter(state=State.DONE)
    await until(lambda: len(dispatch._process.tasks) == 1)
    assert await generation_group_stop(owner, generation=generation)
    await until(lambda: not dispatch._process.tasks)
    assert [run.model async for run in done] == ["m2"]
    assert await Generation.objects.filter(state=State.STOPPED).acount() == 1


def test_one_is_chosen_and_the_others_stay_as_its_versions(owner: User) -> None:
    generation = start(owner, model="m1", added=OTHERS)
    second = answers()[1]
    with pytest.raises(ConflictError):
        comparison_end(message=second)
    Generation.objects.update(state=State.DONE)
    comparison_end(message=second)
    view = thread_view(second.conversation)
    assert (view.compared, view.leaf_id) == ((), second.message_id)
    assert (view.messages[-1].siblings.index, view.messages[-1].siblings.count) == (2, 3)
    follow = start(
        owner,
        "And then?",
        conversation_id=generation.conversation.conversation_id,
        parent_message_id=second.message_id,
    )
    assert rivals_of(follow) == []


def test_all_of_them_count_as_running(owner: User, settings: Any) -> None:
    settings.LIMIT_CONCURRENT_MESSAGES, settings.CONCURRENT_MESSAGE_MAX = True, 2
    refused = assert_nothing_happened(TooManyGenerationsError, owner, added=OTHERS)
    assert refused.data["body"]["pendingRequests"] == 3  # type: ignore[index]
    start(owner, added=OTHERS[:1])


def test_four_are_the_most(owner: User) -> None:
    assert_nothing_happened(InvalidInputError, owner, added=OTHERS * 2)


def test_a_role_may_be_kept_to_one_model(owner: User) -> None:
    permissions = permission_defaults("USER") | {"MULTI_CONVO": {"USE": False}}
    Role.objects.update_or_create(name="USER", defaults={"permissions": permissions})
    assert_nothing_happened(ForbiddenError, owner, added=OTHERS)
    start(owner)


def test_a_rerun_is_one_answer_and_waits_for_those_that_run(owner: User) -> None:
    generation = start(owner, added=OTHERS[:1])
    again: dict[str, Any] = {
        "conversation_id": generation.conversation.conversation_id,
        "is_regenerate": True,
        "override_parent_message_id": generation.user_message_id,
        "added": OTHERS,
    }
    assert_nothing_happened(GenerationRunningError, owner, **again)
    Generation.objects.update(state=State.DONE)
    assert rivals_of(start(owner, **again)) == []
    assert len(answers()) == 3


@pytest.mark.parametrize("as_list", [True, False])
def test_librechat_s_field_starts_a_second_model(owner: User, as_list: bool) -> None:
    client: APIClient = signed_in(owner)
    added = {"endpoint": "Scripted", "model": "m2", "temperature": 0.5}
    body = CLIENT_BODY | {"addedConvo": [added] if as_list else added}
    first = client.post("/api/agents/chat/openAI", body).json()
    main = Generation.objects.get(id=first["generationId"])
    [rival] = Generation.objects.filter(id__in=first["parallel"])
    assert (main.model, rival.model) == ("gpt-4o", "m2")
    assert rival.request["parameters"] == {"temperature": 0.5}
    again = client.post("/api/agents/chat/openAI", body).json()
    assert again == first | {"status": "resumed"}
    assert Generation.objects.count() == 2


def test_a_second_model_without_an_endpoint_starts_nothing(owner: User) -> None:
    answer = signed_in(owner).post("/api/agents/chat/openAI", CLIENT_BODY | {"addedConvo": {}})
    assert answer.status_code == 400
    assert not Generation.objects.exists()
