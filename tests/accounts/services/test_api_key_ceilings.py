"""What an administrator sets on a key: its owner goes below, never beyond."""

from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import ApiKey, AuditEvent, User
from accounts.services.api_key_ceilings import ceilings_check, ceilings_told
from accounts.services.api_key_terms import KeyTerms, terms_checked, terms_of
from accounts.services.api_keys import (
    api_key_change,
    api_key_hold,
    api_key_limit,
    api_key_make,
    api_key_revoke,
    api_key_rotate,
)
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError
from tests.factories.people import person, role

pytestmark = pytest.mark.django_db
SOON = clock.now() + timedelta(days=5, microseconds=7)
SET: dict[str, Any] = {
    "requests_per_minute": 60,
    "tokens_per_minute": 9_000,
    "parallel_requests": 4,
    "scopes": ["relay:chat", "relay:models"],
    "allowed_models": ["gpt-*", "claude-?-mini"],
    "allowed_addresses": ["192.0.2.0/24", "2001:db8::/32"],
    "expires_at": SOON,
}


@pytest.fixture
def programmer() -> User:
    role("programmers", REMOTE_AGENTS={"USE": True})
    return person("programmer@example.org", role="programmers")


@pytest.fixture
def boss() -> User:
    return person("boss@example.org", role="ADMIN")


@pytest.fixture
def held(programmer: User, boss: User) -> ApiKey:
    """A key of the programmer with every limit set by an administrator."""
    key, _text = api_key_make(user=programmer, terms=KeyTerms(name="ci"), actor=programmer)
    return api_key_limit(key=key, terms=KeyTerms(name="ci", **SET), actor=boss)


def changed(key: ApiKey, **terms: Any) -> ApiKey:
    return api_key_change(key=key, terms=replace(terms_of(key), **terms), actor=key.user)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("requests_per_minute", 61),
        ("requests_per_minute", None),
        ("tokens_per_minute", 9_001),
        ("tokens_per_minute", None),
        ("parallel_requests", 5),
        ("parallel_requests", None),
        ("scopes", []),
        ("scopes", ["relay"]),
        ("scopes", ["relay:chat", "read"]),
        ("scopes", ["relay:images"]),
        ("allowed_models", []),
        ("allowed_models", ["*"]),
        ("allowed_models", ["gp*"]),
        ("allowed_models", ["gpt-4", "o1"]),
        ("allowed_models", ["claude-*-mini"]),
        ("allowed_addresses", []),
        ("allowed_addresses", ["192.0.0.0/16"]),
        ("allowed_addresses", ["192.0.2.1", "10.0.0.1"]),
        ("allowed_addresses", ["::/0"]),
        ("expires_at", None),
        ("expires_at", SOON + timedelta(seconds=1)),
    ],
)
def test_an_owner_does_not_go_beyond_a_ceiling(held: ApiKey, field: str, value: object) -> None:
    before = terms_of(held)
    with pytest.raises(InvalidInputError) as refused:
        changed(held, **{field: value})
    assert refused.value.data["field"] == field
    assert refused.value.message == ceilings_told(held)[field]
    held.refresh_from_db()
    assert terms_of(held) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "other"),
        ("content_days", 7),
        ("requests_per_minute", 1),
        ("scopes", ["relay:chat"]),
        ("allowed_models", ["gpt-4*", "gpt-?", "claude-3-mini"]),
        ("allowed_addresses", ["192.0.2.128/25", "2001:db8:1::/48"]),
        ("expires_at", clock.now() + timedelta(days=1)),
    ],
)
def test_an_owner_goes_below_and_back_up_to_it(held: ApiKey, field: str, value: object) -> None:
    before = terms_of(held)
    assert getattr(changed(held, **{field: value}), field) == value
    held.refresh_from_db()
    api_key_change(key=held, terms=before, actor=held.user)
    held.refresh_from_db()
    assert terms_of(held) == before


