"""A backup that an older version of the product made."""

from pathlib import Path

import pytest

from accounts.models import User
from billing.models import Budget, BudgetBucket
from librechat.kernel import clock
from librechat.maintenance import databases
from librechat.maintenance.backup import backup_make
from librechat.maintenance.restoring import backup_restore
from librechat.maintenance.verifying import backup_verify

pytestmark = pytest.mark.services  # it makes databases anew again and again

LATER = "0005_bucket_warned"  # what the older version lacks, with all of billing behind it


def of_an_older_version() -> databases.Migrations:
    """Return the migrations of today without the last ones of billing."""
    there = databases.applied("default")
    return {**there, "billing": [name for name in there["billing"] if name < LATER]}


def test_a_backup_of_an_older_version_is_brought_forward(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = of_an_older_version()
    older = {"ENGINE": databases.SQLITE, "NAME": str(filled / "older.sqlite3")}
    with databases.opened(older) as alias:
        databases.migrate(alias, before)
        models = databases.apps_at(alias)
        bucket = models.get_model("billing", "BudgetBucket")
        assert "warned" not in {column.name for column in bucket._meta.get_fields()}
        user = models.get_model("accounts", "User")(email="then@example.org", password="!")
        user.save(using=alias)
        budget = models.get_model("billing", "Budget")(name="Then", scope="instance", limit=9)
        budget.save(using=alias)
        bucket(budget_id=budget.pk, starts_at=clock.now(), used=5).save(using=alias)
    with monkeypatch.context() as patch:
        patch.setattr(databases, "served", lambda: older)
        made = backup_make()
    assert made.manifest.migrations == before
    assert backup_verify(path=made.path).faults == []
    backup_restore(path=made.path, may_replace=True)
    assert databases.unapplied("default") == []
    assert User.objects.get().email == "then@example.org"
    assert Budget.objects.get().name == "Then"
    assert [(row.used, row.warned) for row in BudgetBucket.objects.all()] == [(5, {})]
