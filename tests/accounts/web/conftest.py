"""People with a second step."""

import pytest
from pytest_django import Settings

from accounts.models import User
from tests.factories.factors import App, app_of


@pytest.fixture
def app(owner: User) -> App:
    return app_of(owner)


@pytest.fixture
def address(settings: Settings) -> None:
    settings.DOMAIN_CLIENT = "http://localhost:3080"
