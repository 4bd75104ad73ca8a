"""What an administrator set on one key of a person binds their further keys as well."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import ApiKey, AuditEvent, User
from accounts.services.api_key_terms import KeyTerms, terms_of
from accounts.services.api_keys import (
    api_key_change,
    api_key_free,
    api_key_hold,
    api_key_limit,
    api_key_make,
    api_key_revoke,
    api_key_rotate,
)
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError, InvalidInputError
from tests.factories.people import person, role
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def programmer() -> User:
    role("programmers", REMOTE_AGENTS={"USE": True})
    return person("programmer@example.org", role="programmers")


@pytest.fixture
def boss() -> User:
    return person("boss@example.org", role="ADMIN")


def made(user: User, **terms: Any) -> ApiKey:
    return api_key_make(user=user, terms=KeyTerms(name="ci", **terms), actor=user)[0]


def limited(user: User, boss: User, **terms: Any) -> ApiKey:
    return api_key_limit(key=made(user), terms=KeyTerms(name="ci", **terms), actor=boss)


def test_a_fresh_key_is_bound_as_the_one_that_an_administrator_limited(
    programmer: User, boss: User
) -> None:
    end = clock.now() + DAY
    old = limited(
        programmer, boss, requests_per_minute=60, allowed_models=["gpt-*"], expires_at=end
    )
    fresh = made(programmer)
    assert (fresh.requests_per_minute, fresh.allowed_models) == (60, ["gpt-*"])
    assert fresh.expires_at == end
    assert fresh.ceilings == old.ceilings
    with pytest.raises(InvalidInputError):
        api_key_change(key=fresh, terms=KeyTerms(name="ci"), actor=programmer)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("requests_per_minute", 61),
        ("allowed_models", ["*"]),
        ("expires_at", clock.now() + 9 * DAY),
    ],
)
def test_a_fresh_key_that_goes_beyond_is_refused_and_not_made(
    programmer: User, boss: User, field: str, value: object
) -> None:
    limited(
        programmer,
        boss,
        requests_per_minute=60,
        allowed_models=["gpt-*"],
        expires_at=clock.now() + DAY,
    )
    with pytest.raises(InvalidInputError) as refused:
        made(programmer, **{field: value})
    assert refused.value.data["field"] == field
    assert ApiKey.objects.count() == 1


def test_a_fresh_key_may_be_narrower(programmer: User, boss: User) -> None:
    limited(programmer, boss, requests_per_minute=60, allowed_models=["gpt-*"])
    fresh = made(programmer, requests_per_minute=6, allowed_models=["gpt-4*"])
    assert (fresh.requests_per_minute, fresh.allowed_models) == (6, ["gpt-4*"])


def test_to_end_a_key_is_no_way_out_of_its_limits(programmer: User, boss: User) -> None:
    api_key_revoke(key=limited(programmer, boss, requests_per_minute=60), actor=programmer)
    assert made(programmer).requests_per_minute == 60


def test_the_narrowest_of_several_limits_counts(programmer: User, boss: User) -> None:
    first, second = made(programmer), made(programmer)
    soon, later = clock.now() + DAY, clock.now() + 2 * DAY
    one = KeyTerms(
        name="ci", requests_per_minute=60, allowed_models=["gpt-*", "o1"], expires_at=later
    )
    other = KeyTerms(
        name="ci", requests_per_minute=600, allowed_models=["gpt-4*", "o1"], expires_at=soon
    )
    api_key_limit(key=first, terms=one, actor=boss)
    api_key_limit(key=second, terms=other, actor=boss)
    fresh = made(programmer)
    assert (fresh.requests_per_minute, fresh.expires_at) == (60, soon)
    assert sorted(fresh.allowed_models) == ["gpt-4*", "o1"]


def test_limits_that_have_nothing_in_common_leave_room_for_no_key(
    programmer: User, boss: User
) -> None:
    first, second = made(programmer), made(programmer)
    for key, model in ((first, "gpt-*"), (second, "claude-*")):
        api_key_limit(key=key, terms=KeyTerms(name="ci", allowed_models=[model]), actor=boss)
    with pytest.raises(ForbiddenError):
        made(programmer)
    assert ApiKey.objects.count() == 2


def test_what_an_owner_chose_or_the_console_set_binds_that_key_only(
    programmer: User, boss: User
) -> None:
    made(programmer, requests_per_minute=5)
    api_key_make(user=programmer, terms=KeyTerms(name="x", requests_per_minute=6), actor=None)
    assert made(programmer).requests_per_minute is None
    with_note = KeyTerms(name="x", requests_per_minute=6, note="seen")
    api_key_limit(key=ApiKey.objects.get(name="x"), terms=with_note, actor=boss)
    assert made(programmer).requests_per_minute is None


def test_limits_that_were_made_binding_bind_further_keys(programmer: User, boss: User) -> None:
    api_key_hold(key=made(programmer, parallel_requests=2), actor=boss)
    assert made(programmer).parallel_requests == 2


def test_of_keys_in_one_place_the_newest_tells(programmer: User, boss: User) -> None:
    old = limited(programmer, boss, requests_per_minute=5)
    new, _text = api_key_rotate(key=old, overlap=timedelta(0), actor=programmer)
    api_key_limit(key=new, terms=KeyTerms(name="ci", requests_per_minute=50), actor=boss)
    assert made(programmer).requests_per_minute == 50


def test_a_key_that_was_replaced_and_still_works_tells_as_well(
    programmer: User, boss: User
) -> None:
    old = made(programmer)
    api_key_rotate(key=old, overlap=DAY, actor=programmer)
    old.refresh_from_db()
    terms = KeyTerms(name="ci", requests_per_minute=5, expires_at=old.expires_at)
    api_key_limit(key=old, terms=terms, actor=boss)
    assert made(programmer).requests_per_minute == 5


def test_a_key_takes_a_place_whatever_other_keys_are_bound_to(programmer: User, boss: User) -> None:
    wide = made(programmer, requests_per_minute=500)
    limited(programmer, boss, requests_per_minute=5)
    new, _text = api_key_rotate(key=wide, overlap=DAY, actor=programmer)
    assert (new.requests_per_minute, new.ceilings) == (500, {})


def test_an_end_that_has_passed_binds_nobody(programmer: User, boss: User, clock_at: Any) -> None:
    start = datetime.now(tz=clock.now().tzinfo)
    limited(programmer, boss, expires_at=start + DAY)
    clock_at(start + 2 * DAY)
    fresh = made(programmer)
    assert (fresh.expires_at, fresh.ceilings) == (None, {})


@pytest.mark.parametrize("is_ended", [False, True])
def test_an_administrator_frees_the_owner_again(
    programmer: User, boss: User, is_ended: bool
) -> None:
    key = limited(programmer, boss, requests_per_minute=5)
    if is_ended:
        api_key_revoke(key=key, actor=programmer)
    api_key_free(key=key, actor=boss)
    assert made(programmer).requests_per_minute is None
    freed = AuditEvent.objects.get(action="key.freed")
    assert (freed.actor_id, freed.metadata["ceilings"]) == (boss.pk, {"requests_per_minute": 5})
    key.refresh_from_db()
    assert (key.requests_per_minute, key.ceilings, key.binds_owner) == (5, {}, False)


def test_keys_of_a_team_are_bound_apart(programmer: User, boss: User) -> None:
    limited(programmer, boss, requests_per_minute=5)
    team = group("Builders", programmer)
    grant(programmer, "manage:groups")
    terms = KeyTerms(name="ci", requests_per_minute=50)
    shared, _text = api_key_make(user=programmer, terms=terms, group=team, actor=programmer)
    api_key_hold(key=shared, actor=boss)
    again, _text = api_key_make(
        user=programmer, terms=KeyTerms(name="ci"), group=team, actor=programmer
    )
    assert again.requests_per_minute == 50
    assert made(programmer).requests_per_minute == 5


def test_nobody_is_bound_by_anothers_keys(programmer: User, boss: User) -> None:
    limited(programmer, boss, requests_per_minute=5)
    assert terms_of(made(boss)).requests_per_minute is None
