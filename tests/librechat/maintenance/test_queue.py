"""Jobs whose rows cannot be true."""

from datetime import timedelta
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from accounts.services.mail import mail_deliver
from librechat.kernel import clock
from librechat.kernel.jobs.rows import FAILED, READY, RUNNING, SUCCESSFUL, claim, lease
from librechat.maintenance.queue import queue_check

pytestmark = pytest.mark.django_db


def job_with(**fields: Any) -> str:
    made = mail_deliver.enqueue(template="t", letter="x")
    DBTaskResult.objects.filter(pk=made.id).update(**fields)
    return f"Job {made.id} ({fields.get('task_path', '.mail_deliver').rpartition('.')[2]})"


def test_jobs_in_the_course_of_things_are_no_fault() -> None:
    now = clock.now()
    for fields in (
        {},
        {"status": FAILED, "finished_at": now},
        {"status": SUCCESSFUL, "started_at": now, "finished_at": now},
    ):
        job_with(**fields)
    assert claim("worker") is not None
    late = now - 2 * lease()  # the next worker puts it back
    job_with(status=RUNNING, started_at=late, run_after=late)
    assert queue_check() == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"status": "WAITING"}, "is in no state that there is."),
        ({"finished_at": clock.now()}, "waits, but has ended."),
        ({"status": RUNNING, "run_after": clock.now()}, "runs, but has not begun."),
        (
            {"status": RUNNING, "started_at": clock.now(), "finished_at": clock.now()},
            "runs, but has ended.",
        ),
        ({"status": FAILED}, "is over, but has not ended."),
        ({"status": SUCCESSFUL, "finished_at": clock.now()}, "ended well, but has not begun."),
        ({"task_path": "accounts.services.mail.letter_post"}, "is of a function that is gone."),
    ],
)
def test_what_cannot_be_is_named(fields: dict[str, Any], told: str) -> None:
    assert queue_check() == []
    name = job_with(**fields)
    assert queue_check() == [f"{name} {told}"]


def test_a_job_that_nobody_puts_back_is_named(settings: Any) -> None:
    settings.JOBS_LEASE_SECONDS = 60
    late = clock.now() - timedelta(minutes=11)
    name = job_with(status=RUNNING, started_at=late, run_after=late, worker_ids=["gone"])
    [told] = queue_check()
    assert told == f"{name} runs without a sign of life for over 10 minutes; start a worker."
    DBTaskResult.objects.update(status=READY)
    assert queue_check() == []
