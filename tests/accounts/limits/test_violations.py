"""Counting violations, and the bans that follow."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import Settings

from accounts.errors import TooManyRequestsError
from accounts.limits.caller import Caller, Request, served
from accounts.limits.counters import limit_check
from accounts.limits.staff import is_staff
from accounts.limits.violations import scores_validate, violation_log
from accounts.models import (
    AuditEvent,
    AuthSession,
    Ban,
    Grant,
    Group,
    GroupMember,
    User,
    Violation,
)
from accounts.services.bans import bans_lift
from tests.accounts.conftest import Together
from tests.factories.people import person, sign_in

pytestmark = pytest.mark.django_db

ADDRESS = "203.0.113.9"


@pytest.fixture(autouse=True)
def _bans(settings: Settings) -> None:
    settings.BAN_VIOLATIONS = True
    settings.BAN_DURATION = timedelta(hours=2)
    settings.BAN_INTERVAL = 20
    settings.LIMITS = {}


def test_each_kind_is_summed_on_its_own(owner: User) -> None:
    for kind, score in (("logins", 5), ("concurrent", 7), ("logins", 6)):
        assert violation_log(kind=kind, user=owner, score=score) is None
    rows = Violation.objects.order_by("id").values_list("kind", "score", "total")
    assert list(rows) == [("logins", 5, 5), ("concurrent", 7, 7), ("logins", 6, 11)]
    assert not Ban.objects.exists()


def test_crossing_the_line_bans_person_and_address_and_ends_every_sign_in(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    moment = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    clock_at(moment)
    sign_in(owner)
    violation_log(kind="logins", user=owner, score=19)
    ban = violation_log(kind="logins", user=owner, address=ADDRESS, score=1, detail={"rule": "x"})
    assert ban == Ban.objects.get()
    assert (ban.user, ban.address, ban.kind) == (owner, ADDRESS, "logins")
    assert ban.expires_at == moment + timedelta(hours=2)
    owner.refresh_from_db()
    assert owner.auth_epoch == 1
    assert not AuthSession.objects.alive().filter(user=owner).exists()
    event = AuditEvent.objects.get(action="ban.added")
    assert (event.target_id, event.metadata["total"]) == (owner.pk, 20)
    assert Violation.objects.order_by("-id")[0].detail == {"rule": "x"}


def test_the_next_multiple_bans_again_and_what_lies_between_does_not(owner: User) -> None:
    bans = [violation_log(kind="logins", user=owner, score=10) for _ in range(5)]
    assert [ban is not None for ban in bans] == [False, True, False, True, False]


def test_the_address_is_that_of_the_request_when_none_is_given(owner: User) -> None:
    with served(Request(caller=Caller(ADDRESS, "x"))):
        violation_log(kind="convo_access", user=owner)
    row = Violation.objects.get()
    assert (row.address, row.score, row.total) == (ADDRESS, 0, 0)


def test_a_ban_without_an_address_is_of_the_person_alone(owner: User) -> None:
    ban = violation_log(kind="logins", user=owner, score=20)
    assert ban is not None
    assert ban.address == ""


def test_bans_that_are_switched_off_leave_the_count(owner: User, settings: Settings) -> None:
    settings.BAN_VIOLATIONS = False
    assert violation_log(kind="logins", user=owner, score=100) is None
    settings.BAN_VIOLATIONS = True
    settings.BAN_DURATION = timedelta(0)
    assert violation_log(kind="logins", user=owner, score=100) is None
    assert Violation.objects.order_by("-id")[0].total == 200
    assert not Ban.objects.exists()


def test_staff_are_counted_and_never_banned(admin: User, owner: User, viewer: User) -> None:
    group = Group.objects.create(name="desk")
    GroupMember.objects.create(group=group, user=owner)
    Grant.objects.create(
        principal_type="group",
        principal_id=group.pk,
        capability="access:admin",
    )
    for user in (admin, owner):
        assert is_staff(user)
        assert violation_log(kind="logins", user=user, score=100) is None
    assert not is_staff(viewer)
    assert Violation.objects.count() == 2
    assert not Ban.objects.exists()


def test_somebody_deleted_meanwhile_is_not_counted(owner: User) -> None:
    gone = User.objects.get(pk=owner.pk)
    owner.delete()
    assert violation_log(kind="logins", user=gone, score=100) is None


def test_an_unknown_kind_needs_a_score(owner: User) -> None:
    with pytest.raises(KeyError):
        violation_log(kind="whistling", user=owner)


def test_variables_set_the_scores(owner: User, settings: Settings) -> None:
    settings.LIMITS = {"ILLEGAL_MODEL_REQ_SCORE": "5", "CONVO_ACCESS_VIOLATION_SCORE": "0"}
    violation_log(kind="illegal_model_request", user=owner)
    assert Violation.objects.get().score == 5
    scores_validate()
    settings.LIMITS = {"CONVO_ACCESS_VIOLATION_SCORE": "-1"}
    with pytest.raises(ImproperlyConfigured, match="CONVO_ACCESS_VIOLATION_SCORE"):
        scores_validate()


def test_breaking_a_rate_limit_is_a_violation_of_who_is_known(
    owner: User,
    settings: Settings,
) -> None:
    settings.LIMITS = {"FILE_UPLOAD_USER_MAX": "1", "FILE_UPLOAD_VIOLATION_SCORE": "3"}
    limit_check("file_upload_user", user=owner, address=ADDRESS)
    with pytest.raises(TooManyRequestsError):
        limit_check("file_upload_user", user=owner, address=ADDRESS)
    row = Violation.objects.get()
    assert (row.kind, row.score, row.address) == ("file_upload_limit", 3, ADDRESS)
    assert row.detail == {"rule": "file_upload_user"}


def test_the_refusal_that_leads_to_a_ban_says_so(owner: User, settings: Settings) -> None:
    settings.LIMITS = {"FILE_UPLOAD_USER_MAX": "1", "FILE_UPLOAD_VIOLATION_SCORE": "20"}
    limit_check("file_upload_user", user=owner)
    with pytest.raises(TooManyRequestsError) as refused:
        limit_check("file_upload_user", user=owner)
    assert refused.value.data["body"] == {
        "message": "Too many files uploaded, please try again after 15 minutes.",
        "ban": True,
        "ban_duration": 7_200_000,
    }


def test_a_rule_without_a_kind_and_a_visitor_without_a_name_are_not_counted(
    owner: User,
    settings: Settings,
) -> None:
    settings.LIMITS = {"LOGIN_MAX": "1"}
    for _ in range(30):
        limit_check("prompt_usage", user=owner)
    with pytest.raises(TooManyRequestsError):
        limit_check("prompt_usage", user=owner)
    limit_check("login", address=ADDRESS)
    with pytest.raises(TooManyRequestsError):
        limit_check("login", address=ADDRESS)
    assert not Violation.objects.exists()


def test_violations_at_once_add_up_and_ban_once(together: Together, owner: User) -> None:
    def break_a_rule() -> tuple[bool, float]:
        ban = violation_log(kind="logins", user=owner, score=4)
        return ban is not None, max(Violation.objects.values_list("total", flat=True))

    found = together.run(*[break_a_rule] * 6)
    assert sum(is_banned for is_banned, _total in found) == 1
    assert max(total for _is_banned, total in found) == 24


class TestAgainstAModel(TestCase):
    """Scores of any size lead to a ban exactly when a sum passes a multiple."""

    @hypothesis_settings(max_examples=40)
    @given(
        interval=st.integers(1, 30),
        events=st.lists(
            st.tuples(st.sampled_from(["logins", "concurrent"]), st.integers(0, 45)),
            max_size=8,
        ),
    )
    def test_bans_follow_the_floors_of_the_sums(
        self,
        interval: int,
        events: list[tuple[str, int]],
    ) -> None:
        sums = {"logins": 0, "concurrent": 0}
        with self.settings(BAN_INTERVAL=interval, BAN_VIOLATIONS=True):
            user = person()
            for kind, score in events:
                before, sums[kind] = sums[kind], sums[kind] + score
                ban = violation_log(kind=kind, user=user, score=score)
                wanted = math.floor(before / interval) < math.floor(sums[kind] / interval)
                assert (ban is not None) is wanted
        user.refresh_from_db()
        assert user.auth_epoch == Ban.objects.filter(user=user).count()
        assert bans_lift(user=user) == user.auth_epoch
