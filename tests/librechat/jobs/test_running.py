"""Jobs: runs, order, keys and results."""

from datetime import timedelta

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from accounts.models import Group
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.attempts import Run, attempt_run
from librechat.kernel.jobs.nudge import listen
from librechat.kernel.jobs.worker import Worker
from tests.factories import jobs
from tests.factories.jobs import DONE
from tests.librechat.jobs.working import NOON, HoldClock, only, work

pytestmark = pytest.mark.django_db


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
