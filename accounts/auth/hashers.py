"""Argon2 for passwords, a few at a time.

One hash takes 100 MB and eight threads for a moment. Without a limit a crowd that signs in would
take gigabytes, and the processor from the answers that stream meanwhile. Nor does anybody hold
a connection to the database while they wait: the pool is small, and others would wait for it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from typing_extensions import override

AT_ONCE = max(1, (os.cpu_count() or 1) // Argon2PasswordHasher.parallelism)
_turn = BoundedSemaphore(AT_ONCE)


@contextmanager
def _a_turn() -> Iterator[None]:
    if not connection.in_atomic_block:
        connection.close()  # back to the pool; the next query takes another one
    with _turn:
        yield


class PatientArgon2Hasher(Argon2PasswordHasher):
    """Django's hasher; who comes while others are hashing waits for a turn."""

    @override
    def encode(self, password: str, salt: str) -> str:
        """Return the hash of a password."""
        with _a_turn():
            return super().encode(password, salt)

    @override
    def verify(self, password: str, encoded: str) -> bool:
        """Return whether this is the hash of the password."""
        with _a_turn():
            return super().verify(password, encoded)
