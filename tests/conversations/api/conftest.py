"""Clients that are signed in."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories.people import sign_in


def _signed_in(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access_token}")
    return client


@pytest.fixture
def client(owner: User) -> APIClient:
    """Speak as the owner."""
    return _signed_in(owner)


@pytest.fixture
def visitor(stranger: User) -> APIClient:
    """Speak as somebody who owns nothing here."""
    return _signed_in(stranger)
