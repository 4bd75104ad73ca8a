"""A directory that is asked."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from tests.fakes.directory import Directory


@pytest.fixture(autouse=True)
def on(directory: Directory, settings: Settings) -> Callable[..., None]:
    """Ask the directory; called with what is different."""

    def set_up(**changes: object) -> None:
        settings.LDAP = directory.settings(**changes)

    set_up()
    return set_up
