"""Work that several threads do at the same moment, on whatever database the tests are given."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

PATIENCE_SECONDS = 60

T = TypeVar("T")


class Together:
    """Runs works at once, each in a thread with a connection of its own."""

    def run(self, *works: Callable[[], T]) -> list[T]:
        """Return what the works returned, in their order; what one raises is raised here."""
        start = Barrier(len(works))

        def one(work: Callable[[], T]) -> T:
            connection.ensure_connection()  # so that connecting decides no race
            try:
                start.wait(PATIENCE_SECONDS)
                return work()
            finally:
                connection.close()

        with ThreadPoolExecutor(max_workers=len(works)) as pool:
            return list(pool.map(one, works, timeout=PATIENCE_SECONDS))


@pytest.fixture
def together(transactional_db: None) -> Together:
    """Threads see only what is committed, so the tests' own transaction is not there."""
    return Together()
