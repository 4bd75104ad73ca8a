"""Jobs that fail: tried again, later and later, or ended for good."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from accounts.models import Group
from librechat.kernel.jobs.errors import TryAgainError
from librechat.kernel.jobs.job import Policy
from tests.factories import jobs
from tests.factories.jobs import DONE
from tests.librechat.jobs.working import NOON, HoldClock, only, work

pytestmark = pytest.mark.django_db


def test_a_failure_that_passes_is_tried_again_later_and_later(clock_at: HoldClock) -> None:
    clock_at(NOON)
    jobs.stumble.enqueue("try")
    assert work() == 1
    row = only()
    assert (row.status, row.exception_class_path.rpartition(".")[2]) == ("READY", "TryAgainError")
    assert 7.5 <= (row.run_after - NOON).total_seconds() <= 12.5
    assert work() == 0
    clock_at(row.run_after)
    assert work() == 1
    assert 15 <= (only().run_after - row.run_after).total_seconds() <= 25
    clock_at(only().run_after)
    assert work() == 1
    assert only().status == "FAILED"
    assert "Not now." in only().traceback
    assert DONE == ["try"] * 3


def test_a_server_that_says_when_is_believed(clock_at: HoldClock) -> None:
    clock_at(NOON)
    jobs.wait_for_them.enqueue(300)
    work()
    assert only().run_after == NOON + timedelta(seconds=300)


def test_a_failure_for_good_is_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    jobs.break_down.enqueue()
    assert work() == 1
    assert (only().status, len(only().worker_ids)) == ("FAILED", 1)
    assert "A job failed." in caplog.text


def test_a_job_cannot_end_the_worker() -> None:
    jobs.leave.enqueue()
    jobs.note.enqueue("after")
    assert work() == 2
    assert DONE == ["after"]


@pytest.mark.parametrize(
    "path", ["tests.factories.jobs.gone", "tests.nowhere.gone", "tests.factories.jobs.plain"]
)
def test_a_job_this_version_does_not_know_fails_with_its_name(path: str) -> None:
    jobs.note.enqueue("one")
    DBTaskResult.objects.update(task_path=path)
    work()
    assert only().status == "FAILED"
    assert path.rpartition(".")[2] in only().traceback or "nowhere" in only().traceback


def test_the_wait_grows_to_a_limit_and_ends() -> None:
    policy = Policy(retries=20, backoff_seconds=1, longest_seconds=60)
    waits = [policy.wait_seconds(ConnectionError(), failures) for failures in range(1, 22)]
    assert all(wait is not None and wait <= 75 for wait in waits[:20])
    assert waits[9] is not None
    assert waits[9] >= 45
    assert waits[20] is None
    assert policy.wait_seconds(KeyError("a"), 1) is None
    assert Policy(retry_on=(KeyError,)).wait_seconds(KeyError("a"), 1) is not None
    assert Policy(retries=0).wait_seconds(TryAgainError("x"), 1) is None


@pytest.mark.django_db(transaction=True)
def test_what_fails_after_the_effect_cannot_undo_it(caplog: pytest.LogCaptureFixture) -> None:
    jobs.found_group_late.enqueue("A", then="too late")
    work()
    assert only().status == "SUCCESSFUL"
    assert Group.objects.count() == 1
    assert "after its effect was kept" in caplog.text
