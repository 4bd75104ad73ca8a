"""Backup codes."""

import re

import pytest
from allauth.mfa.models import Authenticator
from pytest_django import Settings

from accounts.models import User
from accounts.services.backup_codes import (
    code_fits,
    code_use,
    codes_left,
    codes_make,
    codes_of,
    codes_replace,
    codes_stored,
)
from tests.accounts.conftest import Together

pytestmark = pytest.mark.django_db


@pytest.fixture
def codes(owner: User) -> list[str]:
    made = codes_make()
    codes_replace(user=owner, stored=codes_stored(owner, made))
    return made


def test_there_are_ten_of_eight_hex_digits(codes: list[str]) -> None:
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[0-9a-f]{8}", code) for code in codes)


def test_only_hashes_are_stored(owner: User, codes: list[str]) -> None:
    row = Authenticator.objects.get(user=owner)
    assert row.type == "recovery_codes"
    text = str(row.data)
    assert not any(code in text for code in codes)
    assert all(set(stored) == {"codeHash", "used", "usedAt"} for stored in codes_of(owner))


def test_each_code_works_once(owner: User, codes: list[str]) -> None:
    assert code_use(user=owner, code=codes[3])
    assert not code_use(user=owner, code=codes[3])
    assert codes_left(owner) == 9
    used = [stored for stored in codes_of(owner) if stored["used"]]
    assert len(used) == 1
    assert used[0]["usedAt"] is not None


def test_looking_does_not_use_a_code_up(owner: User, codes: list[str]) -> None:
    assert code_fits(user=owner, code=codes[0])
    assert codes_left(owner) == 10
    assert not code_fits(user=owner, code="00000000")


def test_spaces_hyphens_and_capitals_do_not_matter(owner: User, codes: list[str]) -> None:
    typed = f" {codes[0][:4].upper()}-{codes[0][4:]} "
    assert code_use(user=owner, code=typed)


def test_the_codes_of_somebody_else_do_not_work(
    owner: User,
    viewer: User,
    codes: list[str],
) -> None:
    codes_replace(user=viewer, stored=codes_stored(viewer, codes_make()))
    assert not code_use(user=viewer, code=codes[0])
    assert not code_use(user=User(pk="0" * 24), code=codes[0])
    assert codes_of(owner) != codes_of(viewer)


def test_new_codes_end_the_old_ones(owner: User, codes: list[str]) -> None:
    codes_replace(user=owner, stored=codes_stored(owner, codes_make()))
    assert not code_use(user=owner, code=codes[0])
    assert codes_left(owner) == 10


def test_codes_outlive_a_new_secret_key(
    owner: User,
    codes: list[str],
    settings: Settings,
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is long enough, 0123456789"
    assert code_use(user=owner, code=codes[0])


@pytest.mark.django_db(transaction=True)
def test_of_eight_requests_with_one_code_one_wins(
    owner: User,
    codes: list[str],
    together: Together,
) -> None:
    results = together.run(*[lambda: code_use(user=owner, code=codes[0])] * 8)
    assert sorted(results) == [False] * 7 + [True]
