"""People and the clock, for every test."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import psycopg
import pytest
from django.conf import settings as served
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from accounts.models import User
from librechat.kernel import clock
from tests.fakes import prepared

# Other work may slow the machine, and a run must not fail for an example that no run before had:
# every run draws the same ones. ``--hypothesis-profile=searching`` draws others each time.
hypothesis.settings.register_profile(
    "searching",
    hypothesis.settings.get_profile("default"),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "repeating", hypothesis.settings.get_profile("searching"), derandomize=True, database=None
)
hypothesis.settings.load_profile("repeating")

PASSWORD = "correct horse battery"

pytest_plugins = ["tests.fakes.fixtures", "tests.fakes.directory"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stored",
        action="store_true",
        help="only tests that use the database: all that another one could change",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--stored"):
        others = [item for item in items if not _uses_database(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _uses_database(item)]


def _uses_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the clock of the rate limits: a window that ends in mid-test starts from zero again."""
    start = time.time()
    monkeypatch.setattr("django_ratelimit.core.time", SimpleNamespace(time=lambda: start))


@pytest.fixture(autouse=True)
def _plain_language() -> Iterator[None]:
    """Forget the language of a page that a test looked at: Django leaves it to the thread."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> Iterator[bool]:
    """Lay a migrated database where Django looks for the one of the tests; take it away after."""
    if connection.vendor == "postgresql":
        yield from _kept_on_postgresql()
        return
    path = Path(connection.settings_dict["TEST"]["NAME"])
    prepared.sqlite_copy(path)
    yield True
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _kept_on_postgresql() -> Iterator[bool]:
    name = connection.settings_dict["TEST"]["NAME"] or f"test_{connection.settings_dict['NAME']}"
    url = served.DATABASE_URL
    with closing(psycopg.connect(url, autocommit=True)) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}"')  # of a run that was broken off
        prepared.postgresql_copy(admin, url, name)
        yield True
        connection.close()
        # Forced: threads of the tests left connections open.
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _person(name: str, **fields: str) -> User:
    return User.objects.create_user(
        f"{name.lower()}@example.org",
        PASSWORD,
        name=name,
        username=name.lower(),
        email_verified=True,
        **fields,
    )


@pytest.fixture
def owner(db: None) -> User:
    return _person("Owner")


@pytest.fixture
def viewer(db: None) -> User:
    return _person("Viewer")


@pytest.fixture
def stranger(db: None) -> User:
    return _person("Stranger")


@pytest.fixture
def admin(db: None) -> User:
    return _person("Admin", role="ADMIN")


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Hold the clock at a moment, as often as a test likes."""

    def hold(moment: datetime) -> None:
        monkeypatch.setattr(clock, "source", lambda: moment)

    return hold
