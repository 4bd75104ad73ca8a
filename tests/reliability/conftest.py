"""Real server processes in front of the scripted provider."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from tests.fakes import prepared
from tests.fakes.product import Product
from tests.fakes.provider import FakeProvider

YAML = """
version: "1.3.17"
cache: true
balance:
  enabled: true
  startBalance: 50000000
endpoints:
  custom:
    - name: Fake
      apiKey: fake-key
      baseURL: {url}/v1
      models:
        default: [echo, slow, endless, markdown, thinking, cut, hang, error-500]
        fetch: false
      titleConvo: false
"""

Launch = Callable[..., Product]


@contextmanager
def launching(folder: Path, provider: FakeProvider) -> Iterator[Launch]:
    """Start servers on one data folder; all are ended afterwards."""
    servers: list[Product] = []
    (folder / "librechat.yaml").write_text(YAML.format(url=provider.url), encoding="utf-8")

    def start(workers: int = 1, **variables: str) -> Product:
        server = Product(folder, **variables)
        servers.append(server)
        return server.start(workers=workers)

    try:
        yield start
    finally:
        for server in servers:
            server.kill()


@pytest.fixture
def launch(tmp_path: Path, provider: FakeProvider) -> Iterator[Launch]:
    """Start servers on one data folder; all are ended with the test."""
    with launching(tmp_path, provider) as start:
        yield start


@contextmanager
def cluster(folder: Path, *, is_prepared: bool = True) -> Iterator[dict[str, str]]:
    """Give the variables of a PostgreSQL database and of Redis under its own prefix.

    ``is_prepared``: the database is migrated, not empty.
    """
    admin_url = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    redis_uri = os.environ.get("TEST_REDIS_URI", "redis://127.0.0.1:6379/9")
    # Drawn: a run that was killed may have left the database and the keys of any other name.
    name = f"librechat_{folder.name.replace('-', '_').lower()}_{secrets.token_hex(6)}"
    try:
        connection = psycopg.connect(admin_url, autocommit=True, connect_timeout=60)
        redis.Redis.from_url(redis_uri, socket_connect_timeout=60).ping()
    except (psycopg.Error, redis.RedisError) as error:
        if os.environ.get("REQUIRE") == "all":
            raise
        pytest.skip(f"PostgreSQL or Redis is missing: {error}")
    if is_prepared:
        prepared.postgresql_copy(connection, admin_url, name)
    else:
        connection.execute(f'CREATE DATABASE "{name}"')
    base = admin_url.rpartition("/")[0]
    try:
        yield {
            "DATABASE_URL": f"{base}/{name}",
            "REDIS_URI": redis_uri,
            "REDIS_KEY_PREFIX": name,
        }
    finally:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.close()


@pytest.fixture
def clustered(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Variables of a cluster of a test's own."""
    with cluster(tmp_path) as variables:
        yield variables
