"""Jobs: tries, keys, leases, ends."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Group
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.attempts import Run, attempt_run
from librechat.kernel.jobs.errors import TryAgainError
from librechat.kernel.jobs.job import Policy
from librechat.kernel.jobs.nudge import listen
from librechat.kernel.jobs.worker import Worker, worker_name
from tests.factories import jobs
from tests.factories.jobs import DONE

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HoldClock = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _nothing_done() -> Iterator[None]:
    DONE.clear()
    yield
    DONE.clear()


def work() -> int:
    return Worker(name="a-worker").run_waiting()


def only() -> rows.Row:
    return DBTaskResult.objects.get()


def taken(name: str = "a-worker") -> tuple[rows.Row, rows.Attempt]:
    found = rows.claim(name)
    assert found is not None
    return found


def test_a_job_runs_and_keeps_its_result() -> None:
    result = jobs.note.enqueue("one")
    assert DONE == []
    assert work() == 1
    result.refresh()
    assert (DONE, result.return_value, result.attempts) == (["one"], "one", 1)
    assert only().worker_ids == ["a-worker"]
    assert work() == 0


def test_a_coroutine_can_be_a_job() -> None:
    jobs.note_async.enqueue("one")
    work()
    assert DONE == ["one"]


@pytest.mark.django_db(transaction=True)
async def test_a_job_can_be_enqueued_by_a_coroutine() -> None:
    await jobs.note.aenqueue("one")
    assert await DBTaskResult.objects.acount() == 1


def test_jobs_run_in_the_order_of_priority_and_age() -> None:
    for name in ("first", "second"):
        jobs.note.enqueue(name)
    jobs.note.using(priority=5).enqueue("urgent")
    work()
    assert DONE == ["urgent", "first", "second"]


def test_a_worker_of_some_queues_leaves_the_others() -> None:
    jobs.note.using(queue_name="mail").enqueue("mail")
    jobs.note.enqueue("default")
    assert Worker(("mail",)).run_waiting() == 1
    assert DONE == ["mail"]


def test_a_job_for_later_waits_for_its_moment(clock_at: HoldClock) -> None:
    clock_at(NOON)
    jobs.note.using(run_after=NOON + timedelta(minutes=5)).enqueue("later")
    assert work() == 0
    assert rows.next_moment(timedelta(minutes=1)) is None
    assert rows.next_moment(timedelta(minutes=9)) == NOON + timedelta(minutes=5)
    clock_at(NOON + timedelta(minutes=5))
    assert work() == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_is_there_when_the_transaction_holds_and_only_then() -> None:
    woken = listen()
    with transaction.atomic():
        jobs.note.enqueue("kept")
        assert not woken.is_set()
    assert woken.is_set()
    woken.clear()
    with transaction.atomic():
        jobs.note.enqueue("lost")
        transaction.set_rollback(True)
    assert not woken.is_set()
    work()
    assert DONE == ["kept"]


def test_of_two_jobs_with_one_key_one_runs() -> None:
    first = jobs.note.using(key="order-7").enqueue("once")
    second = jobs.note.using(key="order-7").enqueue("twice")
    other = jobs.note_async.using(key="order-7").enqueue("another function")
    assert first.id == second.id != other.id
    assert second.args == ["once"]
    work()
    jobs.note.using(key="order-7").enqueue("a third time")
    assert work() == 0
    assert sorted(map(str, DONE)) == ["another function", "once"]


def test_what_is_enqueued_must_be_json() -> None:
    with pytest.raises(TypeError):
        jobs.note.enqueue(object())
    assert not DBTaskResult.objects.exists()


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


def test_arguments_of_a_private_job_go_when_it_is_done() -> None:
    jobs.keep_quiet.enqueue("pssst")
    work()
    assert only().args_kwargs == {"args": [], "kwargs": {}}
    DBTaskResult.objects.all().delete()
    jobs.keep_quiet.enqueue(secret="wrong")
    work()
    assert only().args_kwargs["kwargs"] == {"secret": "wrong"}  # it may be run again


@pytest.mark.django_db(transaction=True)
def test_an_atomic_job_keeps_its_effect_with_its_end() -> None:
    jobs.found_group.enqueue("A")
    jobs.found_group_and_break.enqueue("B")
    work()
    assert list(Group.objects.values_list("name", flat=True)) == ["A"]
    states = DBTaskResult.objects.order_by("enqueued_at").values_list("status", flat=True)
    assert list(states) == ["SUCCESSFUL", "FAILED"]


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


@pytest.mark.django_db(transaction=True)
def test_what_fails_after_the_effect_cannot_undo_it(caplog: pytest.LogCaptureFixture) -> None:
    jobs.found_group_late.enqueue("A", then="too late")
    work()
    assert only().status == "SUCCESSFUL"
    assert Group.objects.count() == 1
    assert "after its effect was kept" in caplog.text


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


def test_looking_for_work_costs_one_query_and_a_job_three_writes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        assert rows.claim("idle") is None
    with django_assert_num_queries(1):
        rows.reap()
    with django_assert_num_queries(1):
        jobs.note.enqueue("one")
    with django_assert_num_queries(2):
        found = rows.claim("busy")
    assert found is not None
    with django_assert_num_queries(1):
        attempt_run(found[0], Run(found[1]))


def test_names_of_workers_differ() -> None:
    assert len({worker_name() for _ in range(50)}) == 50
    assert len(worker_name()) <= 64


def test_the_lease_is_a_setting(settings: Settings, clock_at: HoldClock) -> None:
    settings.JOBS_LEASE_SECONDS = 7
    clock_at(NOON)
    jobs.note.enqueue("one")
    taken()
    assert only().run_after == NOON + timedelta(seconds=7)
