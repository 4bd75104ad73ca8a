"""What menus offer: remembered for seconds, changed at once where rights change."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisAwayError

from accounts.access.menus import menu_administers, menu_permissions, menus_changed
from accounts.models import Group, PrincipalType, User
from accounts.models.role import Role
from accounts.services.grants import grant_give, grant_revoke
from accounts.services.groups import members_add, members_remove
from accounts.services.roles import role_create, role_permissions_set

pytestmark = pytest.mark.django_db


def queries(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


def test_a_page_asks_once_in_a_while(owner: User) -> None:
    assert queries(lambda: menu_administers(owner)) == 1
    assert queries(lambda: menu_administers(owner)) == 0
    assert queries(lambda: menu_permissions(owner.role)) == 1
    assert queries(lambda: menu_permissions(owner.role)) == 0
    cache.clear()
    assert queries(lambda: menu_administers(owner)) == 1


def test_people_are_told_apart(owner: User, admin: User) -> None:
    assert [menu_administers(one) for one in (owner, admin, owner)] == [False, True, False]
    assert menu_permissions(admin.role) != menu_permissions(owner.role)
    owner.role = admin.role
    assert menu_administers(owner)


def test_a_grant_counts_at_once(owner: User, admin: User) -> None:
    to: dict[str, Any] = {
        "kind": PrincipalType.USER,
        "principal_id": owner.pk,
        "capability": "access:admin",
    }
    assert not menu_administers(owner)
    grant_give(actor=admin, **to)
    assert menu_administers(owner)
    grant_revoke(actor=admin, **to)
    assert not menu_administers(owner)


def test_joining_and_leaving_a_group_counts_at_once(owner: User, admin: User) -> None:
    team = Group.objects.create(name="Team")
    grant_give(
        actor=admin, kind=PrincipalType.GROUP, principal_id=team.pk, capability="access:admin"
    )
    assert not menu_administers(owner)
    members_add(group=team, people=[owner], actor=admin)
    assert menu_administers(owner)
    members_remove(group=team, people=[owner], actor=admin)
    assert not menu_administers(owner)


def test_what_a_role_allows_counts_at_once(admin: User) -> None:
    role_create(name="Guests", actor=admin)
    assert not menu_permissions("Guests")["PROMPTS"]["USE"]
    role = Role.objects.get(name="Guests")
    role_permissions_set(role=role, permissions={"PROMPTS": {"USE": True}}, actor=admin)
    assert menu_permissions("Guests")["PROMPTS"]["USE"]


def test_while_the_cache_is_away_pages_ask_each_time(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_fields: object) -> None:
        raise RedisAwayError("gone")

    for name in ("get", "set", "delete"):
        monkeypatch.setattr(cache, name, away, raising=False)
    assert queries(lambda: menu_administers(owner)) == 1
    menus_changed()
    assert queries(lambda: menu_administers(owner)) == 1
