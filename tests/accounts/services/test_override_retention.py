"""The history of overrides has an end; what led to the state of now has none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import ConfigOverride, OverrideRevision, PrincipalType, User
from accounts.services import override_retention
from accounts.services.override_retention import revisions_outdated, revisions_purge
from accounts.services.override_undo import override_bring_back
from accounts.services.overrides import EVERYBODY, For, override_delete, override_put

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
USERS = For(PrincipalType.ROLE, "USER")
Hold = Callable[[datetime], None]


def put(whose: For, admin: User, welcome: str) -> ConfigOverride:
    told = {"interface": {"customWelcome": welcome}}
    return override_put(whose=whose, overrides=told, actor=admin)[0]


def kept() -> list[tuple[str, str]]:
    """Return (receiver, the greeting that was set), oldest first."""
    rows = OverrideRevision.objects.order_by("created_at", "id")
    return [
        (row.principal_id, (row.after or {})["overrides"]["interface"]["customWelcome"])
        for row in rows
    ]


def test_a_change_is_kept_for_a_year_and_the_last_of_each_receiver_for_good(
    admin: User, clock_at: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(override_retention, "BATCH", 1)
    for day, words in enumerate(("One", "Two", "Three")):
        clock_at(NOON + timedelta(days=day))
        put(USERS, admin, words)
    put(EVERYBODY, admin, "Only")
    clock_at(NOON + timedelta(days=365))
    assert revisions_purge() == 0
    clock_at(NOON + timedelta(days=365, seconds=1))
    assert revisions_outdated().count() == 1
    assert revisions_purge() == 1
    assert kept() == [("USER", "Two"), ("USER", "Three"), ("__base__", "Only")]
    clock_at(NOON + timedelta(days=4000))
    assert revisions_purge() == 1
    assert kept() == [("USER", "Three"), ("__base__", "Only")]
    assert revisions_purge() == 0


def test_of_changes_in_the_same_moment_the_last_one_stays(admin: User, clock_at: Hold) -> None:
    clock_at(NOON)
    for words in ("One", "Two", "Three"):
        put(USERS, admin, words)
    clock_at(NOON + timedelta(days=366))
    assert revisions_purge() == 2
    assert kept() == [("USER", "Three")]


def test_what_was_deleted_long_ago_can_still_be_brought_back(admin: User, clock_at: Hold) -> None:
    clock_at(NOON)
    override_delete(row=put(USERS, admin, "Hello"), actor=admin)
    clock_at(NOON + timedelta(days=3000))
    revisions_purge()
    last = OverrideRevision.objects.get()
    assert last.action == "config.deleted"
    override_bring_back(revision=last, side="before", version=0, actor=admin)
    assert ConfigOverride.objects.get().overrides == {"interface": {"customWelcome": "Hello"}}


def test_the_settings_in_force_are_not_touched(admin: User, clock_at: Hold) -> None:
    clock_at(NOON)
    put(USERS, admin, "One")
    put(USERS, admin, "Two")
    clock_at(NOON + timedelta(days=3000))
    revisions_purge()
    row = ConfigOverride.objects.get()
    assert (row.overrides, row.version) == ({"interface": {"customWelcome": "Two"}}, 2)
