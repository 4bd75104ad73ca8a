"""Who is kept out, why and until when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted

from accounts.errors import BannedError, InvalidBanError
from accounts.limits.bans import (
    CONTRACT,
    ban_check,
    ban_known,
    banned,
    bans_changed,
    networks_banned,
    reason_of,
)
from accounts.limits.violations import violation_log
from accounts.models import AuditEvent, AuthSession, Ban, User
from accounts.services.bans import ban_add, ban_lift, bans_lift
from tests.factories.people import person, sign_in

pytestmark = pytest.mark.django_db

ADDRESS = "203.0.113.9"
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def never() -> bool:
    return False


def test_nobody_is_banned_at_first(owner: User) -> None:
    ban_check(user=owner, address=ADDRESS)
    ban_check(address=ADDRESS)
    ban_check()


def test_a_person_is_kept_out_wherever_they_are_and_reads_why_and_until_when(
    owner: User,
    viewer: User,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(NOON)
    ban_add(user=owner, reason="Asked to stop twice.", lasts=HOUR)
    with pytest.raises(BannedError) as refused:
        ban_check(user=owner, address="198.51.100.1")
    assert refused.value.status == 403
    assert refused.value.data["body"] == {
        "message": CONTRACT,
        "type": "ban",
        "reason": "Asked to stop twice.",
        "expiresAt": "2026-11-21T13:00:00.000Z",
    }
    assert refused.value.message == (
        "You are banned until Nov. 21, 2026, 1 p.m. UTC: Asked to stop twice."
        " Nothing of yours is lost; sign in again after that."
    )
    ban_check(user=viewer, address="198.51.100.1")


def test_an_address_keeps_out_everybody_there_but_staff(owner: User, admin: User) -> None:
    ban_add(address=ADDRESS, lasts=HOUR)
    for user in (owner, None):
        with pytest.raises(BannedError):
            ban_check(user=user, address=ADDRESS)
    ban_check(user=admin, address=ADDRESS)
    ban_check(user=owner, address="203.0.113.10")


def test_staff_who_are_banned_themselves_stay_out(admin: User) -> None:
    other = person(role="ADMIN")
    ban_add(user=other, lasts=HOUR, by=admin)
    with pytest.raises(BannedError):
        ban_check(user=other, address=ADDRESS)


def test_a_network_of_ipv6_is_one_address() -> None:
    ban = ban_add(address="2001:db8:1:2:aaaa::1", lasts=HOUR)
    assert ban.address == "2001:db8:1:2::"
    with pytest.raises(BannedError):
        ban_check(address="2001:db8:1:2::ffff")
    ban_check(address="2001:db8:1:3::1")


def test_an_address_of_ipv4_in_the_clothes_of_ipv6_is_the_same() -> None:
    ban_add(address=ADDRESS, lasts=HOUR)
    with pytest.raises(BannedError):
        ban_check(address=f"::ffff:{ADDRESS}")


def test_a_ban_ends_by_itself(owner: User, clock_at: Callable[[datetime], None]) -> None:
    clock_at(NOON)
    ban_add(user=owner, lasts=HOUR)
    clock_at(NOON + HOUR - timedelta(seconds=1))
    with pytest.raises(BannedError):
        ban_check(user=owner)
    clock_at(NOON + HOUR)
    ban_check(user=owner)


def test_of_several_bans_the_longest_is_told(owner: User) -> None:
    ban_add(user=owner, reason="short", lasts=HOUR)
    ban_add(user=owner, reason="for good")
    ban_add(user=owner, reason="long", lasts=HOUR * 9)
    with pytest.raises(BannedError, match="for good") as refused:
        ban_check(user=owner)
    assert "only an administrator can lift the ban" in refused.value.message
    body = refused.value.data["body"]
    assert isinstance(body, dict)
    assert body["expiresAt"] is None


def test_a_ban_ends_every_sign_in_and_is_on_record(owner: User, admin: User) -> None:
    sign_in(owner)
    ban = ban_add(user=owner, reason=" Rude ", lasts=HOUR, by=admin)
    owner.refresh_from_db()
    assert owner.auth_epoch == 1
    assert not AuthSession.objects.alive().filter(user=owner).exists()
    event = AuditEvent.objects.get(action="ban.added")
    assert (event.category, event.actor_id, event.target_id) == ("ban", admin.pk, owner.pk)
    assert event.metadata["reason"] == "Rude"
    assert str(ban) == f"manual: {owner.pk}"


@pytest.mark.parametrize(
    "wrong",
    [{}, {"address": "nowhere"}, {"address": ADDRESS, "lasts": timedelta(0)}],
)
def test_a_ban_of_nobody_or_of_no_length_is_refused(db: None, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidBanError):
        ban_add(**wrong)
    assert not Ban.objects.exists()


def test_nobody_bans_themselves_or_the_last_administrator(admin: User, owner: User) -> None:
    for by in (admin, None):
        with pytest.raises(InvalidBanError):
            ban_add(user=admin, lasts=HOUR, by=by)
    assert not Ban.objects.exists()


def test_lifting_lets_in_at_once_and_is_on_record(owner: User, admin: User) -> None:
    ban = ban_add(user=owner, lasts=HOUR)
    assert ban_lift(ban=ban, by=admin)
    ban_check(user=owner)
    assert not ban_lift(ban=ban, by=admin)
    event = AuditEvent.objects.get(action="ban.lifted")
    assert (event.actor_id, event.target_id) == (admin.pk, owner.pk)
    ban.refresh_from_db()
    assert ban.lifted_by == admin


def test_all_bans_of_a_person_are_lifted_and_nobody_elses(owner: User, viewer: User) -> None:
    for user in (owner, owner, viewer):
        ban_add(user=user, lasts=HOUR)
    assert bans_lift(user=owner) == 2
    ban_check(user=owner)
    with pytest.raises(BannedError):
        ban_check(user=viewer)


def test_a_ban_for_violations_says_so_in_words(owner: User, settings: Any) -> None:
    settings.BAN_VIOLATIONS = True
    violation_log(kind="illegal_model_request", user=owner, score=20)
    ban = Ban.objects.get()
    assert reason_of(ban) == "repeated requests for models that are not offered"
    assert reason_of(Ban(kind="manual")) == "a decision of the administrators"


def test_while_nobody_is_banned_no_query_is_made(
    owner: User,
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(1):
        assert ban_known(user_id=owner.pk, address=ADDRESS, is_exempt=never) is None
    with django_assert_num_queries(0):
        assert ban_known(user_id=owner.pk, address=ADDRESS, is_exempt=never) is None


def test_a_ban_is_seen_at_once_and_costs_one_query(
    owner: User,
    django_assert_num_queries: Any,
) -> None:
    assert ban_known(user_id=owner.pk, address=ADDRESS, is_exempt=never) is None
    ban = ban_add(user=owner, lasts=HOUR)
    assert ban_known(user_id=owner.pk, address=ADDRESS, is_exempt=never) == ban
    with django_assert_num_queries(1):
        assert ban_known(user_id="", address=ADDRESS, is_exempt=never) is None


def test_a_cache_that_is_away_opens_no_door(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise ConnectionInterrupted(None)

    for name in ("get", "set", "delete"):
        monkeypatch.setattr(cache, name, away, raising=False)
    ban = ban_add(user=owner, lasts=HOUR)
    bans_changed()
    assert ban_known(user_id=owner.pk, address="", is_exempt=never) == ban
    assert banned(ban).status == 403


def test_where_nobody_is_connected_no_network_is_looked_up(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(0):
        assert networks_banned([]) == set()
