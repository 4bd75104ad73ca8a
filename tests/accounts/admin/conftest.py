"""The desk of an administrator."""

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.people import PASSWORD


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client
