"""People and the clock, for every test."""

from collections.abc import Callable, Iterator
from datetime import datetime

import hypothesis
import pytest
import pytest_django
from django.core.cache import cache
from django.db import connection

from accounts.models import User
from librechat.kernel import clock

hypothesis.settings.register_profile("shared", deadline=None)  # other work may slow the machine
hypothesis.settings.load_profile("shared")

PASSWORD = "correct horse battery"

pytest_plugins = ["tests.fakes.fixtures", "tests.fakes.directory"]


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
) -> Iterator[None]:
    """Let go of connections that threads of the tests left open; PostgreSQL minds at the end."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )


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
