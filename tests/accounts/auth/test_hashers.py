"""Hashing passwords without taking the machine from everybody else."""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from accounts.auth.hashers import AT_ONCE, PatientArgon2Hasher


def test_a_password_is_known_again_and_a_wrong_one_is_not() -> None:
    hasher = PatientArgon2Hasher()
    encoded = hasher.encode("correct horse", "saltsaltsalt")
    assert encoded.startswith("argon2$argon2id$")
    assert hasher.verify("correct horse", encoded)
    assert not hasher.verify("wrong horse", encoded)
    assert Argon2PasswordHasher().verify("correct horse", encoded)


def test_a_crowd_is_hashed_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    guard, running, most = Lock(), 0, 0
    params = Argon2PasswordHasher.params

    def counted(hasher: Argon2PasswordHasher) -> object:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        try:
            return params(hasher)
        finally:
            with guard:
                running -= 1

    monkeypatch.setattr(Argon2PasswordHasher, "params", counted)
    hasher = PatientArgon2Hasher()
    with ThreadPoolExecutor(max_workers=8) as pool:
        made = list(pool.map(lambda n: hasher.encode(f"word {n}", "saltsaltsalt"), range(8)))
    assert len(set(made)) == 8
    assert 1 <= most <= AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_nobody_holds_a_connection_while_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    PatientArgon2Hasher().encode("correct horse", "saltsaltsalt")
    assert closed == [True]


@pytest.mark.django_db
def test_a_transaction_under_way_is_not_torn(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    PatientArgon2Hasher().encode("correct horse", "saltsaltsalt")
    assert closed == []
