"""Jobs and the workers that hold them: leases, deaths, handing back."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Group
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.attempts import Run, attempt_run
from librechat.kernel.jobs.worker import worker_name
from tests.factories import jobs
from tests.factories.jobs import DONE
from tests.librechat.jobs.working import NOON, HoldClock, only, work

pytestmark = pytest.mark.django_db


def taken(name: str = "a-worker") -> tuple[rows.Row, rows.Attempt]:
    found = rows.claim(name)
    assert found is not None
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("job", [jobs.found_group, jobs.found_group_late])
def test_a_worker_that_lost_its_job_writes_nothing(job: Any, clock_at: HoldClock) -> None:
    clock_at(NOON)
    job.enqueue("A")
    row, slow = taken("slow")
    clock_at(NOON + timedelta(hours=1))
    assert rows.reap() == 1
    attempt_run(row, Run(slow))
    assert not Group.objects.exists()
    assert only().status == "READY"
    assert only().worker_ids == ["slow †"]
    work()
    assert Group.objects.count() == 1
    attempt_run(row, Run(slow))
    assert Group.objects.count() == 1
    assert only().status == "SUCCESSFUL"


def test_a_living_worker_keeps_its_job_and_a_dead_one_does_not(clock_at: HoldClock) -> None:
    clock_at(NOON)
    jobs.note.enqueue("one")
    _, attempt = taken()
    clock_at(NOON + timedelta(seconds=50))
    assert rows.reap() == 0
    assert rows.renew(attempt)
    clock_at(NOON + timedelta(seconds=100))
    assert rows.reap() == 0
    clock_at(NOON + timedelta(seconds=111))
    assert rows.reap() == 1
    assert not rows.renew(attempt)
    assert work() == 1
    assert only().worker_ids == ["a-worker †", "a-worker"]


def test_a_job_that_kills_its_workers_fails_with_a_sentence(clock_at: HoldClock) -> None:
    jobs.note.enqueue("poison")
    for number in range(rows.MAX_DEATHS):
        clock_at(NOON + timedelta(hours=number))
        taken(f"worker-{number}")
        clock_at(NOON + timedelta(hours=number, minutes=30))
        assert rows.reap() == 1
    assert only().status == "FAILED"
    assert only().traceback.endswith("The worker died 5 times while it ran this job.\n")
    assert work() == 0
    assert DONE == []


def test_deaths_do_not_use_up_the_tries(clock_at: HoldClock) -> None:
    jobs.stumble.enqueue("try")
    for number in range(3):
        clock_at(NOON + timedelta(hours=number))
        taken()
        clock_at(NOON + timedelta(hours=number, minutes=30))
        rows.reap()
    work()
    assert only().status == "READY"


def test_a_claimed_job_is_claimed_once() -> None:
    jobs.note.enqueue("one")
    row = only()
    assert rows.claim_row(row, "first") is not None
    assert rows.claim_row(row, "second") is None
    assert rows.claim("third") is None


def test_handing_back_is_no_attempt() -> None:
    jobs.go_on_elsewhere.enqueue()
    row, attempt = taken()
    run = Run(attempt)
    run.stopping.set()
    attempt_run(row, run)
    assert (only().status, only().worker_ids) == ("READY", [])


def test_names_of_workers_differ() -> None:
    assert len({worker_name() for _ in range(50)}) == 50
    assert len(worker_name()) <= 64


def test_the_lease_is_a_setting(settings: Settings, clock_at: HoldClock) -> None:
    settings.JOBS_LEASE_SECONDS = 7
    clock_at(NOON)
    jobs.note.enqueue("one")
    taken()
    assert only().run_after == NOON + timedelta(seconds=7)
