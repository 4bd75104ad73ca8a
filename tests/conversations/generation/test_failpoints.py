"""A failure at each step of an answer leaves a turn that ended and no money held."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from agents.engine.offload import offload
from billing.models import Hold
from billing.models.hold import HoldState
from billing.services.charging import holds_sweep
from conversations.eventlog.log import EventLog
from conversations.generation import dispatch
from conversations.generation.recovery import recover_expired
from conversations.models import ACTIVE, Generation, Message
from librechat.kernel import clock
from librechat.kernel.failpoints import FailpointError
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import begin, until
from tests.factories.chats import answer_events

POINTS = (
    "after_start",
    "after_claim",
    "after_hold",
    "after_first_event",
    "before_settle",
    "after_settle",
    "before_finish",
    "after_finish",
)


@pytest.mark.parametrize("point", POINTS)
async def test_a_failure_at_any_step_ends_the_turn_and_holds_nothing(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    settings: Any,
    clock_at: Callable[[datetime], None],
    point: str,
) -> None:
    settings.FAILPOINTS = f"{point}:raise"
    endpoint.model.say(*answer_events("One two."))
    try:
        await begin(owner)
    except FailpointError:
        assert point == "after_start"
    await until(lambda: not dispatch._process.tasks)
    settings.FAILPOINTS = ""
    clock_at(clock.now() + timedelta(hours=1))
    await recover_expired()
    await offload(holds_sweep)
    assert not await Generation.objects.filter(state__in=ACTIVE).aexists()
    assert not await Hold.objects.filter(state=HoldState.OPEN).aexists()
    assert len(endpoint.model.requests) <= 1
    generation = await Generation.objects.aget()
    if point != "after_finish":  # then readers find the end in the row
        assert (await loop_runs.read(generation.id))[-1].event.type == "ended"
    assert await Message.objects.acount() == 2
