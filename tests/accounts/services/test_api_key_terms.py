"""Terms of access keys: checked, changed, handed on to another key, and keys of teams."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.errors import NotSignedInError
from accounts.models import ApiKey, AuditEvent, Group, GroupMember, User
from accounts.services.api_key_opening import api_key_open
from accounts.services.api_key_teams import teams_for_keys
from accounts.services.api_key_terms import KeyTerms, terms_checked, terms_of
from accounts.services.api_keys import (
    api_key_change,
    api_key_make,
    api_key_revoke,
    api_key_rotate,
    keys_stamp,
)
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from tests.factories.people import person, role
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db
CHAT = {"method": "POST", "path": "/v1/chat/completions"}


@pytest.fixture
def programmer() -> User:
    role("programmers", REMOTE_AGENTS={"USE": True})
    return person("programmer@example.org", role="programmers")


def made(user: User, team: Group | None = None, **terms: Any) -> tuple[ApiKey, str]:
    return api_key_make(user=user, terms=KeyTerms(name="ci", **terms), group=team, actor=user)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("note", "x" * 501),
        ("note", 5),
        ("scopes", ["relay:everything"]),
        ("allowed_models", [""]),
        ("allowed_models", ["a[b"]),
        ("allowed_models", ["x" * 257]),
        ("allowed_models", ["m"] + [f"m{number}" for number in range(100)]),
        ("allowed_addresses", ["everywhere"]),
        ("allowed_addresses", ["10.0.0.0/33"]),
        ("requests_per_minute", 0),
        ("tokens_per_minute", 1_000_001),
        ("parallel_requests", True),
        ("parallel_requests", "5"),
        ("content_days", 366),
        ("content_days", -1),
        ("content_days", None),
        ("expires_at", clock.now() - timedelta(days=1)),
    ],
)
def test_a_term_that_does_not_fit_is_refused_by_its_name(field: str, value: object) -> None:
    given: dict[str, Any] = {"name": "ci", field: value}
    with pytest.raises(InvalidInputError) as refused:
        terms_checked(KeyTerms(**given))
    assert refused.value.data["field"] == field


def test_terms_are_kept_as_they_are_meant(programmer: User) -> None:
    key, _text = made(
        programmer,
        note=" for the build ",
        scopes=["relay:models", "relay:chat"],
        allowed_models=["gpt-*", "gpt-*", " claude-sonnet-4-5 "],
        allowed_addresses=["192.0.2.7/24", "2001:db8::1"],
        requests_per_minute=60,
        content_days=7,
    )
    key.refresh_from_db()
    assert key.note == "for the build"
    assert key.scopes == ["relay:chat", "relay:models"]
    assert key.allowed_models == ["gpt-*", "claude-sonnet-4-5"]
    assert key.allowed_addresses == ["192.0.2.0/24", "2001:db8::1/128"]
    assert (key.requests_per_minute, key.tokens_per_minute, key.content_days) == (60, None, 7)


def test_a_change_is_on_record_and_known_at_once(programmer: User) -> None:
    key, text = made(programmer)
    before = keys_stamp()
    terms = KeyTerms(name="ci", requests_per_minute=5, expires_at=clock.now() + timedelta(days=1))
    api_key_change(key=key, terms=terms, actor=programmer)
    assert keys_stamp() != before
    assert api_key_open(text=text, **CHAT).requests_per_minute == 5
    event = AuditEvent.objects.get(action="key.changed")
    assert event.metadata["changed"]["requests_per_minute"] == [None, 5]
    api_key_change(key=key, terms=terms, actor=programmer)
    assert AuditEvent.objects.filter(action="key.changed").count() == 1


def test_a_key_that_has_ended_is_not_changed(programmer: User) -> None:
    key, _text = made(programmer)
    api_key_revoke(key=key, actor=programmer)
    with pytest.raises(NotFoundError):
        api_key_change(key=key, terms=KeyTerms(name="x"), actor=programmer)
    with pytest.raises(NotFoundError):
        api_key_rotate(key=key, overlap=timedelta(0), actor=programmer)


def test_a_wrong_change_changes_nothing(programmer: User) -> None:
    key, _text = made(programmer, note="kept")
    with pytest.raises(InvalidInputError):
        api_key_change(key=key, terms=KeyTerms(name="", note="gone"), actor=programmer)
    key.refresh_from_db()
    assert (key.name, key.note) == ("ci", "kept")


def test_another_key_takes_the_place_of_one_and_both_work_for_a_while(programmer: User) -> None:
    key, text = made(programmer, allowed_models=["gpt-*"], requests_per_minute=3)
    successor, another = api_key_rotate(key=key, overlap=timedelta(days=1), actor=programmer)
    assert terms_of(successor) == terms_of(key)
    assert api_key_open(text=text, **CHAT).pk == key.pk
    assert api_key_open(text=another, **CHAT).pk == successor.pk
    key.refresh_from_db()
    assert key.expires_at is not None
    assert timedelta(hours=23) < key.expires_at - clock.now() <= timedelta(days=1)
    assert AuditEvent.objects.filter(action="key.rotated", target_id=key.pk).exists()


def test_an_overlap_never_makes_a_key_live_longer(programmer: User) -> None:
    end = clock.now() + timedelta(hours=1)
    key, _text = made(programmer, expires_at=end)
    api_key_rotate(key=key, overlap=timedelta(days=7), actor=programmer)
    key.refresh_from_db()
    assert key.expires_at == end


def test_without_an_overlap_the_old_key_ends_at_once(programmer: User) -> None:
    key, text = made(programmer)
    made_key, another = api_key_rotate(key=key, overlap=timedelta(0), actor=programmer)
    with pytest.raises(NotSignedInError):
        api_key_open(text=text, **CHAT)
    assert api_key_open(text=another, **CHAT).pk == made_key.pk


@pytest.mark.parametrize("days", [-1, 31])
def test_an_overlap_has_its_bounds(programmer: User, days: int) -> None:
    key, _text = made(programmer)
    with pytest.raises(InvalidInputError):
        api_key_rotate(key=key, overlap=timedelta(days=days), actor=programmer)
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("right", ["manage:groups", "manage:relay"])
def test_a_member_with_the_right_makes_a_key_for_a_team(programmer: User, right: str) -> None:
    team = group("Builders", programmer)
    grant(programmer, right)
    key, text = made(programmer, team)
    assert key.group == team
    assert teams_for_keys(programmer) == [team]
    GroupMember.objects.all().delete()
    with pytest.raises(NotSignedInError):
        api_key_open(text=text, **CHAT)


def test_a_member_without_the_right_makes_none(programmer: User) -> None:
    team = group("Builders", programmer)
    with pytest.raises(ForbiddenError):
        made(programmer, team)
    assert teams_for_keys(programmer) == []
    assert not ApiKey.objects.exists()


def test_who_is_not_in_the_team_makes_none_even_at_the_console(programmer: User) -> None:
    team = group("Builders")
    grant(programmer, "manage:groups")
    with pytest.raises(NotFoundError):
        made(programmer, team)
    with pytest.raises(NotFoundError):
        api_key_make(user=programmer, terms=KeyTerms(name="x"), group=team, actor=None)
    assert not ApiKey.objects.exists()
