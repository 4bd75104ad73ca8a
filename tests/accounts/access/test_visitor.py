"""What the visitor of a page may do."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.access.capabilities import outranks
from accounts.access.visitor import may
from accounts.models import User
from tests.factories.rights import grant

pytestmark = pytest.mark.django_db


def test_nobody_may_anything() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert not may(request, "read:users")


def test_a_request_asks_once_however_often_it_is_looked_at(owner: User) -> None:
    grant(owner, "manage:users")
    request = RequestFactory().get("/")
    request.user = owner
    with CaptureQueriesContext(connection) as queries:
        assert may(request, "read:users")
        assert not may(request, "read:users", "read:roles")
    assert len(queries) == 1


def test_whoever_has_all_that_another_has_is_not_below_them(owner: User, admin: User) -> None:
    assert outranks(admin, owner)
    assert outranks(owner, owner)
    assert not outranks(owner, admin)
