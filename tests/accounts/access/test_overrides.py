"""The settings that hold for one person."""

import logging

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis.exceptions import ConnectionInterrupted
from hypothesis import given
from hypothesis import strategies as st

from accounts.access.override_tree import leaves, merged, path_is_sound, placed, without
from accounts.access.overrides import (
    REMEMBERED,
    STAMP,
    Setting,
    _checked,
    _rows,
    effective,
    effective_plain,
    explained,
    overrides_changed,
    rows_for,
    rows_of,
)
from accounts.config import InterfaceConfig, RateLimitsConfig
from accounts.models import ConfigOverride, GroupMember, User
from accounts.models.override import BASE
from librechat.kernel import yaml_config
from tests.factories.rights import group

pytestmark = pytest.mark.django_db


def lay(kind: str, name: str, overrides: object = None, **fields: object) -> ConfigOverride:
    """Store overrides of a receiver: what is given of ``interface``."""
    row = ConfigOverride.objects.create(
        principal_type=kind,
        principal_id=name,
        overrides={} if overrides is None else {"interface": overrides},
        **fields,
    )
    overrides_changed()
    return row


def keep(row: ConfigOverride) -> None:
    """Store a changed row as the services do."""
    row.save()
    overrides_changed()


def welcome(user: User) -> str | None:
    return effective("interface", InterfaceConfig, user).custom_welcome


def test_without_overrides_the_file_counts(owner: User) -> None:
    with yaml_config.override({"interface": {"customWelcome": "File"}}):
        assert effective("interface", InterfaceConfig, owner) is yaml_config.value("interface")
        assert welcome(owner) == "File"


def test_the_strongest_override_counts_and_the_rest_stays(owner: User) -> None:
    readers = group("Readers", owner)
    lay("role", BASE, {"customWelcome": "Everybody", "presets": False}, priority=99)
    assert welcome(owner) == "Everybody"
    lay("role", "USER", {"customWelcome": "Role"}, priority=10)
    assert welcome(owner) == "Role"
    lay("group", readers.pk, {"customWelcome": "Group"}, priority=10)
    assert welcome(owner) == "Group"
    lay("user", owner.pk, {"customWelcome": "Mine"}, priority=5)
    assert welcome(owner) == "Group"
    mine = ConfigOverride.objects.get(principal_type="user")
    mine.priority = 11
    keep(mine)
    assert welcome(owner) == "Mine"
    assert effective("interface", InterfaceConfig, owner).presets is False
    assert effective("interface", InterfaceConfig, owner).bookmarks is True


def test_what_is_for_others_or_switched_off_does_not_count(owner: User, stranger: User) -> None:
    lay("user", stranger.pk, {"customWelcome": "Theirs"})
    lay("role", "guest", {"customWelcome": "Guests"})
    lay("group", group("Others", stranger).pk, {"customWelcome": "Others"})
    lay("user", owner.pk, {"customWelcome": "Off"}, is_active=False)
    assert rows_of(owner) == []
    assert welcome(owner) is None


def test_a_tombstone_takes_away_what_lies_below(owner: User) -> None:
    with yaml_config.override({"interface": {"customWelcome": "File", "parameters": False}}):
        lay("role", "USER", tombstones=["interface.customWelcome"], priority=1)
        assert welcome(owner) is None
        assert effective("interface", InterfaceConfig, owner).parameters is False
        lay("user", owner.pk, {"customWelcome": "Back"}, priority=2)
        assert welcome(owner) == "Back"


def test_a_change_counts_at_once(owner: User) -> None:
    row = lay("user", owner.pk, {"customWelcome": "One"})
    assert welcome(owner) == "One"
    row.overrides, row.version = {"interface": {"customWelcome": "Two"}}, 1
    keep(row)
    assert welcome(owner) == "Two"
    with yaml_config.override({"interface": {"presets": False}}):
        assert effective("interface", InterfaceConfig, owner).presets is False
    assert effective("interface", InterfaceConfig, owner).presets is True
    row.delete()
    overrides_changed()
    assert welcome(owner) is None


def test_asking_again_costs_no_query_and_checks_once(owner: User) -> None:
    lay("user", owner.pk, {"customWelcome": "One"})
    with CaptureQueriesContext(connection) as queries:
        first = effective("interface", InterfaceConfig, owner)
        assert effective("rateLimits", RateLimitsConfig, owner) == RateLimitsConfig()
    assert len(queries) == 2  # whether there are any, and this person's
    with CaptureQueriesContext(connection) as queries:
        assert effective("interface", InterfaceConfig, owner) is first
    assert len(queries) == 0


def test_without_any_override_nothing_is_read(owner: User) -> None:
    lay("user", owner.pk, {"customWelcome": "Off"}, is_active=False)
    assert welcome(owner) is None
    with CaptureQueriesContext(connection) as queries:
        assert welcome(owner) is None
    assert len(queries) == 0


