"""The worker: in a server, as a command, stopping, and when the database stumbles."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.models import Group
from librechat.kernel import clock
from librechat.kernel.jobs import rows, worker
from librechat.kernel.jobs.standalone import work_until_told
from librechat.kernel.jobs.worker import Embedded, Worker
from tests.factories import jobs
from tests.factories.jobs import DONE, GATE, REACHED

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 60  # far below what a worker sleeps that nobody wakes


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    for event in (GATE, REACHED):
        event.clear()
    DONE.clear()
    yield
    GATE.set()


@pytest.fixture
def embedded() -> Iterator[Callable[..., Embedded]]:
    """Return a function that starts a worker in a thread; it is stopped with the test."""
    started: list[Embedded] = []

    def start(**fields: Any) -> Embedded:
        made = Embedded(Worker(poll_seconds=600, keeps_schedules=False, **fields))
        started.append(made)
        return made

    yield start
    GATE.set()
    for one in started:
        assert one.stop(PATIENCE_SECONDS)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.01)


def state() -> str:
    return DBTaskResult.objects.get().status


@pytest.mark.measures
def test_a_server_runs_a_job_at_once_without_looking_for_it(embedded: Any) -> None:
    embedded()
    time.sleep(0.2)  # it sleeps now, for minutes if nobody wakes it
    begin = time.monotonic()
    jobs.note.enqueue("one")
    until(lambda: DONE == ["one"])
    assert time.monotonic() - begin < 5
    until(lambda: state() == "SUCCESSFUL")


def test_jobs_run_beside_each_other_up_to_the_number_of_threads(embedded: Any) -> None:
    embedded(threads=2)
    for name in ("A", "B", "C"):
        jobs.wait_at_the_gate.enqueue(name)
    running = DBTaskResult.objects.filter(status="RUNNING")
    until(lambda: running.count() == 2)
    time.sleep(0.1)
    assert running.count() == 2
    GATE.set()
    until(lambda: Group.objects.count() == 3)


def test_a_retry_is_done_at_its_moment_without_a_nudge(embedded: Any) -> None:
    jobs.note.using(run_after=clock.now() + timedelta(seconds=0.5)).enqueue("soon")
    embedded()
    until(lambda: DONE == ["soon"])


def test_a_stopping_server_lets_a_job_end(embedded: Any) -> None:
    running = embedded()
    jobs.wait_at_the_gate.enqueue("A")
    assert REACHED.wait(PATIENCE_SECONDS)
    [run] = running._worker._heart._runs

    def open_when_told() -> None:
        if run.stopping.wait(PATIENCE_SECONDS):
            GATE.set()

    opening = threading.Thread(target=open_when_told)
    opening.start()
    assert running.stop(PATIENCE_SECONDS)
    opening.join()
    assert state() == "SUCCESSFUL"
    assert DONE == [(1, True)]


def test_a_stopping_server_takes_nothing_new_and_leaves_what_hangs(embedded: Any) -> None:
    running = embedded()
    jobs.wait_at_the_gate.enqueue("A")
    jobs.note.enqueue("next")
    assert REACHED.wait(PATIENCE_SECONDS)
    assert not running.stop(0.2)
    GATE.set()
    until(lambda: Group.objects.count() == 1)
    assert DONE == [(1, True)]
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_a_long_job_is_handed_back(embedded: Any) -> None:
    running = embedded()
    jobs.go_on_elsewhere.enqueue()
    assert REACHED.wait(PATIENCE_SECONDS)
    assert running.stop(PATIENCE_SECONDS)
    assert state() == "READY"


@pytest.mark.measures
def test_a_long_job_keeps_its_lease_and_a_cancelled_one_is_told(
    embedded: Any, settings: Settings
) -> None:
    settings.JOBS_LEASE_SECONDS = 0.8
    embedded()
    jobs.wait_at_the_gate.enqueue("A")
    assert REACHED.wait(PATIENCE_SECONDS)
    begun = DBTaskResult.objects.get()
    until(lambda: DBTaskResult.objects.get().run_after > begun.run_after + timedelta(seconds=1))
    assert len(DBTaskResult.objects.get().worker_ids) == 1
    DBTaskResult.objects.update(status="FAILED")
    time.sleep(0.6)
    GATE.set()
    until(lambda: DONE == [(1, True)])
    time.sleep(0.1)
    assert not Group.objects.exists()
    assert state() == "FAILED"


def test_a_database_that_stumbles_does_not_end_the_worker(
    embedded: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [OperationalError("gone"), ValueError("what?")]
    claim = rows.claim

    def broken(name: str, queues: tuple[str, ...] = ()) -> Any:
        if faults:
            raise faults.pop(0)
        return claim(name, queues)

    monkeypatch.setattr(worker, "AFTER_A_FAULT_SECONDS", 0.05)
    monkeypatch.setattr(rows, "claim", broken)
    embedded()
    jobs.note.enqueue("one")
    until(lambda: DONE == ["one"])
    assert "The worker could not look for jobs." in caplog.text
    assert "The worker stumbled." in caplog.text


def test_an_outcome_is_written_when_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    succeed, faults = rows.succeed, [OperationalError("locked")] * 2

    def broken(*given: Any, **named: Any) -> bool:
        if faults:
            raise faults.pop()
        return succeed(*given, **named)

    monkeypatch.setattr(rows, "succeed", broken)
    jobs.note.enqueue("one")
    Worker().run_waiting()
    assert (DONE, state()) == (["one"], "SUCCESSFUL")


def test_the_command_runs_what_waits_and_ends() -> None:
    jobs.note.enqueue("one")
    jobs.note.using(queue_name="mail").enqueue("mail")
    out = StringIO()
    call_command("worker", "--batch", "--queues", "mail,other", stdout=out)
    assert (out.getvalue(), DONE) == ("1 jobs were run.\n", ["mail"])
    call_command("worker", "--batch", stdout=StringIO())
    assert DONE == ["mail", "one"]


def test_the_command_takes_over_from_a_dead_worker(settings: Settings) -> None:
    settings.JOBS_LEASE_SECONDS = -1
    jobs.note.enqueue("one")
    assert rows.claim("dead") is not None
    call_command("worker", "--batch", stdout=StringIO())
    assert DONE == ["one"]
    assert DBTaskResult.objects.get().worker_ids[0] == "dead †"


def test_a_worker_process_ends_when_it_is_told() -> None:
    told = Worker(keeps_schedules=False)
    threading.Timer(0.2, told.stop).start()
    work_until_told(told)


def test_periodic_work_of_an_unknown_name_is_refused_and_nothing_is_done() -> None:
    with pytest.raises(CommandError, match=r"no chore or schedule nope\. Nothing was done"):
        call_command("runperiodic", "--only", "nope", "--only", "jobs_purge")
    assert not DBTaskResult.objects.exists()


def test_a_worker_used_again_keeps_leases_again() -> None:
    again = Worker()
    assert again.run_waiting() == 0
    with again._heart.beating():
        time.sleep(0.05)
        assert any(thread.name == "jobs-heart" for thread in threading.enumerate())
