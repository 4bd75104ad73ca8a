"""What the app registers."""

import pytest

from accounts.models import Role
from librechat.kernel.jobs import periodic
from librechat.kernel.jobs.cron import run_due

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_chores_of_the_app_run() -> None:
    chores = {item.name: item for item in periodic.scheduled()}
    await chores["roles_seed"].chore()
    names = [name async for name in Role.objects.values_list("name", flat=True)]
    assert names == ["ADMIN", "USER"]


def test_the_schedules_of_the_app_run() -> None:
    ran = run_due(only=("expired_purge", "violations_purge", "accounts_purge"))
    assert {(item.name, item.outcome, item.detail) for item in ran} == {
        ("expired_purge", "done", "0"),
        ("violations_purge", "done", "0"),
        ("accounts_purge", "done", "0"),
    }
