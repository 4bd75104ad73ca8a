"""Jobs and schedules in the admin: what is shown, to whom, and what can be done."""

from datetime import timedelta

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, Grant, Job, PrincipalType, User
from accounts.services.jobs import job_cancel, job_retry, schedule_run_now
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, NotFoundError
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.worker import Worker
from tests.factories import jobs
from tests.factories.people import PASSWORD, person, role

pytestmark = pytest.mark.django_db

LIST, SCHEDULES = "/admin/accounts/job/", "/admin/accounts/job/schedules/"


def browser(user: User) -> Client:
    client = Client()
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return client


@pytest.fixture
def desk(admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    return browser(admin)


@pytest.fixture
def onlooker() -> Client:
    """Return a browser of somebody who may look at the system and change nothing."""
    one = person("onlooker@example.org", role=role("onlookers").name)
    for name in ("access:admin", "read:system"):
        Grant.objects.create(
            principal_type=PrincipalType.ROLE, principal_id="onlookers", capability=name
        )
    return browser(one)


def failed() -> Job:
    jobs.break_down.enqueue()
    Worker(name="a-worker").run_waiting()
    return Job.objects.get(status="FAILED")


def act(client: Client, name: str, *chosen: Job, confirmed: bool = True) -> str:
    body: dict[str, object] = {"action": name, "_selected_action": [str(job.pk) for job in chosen]}
    if confirmed:
        body["confirmed"] = "yes"
    return client.post(LIST, body, follow=True).content.decode()


def acts() -> list[str]:
    found = AuditEvent.objects.filter(category="system").order_by("sequence")
    return list(found.values_list("action", flat=True))


def test_the_list_shows_what_a_job_is_how_it_goes_and_whom_it_is_for(
    desk: Client, owner: User
) -> None:
    failed()
    jobs.note.enqueue(value={"a": 1})
    DBTaskResult.objects.filter(status="READY").update(
        args_kwargs={"args": [], "kwargs": {"user_id": owner.pk}}
    )
    page = desk.get(LIST).content.decode()
    for word in ("break_down", "note", "FAILED", "READY", owner.email, "ValueError: api_key="):
        assert word.lower() in page.lower()
    assert "sk-abcdefgh12345678" not in page


def test_the_list_is_filtered_and_searched(desk: Client) -> None:
    job = failed()
    jobs.note.using(queue_name="mail").enqueue("one")
    assert "break_down" not in desk.get(f"{LIST}?queue_name=mail").content.decode()
    assert ">note<" not in desk.get(f"{LIST}?status__exact=FAILED&q=break").content.decode()
    assert "break_down" in desk.get(f"{LIST}?q={job.pk}").content.decode()


def test_the_list_needs_as_many_queries_for_many_jobs_as_for_few(
    desk: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    people = [person(f"p{number}@example.org") for number in range(5)]
    for number in range(40):
        jobs.note.enqueue(number)
    for row, one in zip(DBTaskResult.objects.all(), people * 8, strict=True):
        row.args_kwargs = {"args": [], "kwargs": {"user_id": one.pk}}
        row.save(update_fields=["args_kwargs"])
    desk.get(LIST)
    with django_assert_max_num_queries(13):
        desk.get(LIST)


def test_a_job_shows_its_arguments_without_secrets_and_where_it_failed(desk: Client) -> None:
    job = failed()
    Job.objects.update(
        args_kwargs={
            "args": [7, "Bearer abcdefgh12345678"],
            "kwargs": {"refresh_token": "tok-1", "name": "Ada"},
        },
    )
    page = desk.get(f"{LIST}{job.pk}/change/").content.decode()
    assert "Traceback" in page
    assert "Ada" in page
    for secret in ("tok-1", "abcdefgh12345678"):
        assert secret not in page


def test_arguments_of_private_and_unknown_jobs_are_shown_to_nobody(desk: Client) -> None:
    jobs.keep_quiet.enqueue(secret="hush")
    job = Job.objects.get()
    assert "hush" not in desk.get(f"{LIST}{job.pk}/change/").content.decode()
    Job.objects.update(task_path="nowhere.gone", args_kwargs={"args": ["hush"], "kwargs": {}})
    assert "hush" not in desk.get(f"{LIST}{job.pk}/change/").content.decode()


def test_a_failed_job_is_run_again_after_a_question(desk: Client) -> None:
    job = failed()
    assert "Each starts anew" in act(desk, "retry", job, confirmed=False)
    job.refresh_from_db()
    assert (job.status, acts()) == ("FAILED", [])
    assert "Done for 1" in act(desk, "retry", job)
    job.refresh_from_db()
    assert (job.status, job.worker_ids, acts()) == ("READY", [], ["job.retried"])
    assert Worker().run_waiting() == 1


def test_a_job_that_runs_or_is_done_is_not_run_again(desk: Client) -> None:
    jobs.note.enqueue("one")
    assert rows.claim("a-worker") is not None
    job = Job.objects.get()
    for state in ("RUNNING", "SUCCESSFUL"):
        Job.objects.update(status=state)
        assert "Only a job that failed or waits can be run." in act(desk, "retry", job)
        job.refresh_from_db()
        assert job.status == state
    assert acts() == []


def test_a_job_that_waits_is_cancelled_after_a_question(desk: Client) -> None:
    jobs.note.enqueue("one")
    job = Job.objects.get()
    act(desk, "cancel", job, confirmed=False)
    assert Worker(("other",)).run_waiting() == 0
    act(desk, "cancel", job)
    job.refresh_from_db()
    assert job.status == "FAILED"
    assert "Cancelled by admin@example.org." in job.traceback
    assert acts() == ["job.cancelled"]
    assert Worker().run_waiting() == 0
    assert "The job has ended already." in act(desk, "cancel", job)
    assert acts() == ["job.cancelled"]


def test_ids_that_are_none_choose_nothing(desk: Client) -> None:
    jobs.note.enqueue("one")
    body = {"action": "cancel", "_selected_action": ["x"], "confirmed": "yes"}
    assert "There is no such job." in desk.post(LIST, body, follow=True).content.decode()
    assert Job.objects.get().status == "READY"


def test_how_long_and_how_often_is_told(desk: Client) -> None:
    now = clock.now()
    jobs.note.enqueue("one")
    Job.objects.update(
        status="SUCCESSFUL",
        started_at=now - timedelta(seconds=5),
        finished_at=now,
        worker_ids=["w1 †", "w2"],
        run_after=now,
        return_value={"rows": 12},
    )
    page = desk.get(f"{LIST}{Job.objects.get().pk}/change/").content.decode()
    for word in ("5.0 s", "2, the worker died in 1", "w1 †, w2", "rows"):
        assert word in page


def test_the_schedules_are_listed_and_done_now(desk: Client) -> None:
    page = desk.get(SCHEDULES).content.decode()
    for word in ("conversations_purge", "expired_purge", "never"):
        assert word in page
    answer = desk.post(SCHEDULES, {"name": "violations_purge"}, follow=True).content.decode()
    assert "violations_purge will be done in a moment." in answer
    assert acts() == ["schedule.run"]
    again = desk.post(SCHEDULES, {"name": "violations_purge"}, follow=True).content.decode()
    assert "It waits or runs already." in again
    assert Job.objects.count() == 1
    Worker().run_waiting()
    assert "Successful" in desk.get(SCHEDULES).content.decode()


def test_a_schedule_that_does_not_exist_is_refused(desk: Client) -> None:
    answer = desk.post(SCHEDULES, {"name": "nope"}, follow=True).content.decode()
    assert "There is no schedule nope." in answer
    assert (Job.objects.count(), acts()) == (0, [])


def test_who_may_only_look_changes_nothing(onlooker: Client) -> None:
    job = failed()
    assert onlooker.get(LIST).status_code == 200
    assert "Traceback" in onlooker.get(f"{LIST}{job.pk}/change/").content.decode()
    assert "Run now" not in onlooker.get(SCHEDULES).content.decode()
    assert onlooker.post(SCHEDULES, {"name": "violations_purge"}).status_code == 403
    act(onlooker, "retry", job)
    job.refresh_from_db()
    assert (job.status, Job.objects.count(), acts()) == ("FAILED", 1, [])


def test_without_the_capability_there_are_no_jobs() -> None:
    one = person("keeper@example.org", role=role("keepers").name)
    Grant.objects.create(
        principal_type=PrincipalType.ROLE, principal_id="keepers", capability="access:admin"
    )
    client = browser(one)
    assert client.get(LIST).status_code == 403
    assert client.get(SCHEDULES).status_code == 403
    assert client.post(SCHEDULES, {"name": "violations_purge"}).status_code == 403
    assert Job.objects.count() == 0


def test_the_library_shows_no_page_of_its_own(desk: Client) -> None:
    assert desk.get("/admin/django_tasks_database/dbtaskresult/").status_code == 404


def test_services_refuse_and_change_nothing(admin: User) -> None:
    jobs.note.enqueue("one")
    Worker().run_waiting()
    job = Job.objects.get()
    with pytest.raises(ConflictError):
        job_retry(job=job, by=admin)
    with pytest.raises(ConflictError):
        job_cancel(job=job, by=admin)
    with pytest.raises(NotFoundError):
        schedule_run_now(name="nope", by=admin)
    job.refresh_from_db()
    assert (job.status, acts()) == ("SUCCESSFUL", [])
