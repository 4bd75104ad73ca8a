"""Processes that are killed (kill -9) at every step of a backup, restore, move or migration."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import Banner
from librechat.checks import nothing_broke_off
from librechat.maintenance import databases
from librechat.maintenance.acts import broken_off
from librechat.maintenance.backup import backup_make
from librechat.maintenance.checkups import stores
from librechat.maintenance.moving import database_move
from librechat.maintenance.restoring import backup_restore
from librechat.maintenance.verifying import backup_verify
from tests.librechat.maintenance.test_backup import hashes
from tests.librechat.maintenance.test_moving import hashes_at, here

pytestmark = pytest.mark.services  # they make databases anew again and again

MODULES = ("backup", "restoring", "moving", "copying")


def _kill_at(place: str) -> None:
    """Let this process be killed when it reaches the named failpoint."""

    def hit(name: str) -> None:
        if name == place:
            os.kill(os.getpid(), signal.SIGKILL)

    for module in MODULES:
        name = f"librechat.maintenance.{module}.hit"
        pytest.MonkeyPatch().setattr(name, hit)  # of the child alone, which ends here
    # A small file, copied in several steps all the same.
    pytest.MonkeyPatch().setattr("librechat.maintenance.restoring.PAGES_AT_ONCE", 10)


def killed(work: Callable[[], object], prepare: Callable[[], object]) -> None:
    """Do the work in a process of its own, which is killed on the way."""
    connections.close_all()  # a child must not share them
    child = os.fork()
    if child == 0:
        try:
            prepare()
            work()
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), os.waitstatus_to_exitcode(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def told_and_forgotten_after(kind: str, work: Callable[[], object]) -> None:
    """Expect a clear message, and none after the work was done again."""
    (act,) = broken_off()
    assert act.kind == kind
    (finding,) = [one for one in stores.backups() if one.light == "red"]
    assert "broke off" in finding.seen
    assert "manage.py" in finding.fix
    assert [str(message.msg) for message in nothing_broke_off()] == [act.sentence()]
    work()
    assert broken_off() == []


@pytest.mark.parametrize("place", ["backup_between", "backup_before_finish"])
def test_a_killed_backup_leaves_no_half_and_is_made_again(filled: Path, place: str) -> None:
    target = filled / "there"
    before = hashes()
    killed(lambda: backup_make(to=target), lambda: _kill_at(place))
    assert [path.suffix for path in target.iterdir()] == [".part"]
    assert hashes() == before
    made: list[Path] = []
    told_and_forgotten_after("backup", lambda: made.append(backup_make(to=target).path))
    assert list(target.iterdir()) == made
    assert backup_verify(path=made[0]).faults == []


BEFORE = ["restore_before_files", "restore_before_rows"]
INSIDE = {"sqlite": "restore_between_pages", "postgresql": "restore_before_commit"}


@pytest.mark.parametrize("place", [*BEFORE, "inside", "restore_after_rows"])
def test_a_killed_restore_leaves_all_of_the_old_or_all_of_the_new(filled: Path, place: str) -> None:
    made = backup_make()
    of_backup = hashes()
    Banner.objects.update(message="of today")
    of_today = hashes()

    def work() -> object:
        return backup_restore(path=made.path, may_replace=True)

    wanted = INSIDE[connection.vendor] if place == "inside" else place
    killed(work, lambda: _kill_at(wanted))

    assert hashes() == (of_backup if place == "restore_after_rows" else of_today)
    Banner.objects.update(message="written afterwards")  # it can be used
    told_and_forgotten_after("restore", work)
    assert hashes() == of_backup


@pytest.mark.parametrize("place", ["move_before_rows", "move_between"])
def test_a_killed_move_leaves_the_source_and_is_done_again(filled: Path, place: str) -> None:
    target = f"sqlite:///{filled}/moved.sqlite3"
    before = hashes()

    def work() -> object:
        return database_move(source=here(), target=target)

    killed(work, lambda: _kill_at(place))
    assert hashes() == before
    assert not (filled / "moved.sqlite3").exists()
    told_and_forgotten_after("move", work)
    assert hashes_at(target) == before
    assert sorted(path.name for path in filled.glob("moved*")) == ["moved.sqlite3"]


@pytest.mark.parametrize("number", [1, 30, 60])
def test_a_killed_migration_goes_on_to_the_same_schema(filled: Path, number: int) -> None:
    broken = {"ENGINE": databases.SQLITE, "NAME": str(filled / "broken.sqlite3")}
    clean = {"ENGINE": databases.SQLITE, "NAME": str(filled / "clean.sqlite3")}

    def work() -> None:
        with databases.opened(broken) as alias:
            # Another state than the newest first: that one is copied in tests.
            databases.migrate(alias, {"contenttypes": ["0001_initial"]})
            databases.migrate(alias)

    def kill_in_a_migration() -> None:
        written = MigrationRecorder.record_applied
        left = iter(range(number))

        def record(self: MigrationRecorder, app: str, name: str) -> None:
            written(self, app, name)
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        pytest.MonkeyPatch().setattr(MigrationRecorder, "record_applied", record)

    killed(work, kill_in_a_migration)
    with databases.opened(broken) as alias:
        assert databases.unapplied(alias)
        databases.migrate(alias)
        assert databases.unapplied(alias) == []
        gone_on = _schema(alias)
    with databases.opened(clean) as alias:
        databases.migrate(alias)
        assert _schema(alias) == gone_on


def _schema(alias: str) -> list[tuple[str, str]]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows
