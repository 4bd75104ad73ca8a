"""The API for administrators, asked by one."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from accounts.models import User
from accounts.services.roles import roles_seed
from tests.factories.people import bearer

Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client, admin: User) -> Ask:
    """Return a function that asks as an administrator: ``ask("get", "users")``."""
    roles_seed()
    headers = bearer(admin)

    def send(method: str, path: str, body: object = None) -> Any:
        return client.generic(
            method.upper(),
            f"/api/admin/{path}",
            b"" if body is None else orjson.dumps(body),
            content_type="application/json",
            headers=headers,
        )

    return send
