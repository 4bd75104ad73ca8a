"""Secrets of overrides in the admin."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.access.override_secrets import opened
from accounts.models import ConfigOverride, User

pytestmark = pytest.mark.django_db
OVERRIDES = "/admin/accounts/configoverride/"
ADDRESS = "https://else.example.com/v1"


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which an administrator is signed in."""
    client.force_login(admin)
    return client


def form(open_ai: dict[str, Any], **changes: object) -> dict[str, object]:
    return {
        "principal_type": "role",
        "principal_id": "USER",
        "priority": 10,
        "overrides": json.dumps({"endpoints": {"openAI": open_ai}}),
        "tombstones": "[]",
        "is_active": "on",
        **changes,
    }


def test_the_admin_shows_a_key_masked_and_keeps_it(desk: Client) -> None:
    made = desk.post(f"{OVERRIDES}add/", form({"baseURL": ADDRESS, "apiKey": "sk-plain"}))
    assert made.status_code == 302
    row = ConfigOverride.objects.get()
    here = f"{OVERRIDES}{row.pk}/change/"
    page = desk.get(here).content.decode()
    assert "sk-plain" not in page
    assert "sealed:" not in page
    assert "***" in page
    own = {"baseURL": ADDRESS, "apiKey": "***", "titleModel": "tiny"}
    assert desk.post(here, form(own)).status_code == 302
    row.refresh_from_db()
    assert opened(row.overrides) == {"endpoints": {"openAI": own | {"apiKey": "sk-plain"}}}
    elsewhere = desk.post(here, form(own | {"baseURL": "https://x.example"}))
    assert "give its secrets again" in elsewhere.content.decode()
    row.refresh_from_db()
    assert opened(row.overrides)["endpoints"]["openAI"]["baseURL"] == ADDRESS  # type: ignore[index] # JSON
