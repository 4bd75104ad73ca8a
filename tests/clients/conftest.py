"""One running relay for all clients: a key, and an upstream of each dialect behind it."""

from collections.abc import Iterator

import pytest

from tests.clients.other_routes import OtherRoutes
from tests.clients.relay import Relay, started
from tests.fakes.provider import FakeProvider


@pytest.fixture(scope="session")
def _other_routes() -> Iterator[OtherRoutes]:
    with OtherRoutes() as routes:
        yield routes


@pytest.fixture(scope="session")
def _running(
    _provider_server: FakeProvider,
    _other_routes: OtherRoutes,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Relay]:
    with started(tmp_path_factory.mktemp("relay"), _provider_server, _other_routes.url) as relay:
        yield relay


@pytest.fixture
def relay(_running: Relay, provider: FakeProvider) -> Relay:
    """The relay; what the upstreams were told and asked is forgotten for every test."""
    return _running
