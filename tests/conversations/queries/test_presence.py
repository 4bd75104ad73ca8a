"""Which open doors belong to somebody who is still signed in and not kept out."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.services.bans import ban_add, ban_lift
from accounts.services.people import user_disable
from accounts.services.sessions import epoch_raise, session_close
from conversations.queries.presence import Identity, ended_among
from tests.factories.people import person, sign_in

pytestmark = pytest.mark.django_db

HERE, THERE = "203.0.113.9", "198.51.100.4"
HOUR = timedelta(hours=1)


def test_a_thousand_doors_cost_a_handful_of_queries(
    owner: User,
    django_assert_num_queries: Any,
) -> None:
    doors_of_owner = {Identity(owner.pk, 0, "", f"192.0.2.{n}:{n}") for n in range(1_000)}
    with django_assert_num_queries(4):  # people and bans, twice
        assert ended_among(doors_of_owner) == set()


def test_a_banned_address_is_looked_up_by_network_and_leaves_staff_alone(
    owner: User,
    admin: User,
) -> None:
    here = [Identity(one.pk, 0, "", HERE) for one in (owner, admin)]
    there = Identity(owner.pk, 0, "", THERE)
    ban = ban_add(address=HERE, lasts=HOUR)
    assert ended_among([*here, there]) == {here[0]}
    ban_lift(ban=ban)
    assert ended_among([*here, there]) == set()


def test_a_door_stays_open_while_epoch_session_and_person_hold() -> None:
    login = sign_in(person())
    user, session = login.user, login.session
    by_person, by_session = Identity(user.pk, 0, ""), Identity(user.pk, 0, session.pk)
    strange = {Identity(user.pk, 1, ""), Identity("0" * 24, 0, "")}
    assert ended_among([by_person, by_session, *strange]) == strange
    session_close(session=session)
    assert ended_among([by_person, by_session]) == {by_session}
    epoch_raise(user=user)
    later = Identity(user.pk, 1, "")
    assert ended_among([by_person, later]) == {by_person}
    user_disable(user=user)
    assert ended_among([later, Identity(user.pk, 2, "")]) == {later, Identity(user.pk, 2, "")}
