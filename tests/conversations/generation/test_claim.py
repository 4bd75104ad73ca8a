"""Whose a generation is from its first moment on."""

from accounts.models import User
from agents.engine.offload import offload
from conversations.eventlog.events import Created
from conversations.eventlog.log import EventLog
from conversations.generation import dispatch
from conversations.generation.lease import OWNER, claim
from conversations.models import State
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import begin, events_of, fresh
from tests.factories.chats import Gate


async def test_what_a_serving_process_starts_is_its_own_in_the_same_transaction(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(gate)
    generation = await begin(owner)
    await gate.reached.wait()
    stored = await fresh(generation)
    assert (stored.state, stored.lease_owner, stored.fence) == (State.RUNNING, OWNER, 1)
    assert stored.lease_expires_at is not None
    assert await offload(claim, generation.id) is None


async def test_what_waits_in_the_queue_is_claimed_by_whoever_runs_it(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    loop = dispatch.bound_loop()
    dispatch.bind_loop(None)
    generation = await begin(owner)
    assert ((await fresh(generation)).state, generation.fence) == (State.QUEUED, 0)
    dispatch.bind_loop(loop)
    dispatch.dispatch(generation.id)
    events = await events_of(loop_runs, generation)
    assert isinstance(events[0], Created)
    assert events[0].message["messageId"] == generation.user_message_id
    stored = await fresh(generation)
    assert (stored.state, stored.fence) == (State.DONE, 1)
