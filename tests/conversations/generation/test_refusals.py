"""Refusals that count as violations of the person."""

from typing import Any

import pytest
from django.db import DatabaseError
from pytest_django import Settings

from accounts.models import Ban, User, Violation
from agents.engine.offload import offload
from agents.errors import IllegalModelError, NoUserKeyError
from billing.errors import InsufficientBalanceError
from conversations.errors import TooManyGenerationsError
from conversations.eventlog.events import Ended
from conversations.eventlog.log import EventLog
from conversations.generation import refusals
from conversations.generation.refusals import run_counted
from conversations.generation.start import generation_start
from librechat.kernel.errors import NotFoundError
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import begin, events_of, request
from tests.factories.threads import conversation_make


def rows() -> list[tuple[str, float, Any]]:
    return list(Violation.objects.order_by("id").values_list("kind", "score", "detail"))


@pytest.mark.django_db
def test_too_many_answers_at_once_are_a_violation(owner: User, settings: Settings) -> None:
    settings.LIMIT_CONCURRENT_MESSAGES, settings.CONCURRENT_MESSAGE_MAX = True, 1
    generation_start(owner, body=request())
    with pytest.raises(TooManyGenerationsError):
        generation_start(owner, body=request())
    [(kind, score, detail)] = rows()
    assert (kind, score, detail["limit"]) == ("concurrent", 1, 1)


@pytest.mark.django_db
def test_naming_a_conversation_of_somebody_else_is_noted_and_one_of_nobody_is_not(
    owner: User,
    stranger: User,
) -> None:
    theirs = conversation_make(owner).conversation_id
    for name in (theirs, "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(NotFoundError):
            generation_start(stranger, body=request(conversation_id=name))
    assert rows() == [("convo_access", 0, {"conversationId": theirs})]


async def test_a_model_that_is_not_offered_is_a_violation_and_enough_of_them_a_ban(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    settings: Settings,
) -> None:
    settings.LIMITS = {"ILLEGAL_MODEL_REQ_SCORE": "10"}
    settings.BAN_VIOLATIONS = True
    endpoint.refusal = IllegalModelError.of(info="Scripted|secret")
    for _ in range(2):
        events = await events_of(loop_runs, await begin(owner))
        assert isinstance(events[-1], Ended)
    kept = {"type": "illegal_model_request", "info": "Scripted|secret"}
    assert await offload(rows) == [("illegal_model_request", 10, kept)] * 2
    ban = await Ban.objects.aget()
    assert (ban.user_id, ban.kind) == (owner.pk, "illegal_model_request")


@pytest.mark.django_db
def test_a_balance_that_is_too_low_is_noted_without_a_score(owner: User) -> None:
    failure = InsufficientBalanceError(balance=1, token_cost=2, prompt_tokens=3)
    run_counted(owner, failure)
    [(kind, score, detail)] = rows()
    assert (kind, score, detail["tokenCost"]) == ("token_balance", 0, 2)


@pytest.mark.django_db
def test_what_is_nobodys_fault_is_not_counted(owner: User) -> None:
    for failure in (NoUserKeyError.of(), RuntimeError("broken")):
        run_counted(owner, failure)
    assert rows() == []


@pytest.mark.django_db
def test_a_database_that_is_away_does_not_keep_an_answer_from_ending(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(**_fields: object) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(refusals, "violation_log", away)
    run_counted(owner, IllegalModelError("No."))
    assert "A violation could not be stored." in caplog.text