def test_the_sentence_names_the_ceiling(held: ApiKey) -> None:
    told = ceilings_told(held)
    assert told["tokens_per_minute"] == (
        "An administrator allows this key at most 9,000 tokens per minute."
    )
    assert told["allowed_models"].endswith("to these models: gpt-*, claude-?-mini.")
    assert clock.iso(SOON) in told["expires_at"]


def test_what_an_owner_chose_binds_nobody(programmer: User, boss: User) -> None:
    terms = KeyTerms(name="ci", requests_per_minute=5, parallel_requests=2)
    key, _text = api_key_make(user=programmer, terms=terms, actor=programmer)
    key = api_key_limit(key=key, terms=replace(terms_of(key), parallel_requests=1), actor=boss)
    assert key.ceilings == {"parallel_requests": 1}
    assert changed(key, requests_per_minute=None).requests_per_minute is None


def test_an_administrator_lifts_what_was_set_and_leaves_what_was_lowered(
    held: ApiKey, boss: User
) -> None:
    key = changed(held, requests_per_minute=5)
    lifted = replace(terms_of(key), note="seen", allowed_models=[], parallel_requests=9)
    key = api_key_limit(key=key, terms=lifted, actor=boss)
    assert key.ceilings["requests_per_minute"] == 60
    assert key.ceilings["parallel_requests"] == 9
    assert "allowed_models" not in key.ceilings
    assert changed(key, requests_per_minute=60, allowed_models=["o1"]).requests_per_minute == 60


def test_all_limits_a_key_has_are_made_binding(programmer: User, boss: User) -> None:
    terms = KeyTerms(name="ci", requests_per_minute=5)
    key, _text = api_key_make(user=programmer, terms=terms, actor=programmer)
    api_key_hold(key=key, actor=boss)
    with pytest.raises(InvalidInputError):
        changed(key, requests_per_minute=6)
    assert AuditEvent.objects.get(action="key.held").actor_id == boss.pk
    api_key_revoke(key=key, actor=boss)
    with pytest.raises(NotFoundError):
        api_key_hold(key=key, actor=boss)


def test_limits_from_the_console_bind_the_owner(programmer: User) -> None:
    terms = KeyTerms(name="ci", requests_per_minute=5)
    key, _text = api_key_make(user=programmer, terms=terms, actor=None)
    assert key.ceilings == {"requests_per_minute": 5}
    with pytest.raises(InvalidInputError):
        changed(key, requests_per_minute=6)


def test_a_key_in_the_place_of_one_is_bound_alike(held: ApiKey) -> None:
    made, _text = api_key_rotate(key=held, overlap=timedelta(days=1), actor=held.user)
    made.refresh_from_db()
    assert made.ceilings == held.ceilings
    with pytest.raises(InvalidInputError):
        changed(made, requests_per_minute=61)


def test_a_scope_that_is_narrowed_is_not_widened_by_its_root() -> None:
    terms = terms_checked(KeyTerms(name="ci", scopes=["relay", "relay:images"]))
    ceilings_check({"scopes": ["relay"]}, terms)
    with pytest.raises(InvalidInputError):
        ceilings_check({"scopes": ["relay", "relay:chat"]}, terms)
    with pytest.raises(InvalidInputError):
        ceilings_check({"scopes": ["relay", "relay:chat"]}, KeyTerms(name="ci", scopes=["relay"]))


PATTERNS = st.text("ab*?", min_size=1, max_size=5)


@given(wide=PATTERNS, narrow=PATTERNS, name=st.text("ab", max_size=5))
def test_a_pattern_that_passes_matches_nothing_more(wide: str, narrow: str, name: str) -> None:
    try:
        ceilings_check({"allowed_models": [wide]}, KeyTerms(name="ci", allowed_models=[narrow]))
    except InvalidInputError:
        assert wide != narrow
        return
    assert not fnmatchcase(name, narrow) or fnmatchcase(name, wide)
