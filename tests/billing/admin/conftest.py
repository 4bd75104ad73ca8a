"""Who looks at the pages of prices."""

import pytest
from django.test import Client

from accounts.models import User
from tests.billing.admin.price_desks import browser


@pytest.fixture
def desk(admin: User) -> Client:
    return browser(admin)
