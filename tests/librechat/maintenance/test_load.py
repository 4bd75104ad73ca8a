"""A backup while people write: one moment of it, in which everything fits together."""

import threading
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.models import Count, Sum
from typing_extensions import override

from accounts.models import User
from billing.models import Entry, Transaction
from billing.services.balances import balance_ensure, balance_grant
from conversations.models import Message
from librechat.kernel.failpoints import hit
from librechat.maintenance import backup, databases, tables
from librechat.maintenance.backup import backup_make
from librechat.maintenance.progress import Silent
from librechat.maintenance.reading import archive_reading
from librechat.maintenance.restoring import backup_restore
from librechat.maintenance.verifying import backup_verify, loaded
from tests.factories.money import balances_on
from tests.factories.people import person
from tests.factories.threads import conversation_make, turn_make

# Rights of models by migrate; words of messages that nobody took into the search before.
pytestmark = pytest.mark.services  # they make databases anew again and again

MADE_ANEW = ("auth.", "contenttypes.", "conversations.SearchDocument")


class Writer(threading.Thread):
    """Books money and writes turns until it is told to stop."""

    def __init__(self, user: User) -> None:
        super().__init__(daemon=True)
        self.user, self.rounds = user, 0
        self.failures: list[Exception] = []
        self.enough, self.stop = threading.Event(), threading.Event()

    @override
    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.rounds += 1
                key = f"gift-{self.rounds}"
                balance_grant(user=self.user, amount=7, key=key, context="A gift")
                turn_make(conversation_make(self.user))
                if self.rounds >= 5:
                    self.enough.set()
        except Exception as exc:
            self.failures.append(exc)
            self.enough.set()
            raise
        finally:
            connections.close_all()


def test_a_backup_under_load_is_one_consistent_moment(
    further_databases: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = person()
    with balances_on(startBalance=0):
        balance_ensure(user=user)
        writer = Writer(user)
        written_at: list[int] = []

        def wait_for_writes(name: str) -> None:
            # Between files and rows, the moment being fixed: the writer must not wait for us.
            if name == "backup_between":
                writer.enough.clear()
                assert writer.enough.wait(60)
                written_at.append(writer.rounds)
            hit(name)

        monkeypatch.setattr(backup, "hit", wait_for_writes)
        writer.start()
        assert writer.enough.wait(60)
        made = backup_make()
        writer.stop.set()
        writer.join(60)
    assert writer.failures == []
    assert written_at
    assert backup_verify(path=made.path).faults == []
    with archive_reading(made.path) as archive, loaded(archive, Silent()) as alias:
        booked = Transaction.objects.using(alias).count()
        assert Entry.objects.using(alias).aggregate(total=Sum("credits"))["total"] == 0
        legs = Transaction.objects.using(alias).annotate(n=Count("entries"))
        assert set(legs.values_list("n", flat=True)) == {2}
        turns = Message.objects.using(alias).count()
    assert 0 < booked < Transaction.objects.count()
    assert turns < Message.objects.count()


def test_what_was_saved_under_load_comes_back(further_databases: None, folder: Path) -> None:
    user = person()
    turn_make(conversation_make(user))
    made = backup_make()
    turn_make(conversation_make(user))
    backup_restore(path=made.path, may_replace=True)
    connection.close()
    with archive_reading(made.path) as archive:
        for label, table in archive.manifest.tables.items():
            found = tables.tally(tables.models_of()[label], "default", table.columns)
            if not label.startswith(MADE_ANEW):
                assert (found.rows, found.hash) == (table.rows, table.sha256), label
    assert databases.unapplied("default") == []
