"""Calls of the relay and what was said in them go when their time is over."""

from datetime import timedelta

import pytest

from agents.models import CallStatus, RelayCall, RelayContent
from agents.services.relay_retention import calls_outdated, contents_outdated, relay_purge
from librechat.kernel import clock, yaml_config
from librechat.kernel.jobs.periodic import A_DAY, SCHEDULES
from librechat.maintenance.pruning import prune

pytestmark = pytest.mark.django_db


def call(*, days_ago: int, content_days: int | None = None) -> RelayCall:
    at = clock.now() - timedelta(days=days_ago)
    made = RelayCall.objects.create(
        started_at=at, route="/chat/completions", status=CallStatus.OK, alias="m"
    )
    if content_days is not None:
        end = at + timedelta(days=content_days)
        RelayContent.objects.create(call=made, request="x", response="y", expires_at=end)
    return made


def test_contents_go_before_the_calls_they_belong_to() -> None:
    old = call(days_ago=401, content_days=5)
    said_long_ago, recent = call(days_ago=8, content_days=7), call(days_ago=1, content_days=7)
    assert contents_outdated().count() + calls_outdated().count() == 3
    assert relay_purge() == 3
    assert set(RelayCall.objects.all()) == {said_long_ago, recent}
    assert [one.call for one in RelayContent.objects.all()] == [recent]
    assert not RelayCall.objects.filter(pk=old.pk).exists()
    assert relay_purge() == 0


def test_how_long_calls_are_kept_is_configured() -> None:
    call(days_ago=8)
    assert relay_purge() == 0
    with yaml_config.override({"relay": {"keepDays": 7}}):
        assert relay_purge() == 1


def test_it_is_done_every_day_and_by_the_command() -> None:
    schedule = SCHEDULES.get("relay_purge")
    assert schedule is not None
    assert schedule.every_seconds == A_DAY
    call(days_ago=401)
    assert prune(is_dry_run=True).counts["calls and contents of the relay"] == 1
    prune()
    assert not RelayCall.objects.exists()
