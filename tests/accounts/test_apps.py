"""What the app registers."""

import pytest

from accounts.models import Role
from librechat.kernel import periodic


@pytest.mark.django_db(transaction=True)
async def test_the_chores_of_the_app_run() -> None:
    chores = {item.name: item for item in periodic.scheduled()}
    for name in ("roles_seed", "expired_purge", "violations_purge"):
        await chores[name].chore()
    names = [name async for name in Role.objects.values_list("name", flat=True)]
    assert names == ["ADMIN", "USER"]
