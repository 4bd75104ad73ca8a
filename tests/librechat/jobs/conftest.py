"""Nothing is done before a test."""

from collections.abc import Iterator

import pytest

from tests.factories.jobs import DONE


@pytest.fixture(autouse=True)
def _nothing_done() -> Iterator[None]:
    DONE.clear()
    yield
    DONE.clear()
