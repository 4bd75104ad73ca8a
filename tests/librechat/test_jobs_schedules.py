"""Schedules: once over all processes, caught up once, and what ``runperiodic`` says."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries, Settings

from librechat.kernel.errors import NotFoundError
from librechat.kernel.jobs import periodic, rows, schedules
from librechat.kernel.jobs.cron import run_due
from librechat.kernel.jobs.periodic import A_DAY, SCHEDULES, Schedule, schedule_once
from librechat.kernel.jobs.retention import jobs_purge
from librechat.kernel.jobs.worker import Worker
from tests.factories import jobs
from tests.factories.jobs import DONE

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HoldClock = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _two_schedules(monkeypatch: pytest.MonkeyPatch, clock_at: HoldClock) -> Iterator[None]:
    monkeypatch.setattr(SCHEDULES, "_entries", {})
    monkeypatch.setattr(periodic, "_scheduled", {})
    monkeypatch.setattr(schedules, "_seen", {})
    schedule_once("hourly", every_seconds=3600, work="tests.factories.jobs.count_to_three")
    schedule_once("daily", every_seconds=A_DAY, work="tests.factories.jobs.count_badly")
    clock_at(NOON)
    DONE.clear()
    yield
    DONE.clear()


def a_new_process() -> None:
    schedules.forget_seen()


def runs(name: str) -> int:
    return sum(schedules.name_of(row) == name for row in DBTaskResult.objects.all())


def lines(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("runperiodic", *arguments, stdout=out)
    return re.sub(r"in \d+\.\d s", "in 0.0 s", out.getvalue()).splitlines()


def test_what_is_due_is_enqueued_once_over_all_processes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assert len(schedules.enqueue_due()) == 2
    with django_assert_num_queries(0):  # the process that did it need not look again
        assert schedules.enqueue_due() == []
    a_new_process()
    assert len(schedules.enqueue_due()) == 2  # they wait still
    assert (runs("hourly"), runs("daily")) == (1, 1)


def test_two_processes_at_the_same_moment_enqueue_one(monkeypatch: pytest.MonkeyPatch) -> None:
    real = schedules.unfinished

    def meanwhile() -> set[str]:  # after this process has looked, before it writes
        monkeypatch.setattr(schedules, "unfinished", real)
        assert len(schedules.enqueue_due()) == 2
        a_new_process()
        return set()

    monkeypatch.setattr(schedules, "unfinished", meanwhile)
    assert len(schedules.enqueue_due()) == 2
    assert (runs("hourly"), runs("daily")) == (1, 1)


def test_an_hourly_schedule_runs_every_hour(clock_at: HoldClock) -> None:
    for hours in range(4):
        clock_at(NOON + hours * HOUR)
        schedules.enqueue_due(["hourly"])
        Worker().run_waiting()
    assert DONE == ["three"] * 4


def test_a_server_that_was_down_catches_up_once(clock_at: HoldClock) -> None:
    schedules.enqueue_due(["hourly"])
    Worker().run_waiting()
    clock_at(NOON + 30 * HOUR)
    a_new_process()
    schedules.enqueue_due(["hourly"])
    Worker().run_waiting()
    assert DONE == ["three"] * 2


def test_a_clock_that_goes_back_repeats_nothing(clock_at: HoldClock) -> None:
    clock_at(NOON + HOUR)
    schedules.enqueue_due(["hourly"])
    clock_at(NOON)
    schedules.enqueue_due(["hourly"])
    Worker().run_waiting()
    clock_at(NOON + HOUR)
    a_new_process()
    schedules.enqueue_due(["hourly"])
    assert Worker().run_waiting() == 0


def test_a_run_that_is_not_through_is_not_overtaken(clock_at: HoldClock) -> None:
    schedules.enqueue_due(["hourly"])
    assert rows.claim("slow") is not None
    clock_at(NOON + HOUR)
    assert schedules.enqueue_due(["hourly"]) == []
    assert runs("hourly") == 1
    DBTaskResult.objects.update(status="SUCCESSFUL")
    assert len(schedules.enqueue_due(["hourly"])) == 1


def test_slots_follow_each_other_and_daily_ones_begin_at_night() -> None:
    hourly, daily = Schedule("h", 3600, ""), Schedule("d", A_DAY, "")
    for item in (hourly, daily):
        slot = item.slot(NOON)
        assert item.begin(slot) <= NOON < item.begin(slot + 1)
        assert item.begin(slot + 1) - item.begin(slot) == timedelta(seconds=item.every_seconds)
        assert item.slot(item.begin(slot + 1)) == slot + 1
    assert daily.begin(daily.slot(NOON)).hour == 3


@pytest.mark.parametrize("seconds", [0, periodic.LONGEST_SECONDS + 1])
def test_a_rhythm_longer_than_the_memory_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match="at least once"):
        schedule_once("never", every_seconds=seconds, work="x.y")
    assert SCHEDULES.get("never") is None


def test_a_schedule_that_is_gone_fails_with_its_name() -> None:
    schedules.enqueue_due(["hourly"])
    SCHEDULES._entries.clear()
    Worker().run_waiting()
    row = DBTaskResult.objects.get()
    assert row.status == "FAILED"
    assert "There is no schedule hourly." in row.traceback


def test_runperiodic_does_what_is_due_and_says_so() -> None:
    with pytest.raises(CommandError, match="1 failed") as failed:
        lines()
    assert failed.value.returncode == 1
    assert sorted(map(str, DONE)) == ["bad", "three"]
    assert lines() == []
    assert len(DONE) == 2


def test_runperiodic_prints_lines_for_people_and_json_for_programs(clock_at: HoldClock) -> None:
    assert lines("--only", "hourly") == ["hourly: done in 0.0 s 3"]
    clock_at(NOON + HOUR)
    [told] = json.loads("".join(lines("--only", "hourly", "--json")))
    assert (told["name"], told["outcome"], told["detail"]) == ("hourly", "done", "3")
    with pytest.raises(CommandError):
        lines("--only", "daily", "--json")


def test_runperiodic_does_what_is_not_due_when_it_is_forced() -> None:
    assert lines("--only", "hourly") == ["hourly: done in 0.0 s 3"]
    assert lines("--only", "hourly") == []
    assert lines("--only", "hourly", "--force") == ["hourly: done in 0.0 s 3"]


def test_runperiodic_leaves_to_others_what_they_do() -> None:
    schedules.enqueue_due(["hourly"])
    assert rows.claim("another") is not None
    assert lines("--only", "hourly", "--force") == []
    assert DONE == []


def test_runperiodic_takes_over_from_a_process_that_died(clock_at: HoldClock) -> None:
    schedules.enqueue_due(["hourly"])
    assert rows.claim("dead") is not None
    clock_at(NOON + timedelta(minutes=5))
    assert lines("--only", "hourly") == ["hourly: done in 0.0 s 3"]


@pytest.mark.django_db(transaction=True)
def test_runperiodic_does_chores_but_those_that_need_a_server() -> None:
    async def sweep() -> int:
        DONE.append("swept")
        return 2

    async def fail() -> None:
        raise ConnectionError("away")

    periodic.schedule("sweep", every_seconds=60, chore=sweep)
    periodic.schedule("serve", every_seconds=60, chore=fail, needs_server=True)
    assert lines("--only", "sweep", "--only", "serve") == ["sweep: done in 0.0 s 2"]
    periodic.schedule("fail", every_seconds=60, chore=fail)
    with pytest.raises(CommandError, match="1 failed"):
        lines("--only", "fail")
    [told] = run_due(only=["fail"])
    assert (told.outcome, told.detail) == ("failed", "ConnectionError: away")


def test_the_plan_says_when_and_how(clock_at: HoldClock) -> None:
    async def sweep() -> None: ...

    periodic.schedule("sweep", every_seconds=60, chore=sweep)
    assert lines("--list")[0] == "sweep: every process, every 60 s"
    [_, daily, hourly] = json.loads("".join(lines("--list", "--json")))
    assert (daily["last"], daily["next"]) == ("", "2026-03-01T12:00:00.000Z")
    run_due(only=["hourly", "daily"])
    [_, daily, hourly] = json.loads("".join(lines("--list", "--json")))
    assert daily["last"] == "2026-03-01T12:00:00.000Z"
    assert daily["next"].startswith("2026-03-02T03:")
    assert daily["last_error"] == "ValueError: One, two, four."
    assert hourly["last_error"] == ""
    assert not DBTaskResult.objects.filter(status="READY").exists()


def test_doing_it_now_needs_a_schedule() -> None:
    with pytest.raises(NotFoundError):
        schedules.enqueue_now("nope")
    assert not DBTaskResult.objects.exists()


def test_old_jobs_are_forgotten_failed_ones_later(clock_at: HoldClock, settings: Settings) -> None:
    settings.JOBS_KEEP_DAYS = 14
    jobs.note.enqueue("done")
    jobs.break_down.enqueue()
    Worker().run_waiting()
    jobs.note.enqueue("waits")
    clock_at(NOON + timedelta(days=13))
    assert jobs_purge() == 0
    clock_at(NOON + timedelta(days=15))
    assert jobs_purge() == 1
    clock_at(NOON + timedelta(days=31))
    assert jobs_purge() == 1
    assert DBTaskResult.objects.get().status == "READY"
