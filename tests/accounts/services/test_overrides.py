"""Writes to config overrides."""

from typing import Any

import pytest

from accounts.access.overrides import effective
from accounts.config import InterfaceConfig
from accounts.errors import InvalidOverrideError
from accounts.models import AuditEvent, ConfigOverride, PrincipalType, User
from accounts.services.overrides import (
    EVERYBODY,
    For,
    override_activate,
    override_bury,
    override_delete,
    override_patch,
    override_put,
    override_unset,
)
from librechat.kernel import yaml_config
from librechat.kernel.errors import NotFoundError
from tests.factories.rights import group

pytestmark = pytest.mark.django_db

USERS = For(PrincipalType.ROLE, "USER")


def put(admin: User, overrides: object, **fields: Any) -> ConfigOverride:
    return override_put(whose=USERS, overrides=overrides, actor=admin, **fields)[0]


def last() -> AuditEvent:
    return AuditEvent.objects.latest("sequence")


def test_overrides_are_replaced_and_counted(admin: User, owner: User) -> None:
    row, is_new = override_put(
        whose=USERS,
        overrides={"interface": {"customWelcome": "Hello"}},
        actor=admin,
    )
    assert (is_new, row.priority, row.version) == (True, 10, 1)
    assert effective("interface", InterfaceConfig, owner).custom_welcome == "Hello"
    row, is_new = override_put(
        whose=USERS,
        overrides={"interface": {"presets": False}},
        tombstones=["interface.bookmarks"],
        priority=3,
        actor=admin,
    )
    assert (is_new, row.priority, row.version) == (False, 3, 2)
    assert effective("interface", InterfaceConfig, owner).custom_welcome is None
    event = last()
    assert (event.action, event.target_id) == ("config.replaced", "USER")
    assert event.metadata == {
        "overrides": {"interface": {"presets": False}},
        "tombstones": ["interface.bookmarks"],
        "priority": 3,
    }


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ([], "must be an object"),
        ({"interface": {"bookmarks": "yes"}}, "interface.bookmarks"),
        ({"interface": 5}, "interface"),
        ({"balance": {"enabled": 1}}, "balance.enabled"),
        ({"rateLimits": {"fileUploads": {"ipMax": "x"}}}, "rateLimits.fileUploads.ipMax"),
        ({"modelSpecs": {"list": [{"name": "x"}]}}, r"modelSpecs.list\[0\]"),
        ({"registration": {}}, "registration"),
        ({"interface": {"customWelcome": "${SECRET_KEY}"}}, "variables"),
        ({"interface": {"headers": {"X-A": "b"}}}, "secrets"),
        ({"interface": {"apiKey": "sk-1"}}, "secrets"),
        ({"interface": {"customWelcome": "x" * 200_001}}, "too large"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_path(
    admin: User,
    overrides: object,
    words: str,
) -> None:
    put(admin, {"interface": {"customWelcome": "Before"}})
    with pytest.raises(InvalidOverrideError, match=words):
        put(admin, overrides)
    assert ConfigOverride.objects.get().overrides == {"interface": {"customWelcome": "Before"}}
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("priority", [-1, 1_000_001, 1.5, True, "9"])
def test_a_priority_that_does_not_fit_is_refused(admin: User, priority: object) -> None:
    with pytest.raises(InvalidOverrideError, match="priority"):
        put(admin, {}, priority=priority)
    assert not ConfigOverride.objects.exists()


@pytest.mark.parametrize("kind", list(PrincipalType))
def test_a_receiver_that_does_not_exist_is_refused(admin: User, kind: PrincipalType) -> None:
    with pytest.raises(NotFoundError):
        override_put(whose=For(kind, "f" * 24), overrides={}, actor=admin)


def test_people_groups_and_everybody_can_have_overrides(admin: User, owner: User) -> None:
    for whose in (
        EVERYBODY,
        For(PrincipalType.USER, owner.pk),
        For(PrincipalType.GROUP, group("Staff").pk),
    ):
        override_put(whose=whose, overrides={"interface": {"presets": False}}, actor=admin)
    assert ConfigOverride.objects.get(principal_id="__base__").priority == 0
    assert ConfigOverride.objects.count() == 3


def test_single_values_are_set_over_a_tombstone(admin: User) -> None:
    override_bury(whose=USERS, path="interface.currency", actor=admin)
    row = override_patch(
        whose=USERS,
        entries={"interface.currency.code": "EUR", "interface.currency.rate": 2},
        priority=7,
        actor=admin,
    )
    assert row.overrides == {"interface": {"currency": {"code": "EUR", "rate": 2}}}
    assert (row.tombstones, row.priority) == (["interface.currency"], 7)
    row = override_patch(whose=USERS, entries={"interface.currency": None}, actor=admin)
    assert (row.tombstones, row.overrides) == ([], {"interface": {"currency": None}})
    with pytest.raises(InvalidOverrideError, match=r"interface\.currency\.rate"):
        override_patch(whose=USERS, entries={"interface.currency": {"code": "EUR"}}, actor=admin)
    with pytest.raises(InvalidOverrideError):
        override_patch(whose=USERS, entries={}, actor=admin)


@pytest.mark.parametrize("path", ["version", "interface..x", 5, None])
def test_a_path_that_leads_nowhere_is_refused(admin: User, path: Any) -> None:
    row = put(admin, {})
    with pytest.raises(InvalidOverrideError):
        override_patch(whose=USERS, entries={path: 1}, actor=admin)
    with pytest.raises(InvalidOverrideError):
        override_bury(whose=USERS, path=path, actor=admin)
    with pytest.raises(InvalidOverrideError):
        override_unset(row=row, path=path, actor=admin)
    assert AuditEvent.objects.count() == 1


def test_a_value_that_is_needed_cannot_be_taken_away(admin: User) -> None:
    money = {"interface": {"currency": {"code": "EUR", "rate": 1}}}
    with yaml_config.override(money), pytest.raises(InvalidOverrideError, match=r"currency\.rate"):
        override_bury(whose=USERS, path="interface.currency.rate", actor=admin)
    assert not ConfigOverride.objects.exists()


def test_a_value_and_its_tombstone_can_be_let_go(admin: User) -> None:
    row = put(admin, {"interface": {"presets": False}}, tombstones=["interface.bookmarks"])
    row = override_unset(row=row, path="interface.presets", actor=admin)
    row = override_unset(row=row, path="interface.bookmarks", actor=admin)
    assert (row.overrides, row.tombstones, row.version) == ({}, [], 3)
    assert last().metadata["paths"] == ["interface.bookmarks"]


def test_overrides_are_switched_off_and_removed(admin: User, owner: User) -> None:
    row = put(admin, {"interface": {"customWelcome": "Hello"}})
    row = override_activate(row=row, is_active=False, actor=admin)
    assert effective("interface", InterfaceConfig, owner).custom_welcome is None
    row = override_activate(row=row, is_active=True, actor=admin)
    assert effective("interface", InterfaceConfig, owner).custom_welcome == "Hello"
    override_delete(row=row, actor=admin)
    assert not ConfigOverride.objects.exists()
    assert last().action == "config.deleted"
