"""What Prometheus is told of answers."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from accounts.models import User
from agents.errors import UnknownEndpointError
from conversations.eventlog.log import EventLog
from conversations.generation.cancel import generation_stop
from librechat.dashboard import numbers
from librechat.kernel.metrics import WAITING
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import begin, finished, until
from tests.factories.chats import Gate, answer_events

ENDPOINT = "Observed"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"librechat_{name}", labels) or 0.0


def counted(state: str, endpoint: str = ENDPOINT) -> float:
    return value("generations_total", state=state, endpoint=endpoint)


def used(kind: str) -> float:
    return value("tokens_total", kind=kind, endpoint=ENDPOINT)


def waited() -> float:
    return value("first_token_seconds_count", endpoint=ENDPOINT)


async def test_an_answer_is_counted_with_its_tokens_and_its_first_word(
    owner: User, endpoint: Endpoint, loop_runs: EventLog
) -> None:
    endpoint.model.say(*answer_events("Ninety", "-seven."))
    done, waits, put_in, put_out = counted("done"), waited(), used("input"), used("output")
    await finished(loop_runs, await begin(owner, endpoint=ENDPOINT))
    assert (counted("done"), waited()) == (done + 1, waits + 1)
    assert (used("input"), used("output")) == (put_in + 9, put_out + 5)
    assert numbers.first_token_p95() in {*WAITING, float("inf")}


async def test_an_answer_is_counted_while_it_runs_and_apart_when_it_is_stopped(
    owner: User, endpoint: Endpoint, loop_runs: EventLog
) -> None:
    gate = Gate()
    endpoint.model.say(gate, *answer_events("Never."))
    stopped, waits, runs = counted("stopped"), waited(), value("generations_running")
    generation = await begin(owner, endpoint=ENDPOINT)
    async with asyncio.timeout(60):
        await gate.reached.wait()  # before that no endpoint is known
    assert value("generations_running") == runs + 1
    await generation_stop(owner, generation=generation)
    await finished(loop_runs, generation)
    await until(lambda: value("generations_running") == runs)
    assert (counted("stopped"), waited()) == (stopped + 1, waits)


@pytest.mark.parametrize("name", ["Observed", "x" * 100])
async def test_an_endpoint_that_is_none_becomes_no_label(
    owner: User, endpoint: Endpoint, loop_runs: EventLog, name: str
) -> None:
    endpoint.refusal = UnknownEndpointError.of(info=name)
    failed = counted("failed", "")
    await finished(loop_runs, await begin(owner, endpoint=name))
    assert counted("failed", "") == failed + 1
    assert counted("failed", name) == 0
