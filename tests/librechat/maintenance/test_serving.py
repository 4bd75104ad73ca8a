"""A server, a worker and maintenance on the same database: who holds it, who is refused."""

import os
import signal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django_tasks_db.models import DBTaskResult

from accounts.models import Banner
from accounts.services.mail import mail_deliver
from librechat.kernel.jobs.rows import FAILED, READY, RUNNING
from librechat.maintenance import databases
from librechat.maintenance.backup import backup_make
from librechat.maintenance.errors import InUseError
from librechat.maintenance.letters import REASON
from librechat.maintenance.moving import database_move
from librechat.maintenance.restoring import backup_restore
from librechat.maintenance.serving import alone, serving
from tests.librechat.maintenance.test_backup import hashes
from tests.librechat.maintenance.test_moving import here


def test_servers_share_the_database_and_maintenance_is_alone(
    further_databases: None, folder: Path
) -> None:
    config = databases.served()
    with serving(), serving(), pytest.raises(InUseError, match="Stop it first"), alone(config):
        pass
    with alone(config), pytest.raises(InUseError, match="is going on"), serving():
        pass
    with alone(config), pytest.raises(InUseError), alone(config):
        pass
    with serving(), alone(config, is_forced=True):
        pass
    with alone({"ENGINE": databases.SQLITE, "NAME": str(folder / "other.sqlite3")}), serving():
        pass


def test_a_server_that_was_killed_holds_nothing(further_databases: None, folder: Path) -> None:
    connections.close_all()  # a child must not share them
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with serving():
                os.write(tell, b"x")
                signal.pause()
        finally:
            os._exit(7)
    assert os.read(told, 1) == b"x"
    with pytest.raises(InUseError), alone(databases.served()):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with alone(databases.served()):
        pass


def test_a_worker_does_not_begin_while_a_backup_is_restored(
    further_databases: None, folder: Path
) -> None:
    with alone(databases.served()), pytest.raises(CommandError, match="is going on"):
        call_command("worker", "--batch")


@pytest.mark.services
def test_nothing_is_restored_or_moved_under_a_server(filled: Path) -> None:
    made = backup_make()
    Banner.objects.update(message="of today")
    before = hashes()
    with serving():
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("restore", str(made.path), "--replace", "--yes")
        with pytest.raises(InUseError):
            database_move(source=here(), target=f"sqlite:///{filled}/moved.sqlite3")
        assert database_move(
            source=here(), target=f"sqlite:///{filled}/moved.sqlite3", is_dry_run=True
        ).rows
        assert hashes() == before
        assert not (filled / "moved.sqlite3").exists()
        call_command("restore", str(made.path), "--replace", "--yes", "--force")
    assert not Banner.objects.filter(message="of today").exists()


@pytest.mark.services
def test_mails_that_waited_are_not_sent_again_by_a_restore(filled: Path) -> None:
    DBTaskResult.objects.all().delete()
    for status, queue in ((READY, "mail"), (RUNNING, "mail"), (READY, "default")):
        waiting = mail_deliver.using(queue_name=queue).enqueue(template="t", letter="sealed")
        DBTaskResult.objects.filter(pk=waiting.id).update(status=status)
    made = backup_make()
    done = backup_restore(path=made.path, may_replace=True)
    assert done.stopped_mails == done.as_json()["stoppedMails"] == 2
    assert "2 mails that waited" in done.text()
    stopped = DBTaskResult.objects.filter(queue_name="mail")
    assert set(stopped.values_list("status", "traceback")) == {(FAILED, REASON)}
    assert None not in stopped.values_list("finished_at", flat=True)
    assert DBTaskResult.objects.get(queue_name="default").status == READY
