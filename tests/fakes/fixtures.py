"""Fixtures that start the stand-ins."""

from collections.abc import Iterator

import pytest

from tests.fakes.provider import FakeProvider


@pytest.fixture(scope="session")
def _provider_server() -> Iterator[FakeProvider]:
    server = FakeProvider().start()
    yield server
    server.stop()


@pytest.fixture
def provider(_provider_server: FakeProvider) -> Iterator[FakeProvider]:
    """A model provider on a real socket; scripts and requests are forgotten per test."""
    _provider_server.clear()
    yield _provider_server
    _provider_server.clear()
