"""Capabilities of the system."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access.capabilities import (
    BASE,
    capabilities_effective,
    capabilities_given,
    capability_allows,
    capability_is_known,
    capability_require,
    implying,
    rank_require,
)
from accounts.models import Grant, PrincipalType, User
from accounts.services.roles import roles_seed
from librechat.kernel.errors import ForbiddenError
from tests.factories.people import person, role
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [*BASE, "manage:configs:interface", "assign:configs:group"])
def test_what_exists_is_known(name: str) -> None:
    assert capability_is_known(name)


@pytest.mark.parametrize(
    "name",
    ["", "read", "fly:users", "read:users:x", "manage:configs:planets", "assign:configs:public"],
)
def test_what_does_not_exist_is_not_known(name: str) -> None:
    assert not capability_is_known(name)


def test_to_manage_includes_to_read_and_the_whole_includes_its_sections() -> None:
    assert implying("read:users") == {"read:users", "manage:users"}
    assert implying("manage:users") == {"manage:users"}
    assert implying("read:configs:interface") == {
        "read:configs:interface",
        "manage:configs:interface",
        "read:configs",
        "manage:configs",
    }


def test_a_person_has_what_they_their_groups_and_their_role_were_given(owner: User) -> None:
    grant(owner, "manage:users")
    Grant.objects.create(
        principal_type="group",
        principal_id=group("Staff", owner).pk,
        capability="read:roles",
    )
    Grant.objects.create(principal_type="role", principal_id="USER", capability="read:usage")
    Grant.objects.create(principal_type="role", principal_id="guest", capability="read:groups")
    Grant.objects.create(
        principal_type="group",
        principal_id=group("Others").pk,
        capability="read:insights",
    )
    expected = ["manage:users", "read:roles", "read:usage", "read:users"]
    assert capabilities_effective(owner) == expected
    assert capability_allows(owner, "read:users", "read:roles")
    assert not capability_allows(owner, "read:users", "read:groups")


def test_a_missing_capability_is_refused(owner: User) -> None:
    grant(owner, "access:admin")
    capability_require(owner, "access:admin")
    with pytest.raises(ForbiddenError, match="Insufficient"):
        capability_require(owner, "access:admin", "read:users")


def test_several_capabilities_cost_one_query(owner: User) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert not capability_allows(owner, "access:admin", "read:users", "read:configs:interface")
    assert len(queries) == 1


def test_an_administrator_has_every_capability_even_before_the_first_start(admin: User) -> None:
    assert set(BASE) <= set(capabilities_effective(admin))
    assert capability_allows(admin, "manage:configs:endpoints")


def test_seeding_writes_the_capabilities_of_the_admin_role_once(admin: User) -> None:
    roles_seed()
    roles_seed()
    rows = Grant.objects.filter(principal_type="role", principal_id="ADMIN")
    assert sorted(rows.values_list("capability", flat=True)) == sorted(BASE)


def test_nobody_fills_a_role_or_group_that_brings_more_than_they_have(owner: User) -> None:
    role("auditors")
    Grant.objects.create(
        principal_type="role",
        principal_id="auditors",
        capability="read:audit_log",
    )
    assert capabilities_given(PrincipalType.ROLE, "auditors") == {"read:audit_log"}
    with pytest.raises(ForbiddenError, match="do not have yourself"):
        rank_require(owner, PrincipalType.ROLE, "auditors")
    with pytest.raises(ForbiddenError):
        rank_require(owner, PrincipalType.ROLE, "ADMIN")
    rank_require(owner, PrincipalType.ROLE, "USER")
    rank_require(person(role="ADMIN"), PrincipalType.ROLE, "ADMIN")