def test_somebody_who_joins_a_group_has_its_settings_with_the_next_stamp(owner: User) -> None:
    readers = group("Readers")
    lay("group", readers.pk, {"customWelcome": "Group"})
    assert welcome(owner) is None
    GroupMember.objects.create(group=readers, user=owner)
    cache.delete(STAMP)  # as it goes by itself after seconds
    assert welcome(owner) == "Group"


def test_a_change_of_role_counts_at_once(owner: User) -> None:
    lay("role", "USER", {"customWelcome": "Users"})
    assert welcome(owner) == "Users"
    owner.role = "GUEST"
    assert welcome(owner) is None


def test_a_cache_that_is_away_makes_every_question_a_query(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise ConnectionInterrupted(None)

    for name in ("get", "set", "delete"):
        monkeypatch.setattr(cache, name, away, raising=False)
    lay("user", owner.pk, {"customWelcome": "One"})
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert welcome(owner) == "One"
        assert len(queries) == 1


def test_people_are_remembered_up_to_a_number(owner: User) -> None:
    lay("role", BASE, {"customWelcome": "One"})
    _rows.clear()
    for number in range(REMEMBERED + 2):
        owner.role = f"role-{number}"
        assert welcome(owner) == "One"
    assert len(_rows) == 2


def test_only_so_much_is_remembered(owner: User) -> None:
    _checked.clear()
    row = lay("user", owner.pk, {"customWelcome": "One"})
    for version in range(REMEMBERED + 2):
        row.version = version
        keep(row)
        assert welcome(owner) == "One"
    assert len(_checked) == 2


def test_an_override_that_no_longer_fits_is_left_out(
    owner: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lay("role", "USER", {"customWelcome": "Role"})
    lay("user", owner.pk, {"customWelcome": 5}, priority=2)
    with caplog.at_level(logging.ERROR):
        assert welcome(owner) == "Role"
    assert "left out" in caplog.text


def test_a_section_of_another_type_is_a_bug(owner: User) -> None:
    with pytest.raises(TypeError):
        effective("interface", RateLimitsConfig, owner)


def test_settings_are_given_in_the_names_of_the_file(owner: User) -> None:
    lay("user", owner.pk, {"customWelcome": "One"})
    assert effective_plain("interface", owner)["customWelcome"] == "One"
    assert effective_plain("modelSpecs", owner) == yaml_config.plain(
        yaml_config.value("modelSpecs"),
    )


def test_every_value_is_explained_by_where_it_comes_from(owner: User) -> None:
    lay("role", BASE, {"customWelcome": "Everybody", "currency": {"code": "EUR", "rate": 2}})
    lay("role", "USER", {"currency": {"rate": 3}}, tombstones=["interface.bookmarks"])
    with yaml_config.override({"interface": {"presets": False, "bookmarks": False}}):
        found = explained(rows_for("role", "USER"))
    assert found == [
        Setting("interface.currency.code", "EUR", "role __base__"),
        Setting("interface.currency.rate", 3, "role USER"),
        Setting("interface.customWelcome", "Everybody", "role __base__"),
        Setting("interface.presets", value=False, source="librechat.yaml"),
    ]


@pytest.mark.parametrize("path", ["interface", "interface.a.b", "endpoints.all.titleModel"])
def test_paths_into_the_sections_are_sound(path: str) -> None:
    assert path_is_sound(path)


@pytest.mark.parametrize(
    "path",
    [None, 5, "", ".", "interface.", "interface..a", "version", "x.y", "interface.$a", "a" * 300],
)
def test_other_paths_are_not(path: object) -> None:
    assert not path_is_sound(path)


def test_taking_away_the_last_value_takes_its_parents_away() -> None:
    tree: dict[str, object] = {"a": {"b": {"c": 1}}, "d": {}}
    assert without(tree, "a.b.c") == {"d": {}}
    assert without(tree, "d.x") == tree
    assert without(tree, "a.b.x") == tree
    assert without(tree, "a.b.c.x") == tree
    assert without({"a": 5}, "a") == {}
    assert placed({"a": 5}, "a.b", 1) == {"a": {"b": 1}}


KEYS = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    st.integers(0, 3),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(KEYS, TREES, max_size=3)


@given(MAPPINGS, MAPPINGS)
def test_the_upper_values_all_count_and_lower_ones_where_nothing_is_above(
    below: dict[str, object],
    above: dict[str, object],
) -> None:
    both = dict(leaves(merged(below, above)))
    upper = dict(leaves(above))
    for path, value in upper.items():
        if value != {}:
            assert both[path] == value
    for path, value in both.items():
        assert upper.get(path, dict(leaves(below)).get(path)) == value or value == {}


@given(MAPPINGS, st.lists(KEYS, min_size=1, max_size=3).map(".".join), st.integers(0, 3))
def test_what_is_placed_is_found_and_can_be_taken_away(
    tree: dict[str, object],
    path: str,
    value: int,
) -> None:
    changed = placed(tree, path, value)
    assert dict(leaves(changed))[path] == value
    assert path not in dict(leaves(without(changed, path)))
