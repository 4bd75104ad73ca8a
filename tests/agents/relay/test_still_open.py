"""Which keys still work, as the running calls are asked every few seconds."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Ban, User
from accounts.services.api_keys import api_key_create, api_key_revoke
from agents.relay.keys import still_open
from librechat.kernel import clock


def banned(user: User, *, hours: int) -> None:
    Ban.objects.create(user=user, reason="manual", expires_at=clock.now() + timedelta(hours=hours))


@pytest.mark.django_db
def test_keys_that_were_ended_and_those_of_the_banned_are_left_out(
    owner: User, stranger: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    User.objects.update(role="ADMIN")
    owner.refresh_from_db()
    stranger.refresh_from_db()
    kept, ended, gone = (api_key_create(user=owner, name=name)[0] for name in "abc")
    theirs = api_key_create(user=stranger, name="d")[0]
    asked = {key.pk for key in (kept, ended, gone, theirs)}
    assert still_open(asked) == asked
    api_key_revoke(key=ended, actor=owner)
    gone_pk = gone.pk
    gone.delete()
    banned(owner, hours=-1)
    banned(stranger, hours=1)
    with django_assert_num_queries(2):
        assert still_open(asked | {gone_pk}) == {kept.pk}


@pytest.mark.django_db
def test_no_keys_are_open_where_none_is_asked_for() -> None:
    assert still_open(()) == set()
