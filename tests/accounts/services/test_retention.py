"""Records whose time is over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.limits.violations import violation_log
from accounts.models import Ban, User, Violation
from accounts.services import retention
from accounts.services.retention import violations_purge

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
Hold = Callable[[datetime], None]


def moments() -> list[datetime]:
    return list(Violation.objects.order_by("created_at").values_list("created_at", flat=True))


def test_a_broken_rule_is_forgotten_after_the_days_of_the_setting(
    owner: User,
    settings: Settings,
    clock_at: Hold,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.VIOLATION_RETENTION_DAYS = 30
    monkeypatch.setattr(retention, "BATCH", 2)
    for days in (0, 1, 2, 3):
        clock_at(NOON + timedelta(days=days))
        violation_log(kind="logins", user=owner, score=1)
    clock_at(NOON + timedelta(days=30))
    assert violations_purge() == 0
    clock_at(NOON + timedelta(days=32, seconds=1))
    assert violations_purge() == 3
    assert moments() == [NOON + timedelta(days=3)]


def test_by_default_they_are_kept_for_half_a_year(owner: User, clock_at: Hold) -> None:
    clock_at(NOON)
    violation_log(kind="logins", user=owner, score=1)
    clock_at(NOON + timedelta(days=180))
    assert violations_purge() == 0
    clock_at(NOON + timedelta(days=181))
    assert violations_purge() == 1


def test_the_sum_goes_on_while_one_is_left_and_starts_again_after_the_last(
    owner: User,
    clock_at: Hold,
) -> None:
    for days in (0, 100):
        clock_at(NOON + timedelta(days=days))
        violation_log(kind="logins", user=owner, score=5)
    clock_at(NOON + timedelta(days=200))
    violations_purge()
    violation_log(kind="logins", user=owner, score=5)
    assert Violation.objects.latest("created_at").total == 15
    clock_at(NOON + timedelta(days=400))
    violations_purge()
    violation_log(kind="logins", user=owner, score=5)
    assert Violation.objects.get().total == 5


def test_the_ban_that_followed_stays(owner: User, settings: Settings, clock_at: Hold) -> None:
    settings.BAN_VIOLATIONS, settings.BAN_INTERVAL = True, 20
    settings.BAN_DURATION = timedelta(days=365)
    clock_at(NOON)
    violation_log(kind="logins", user=owner, score=20)
    clock_at(NOON + timedelta(days=200))
    assert violations_purge() == 1
    assert Ban.objects.in_force().get().user == owner
