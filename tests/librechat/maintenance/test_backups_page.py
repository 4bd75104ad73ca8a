"""The page of the backups: made and verified by jobs, taken away by who may do everything."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.access.capabilities import BASE
from accounts.models import AuditEvent, Job, User
from librechat.kernel import clock
from librechat.kernel.jobs.worker import Worker
from tests.factories.people import person
from tests.factories.rights import grant
from tests.librechat.dashboard.tables import signed_in, whole

pytestmark = pytest.mark.django_db(transaction=True)

HERE = "/admin/backups/"
NAME = "librechat-20261121-031500.zip"


@pytest.fixture
def place(further_databases: None, folder: Path, settings: Settings) -> Path:
    """Return BACKUP_DIR."""
    there = Path(settings.BACKUP_DIR)
    there.mkdir(parents=True)
    return there


@pytest.fixture
def desk(place: Path, admin: User) -> Client:
    return signed_in(admin)


def work() -> None:
    Worker(queues=("default",)).run_waiting()


@pytest.mark.slow
def test_a_backup_is_made_and_verified(desk: Client, place: Path) -> None:
    assert desk.post(f"{HERE}make/").status_code == 302
    page = desk.get(HERE)
    assert page.context["is_active"]
    assert 'http-equiv="refresh"' in page.content.decode()
    work()
    [path] = place.glob("*.zip")
    text = desk.get(HERE).content.decode()
    assert path.name in text
    assert f"manage.py restore {place}/{path.name} --replace" in text
    desk.post(f"{HERE}verify/", {"name": path.name})
    work()
    assert "It is whole." in desk.get(HERE).content.decode()
    actions = AuditEvent.objects.filter(action__startswith="backup.").order_by("sequence")
    assert list(actions.values_list("action", flat=True)) == [
        "backup.started",
        "backup.verify_started",
    ]


def test_a_backup_comes_as_it_is_and_is_on_record(desk: Client, place: Path, admin: User) -> None:
    (place / NAME).write_bytes(b"everything" * 100_000)
    answer = desk.get(f"{HERE}{NAME}/download/")
    assert answer.status_code == 200, answer
    assert whole(answer) == (place / NAME).read_bytes()
    assert answer["Content-Disposition"] == f'attachment; filename="{NAME}"'
    event = AuditEvent.objects.get(action="backup.downloaded")
    assert (event.actor_id, event.target_name) == (admin.pk, NAME)
    assert event.metadata["bytes"] == 1_000_000


def test_a_damaged_backup_is_told_as_such(desk: Client, place: Path) -> None:
    (place / NAME).write_bytes(b"PK\x03\x04 cut off")
    desk.post(f"{HERE}verify/", {"name": NAME})
    work()
    [run] = desk.get(HERE).context["runs"]
    assert (run.is_over, run.result["ok"]) == (True, False)
    assert run.problem


def test_one_is_made_at_a_time_and_none_is_sealed_without_a_key(desk: Client) -> None:
    answer = desk.post(f"{HERE}make/", {"is_sealed": "on"}, follow=True)
    assert "Set BACKUP_KEY to encrypt backups." in answer.content.decode()
    assert not Job.objects.exists()
    desk.post(f"{HERE}make/")
    answer = desk.post(f"{HERE}make/", follow=True)
    assert "One is being made or verified already." in answer.content.decode()
    assert Job.objects.count() == 1


def test_names_of_other_files_are_those_of_none(desk: Client, place: Path) -> None:
    (place.parent / "secrets.zip").write_bytes(b"x")
    (place / "notes.txt").write_bytes(b"x")
    for name in ("notes.txt", "../secrets.zip", "..%2Fsecrets.zip", "gone.zip"):
        assert desk.get(f"{HERE}{name}/download/").status_code == 404
        assert desk.post(f"{HERE}verify/", {"name": name}).status_code == 404
    assert not Job.objects.exists()


def test_a_backup_is_taken_away_only_by_who_may_do_everything(
    desk: Client, place: Path, admin: User
) -> None:
    (place / NAME).write_bytes(b"everything")
    keeper = person()
    grant(keeper, *(name for name in BASE if name != "manage:roles"))
    client = signed_in(keeper)
    assert client.get(HERE).status_code == 200
    assert f"{NAME}/download/" not in client.get(HERE).content.decode()
    assert client.get(f"{HERE}{NAME}/download/").status_code == 403
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    assert "/settings/confirm" in desk.get(f"{HERE}{NAME}/download/")["Location"]
    assert not AuditEvent.objects.filter(action="backup.downloaded").exists()


def test_who_may_only_look_makes_and_verifies_none(place: Path) -> None:
    (place / NAME).write_bytes(b"x")
    reader = person()
    grant(reader, "access:admin", "read:system")
    client = signed_in(reader)
    assert NAME in client.get(HERE).content.decode()
    assert client.post(f"{HERE}make/").status_code == 403
    assert client.post(f"{HERE}verify/", {"name": NAME}).status_code == 403
    assert not Job.objects.exists()
