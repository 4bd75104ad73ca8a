"""/api/user/plugins."""

from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from agents.models import PluginCredential
from agents.services import plugin_credentials
from agents.services.plugin_credentials import (
    plugin_credentials_reencrypt,
    plugin_install,
    plugin_values,
)
from librechat.kernel import secrets
from librechat.kernel.errors import InvalidInputError

PATH = "/api/user/plugins"


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def send(user: User, **body: object) -> Any:
    return client_of(user).post(PATH, body, format="json")


def test_fields_are_stored_encrypted_and_read_by_their_owner_s_tools_only(
    owner: User,
    stranger: User,
) -> None:
    auth = {"API_KEY": "s3cret", "REGION": "eu"}
    answer = send(owner, pluginKey="mcp_maps", action="install", auth=auth)
    assert (answer.status_code, answer.content) == (200, b"")
    assert plugin_values(owner, "mcp_maps") == auth
    assert plugin_values(stranger, "mcp_maps") == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM agents_plugincredential")
        assert "s3cret" not in str(cursor.fetchall())


def test_a_new_value_replaces_the_old_and_a_blank_one_removes_it(owner: User) -> None:
    send(owner, pluginKey="dalle", action="install", auth={"KEY": "a", "URL": "b"})
    send(owner, pluginKey="dalle", action="install", auth={"KEY": "c", "URL": None})
    assert plugin_values(owner, "dalle") == {"KEY": "c"}
    send(owner, pluginKey="dalle", action="install", auth={"KEY": "  "})
    assert plugin_values(owner, "dalle") == {}


def test_uninstalling_removes_one_tool_of_one_person(owner: User, stranger: User) -> None:
    for user in (owner, stranger):
        plugin_install(user=user, plugin_key="dalle", values={"KEY": "a"})
    plugin_install(user=owner, plugin_key="other", values={"KEY": "b"})
    assert send(owner, pluginKey="dalle", action="uninstall").status_code == 200
    assert plugin_values(owner, "dalle") == {}
    assert plugin_values(owner, "other") == {"KEY": "b"}
    assert plugin_values(stranger, "dalle") == {"KEY": "a"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"pluginKey": "", "action": "install"},
        {"pluginKey": "x" * 129, "action": "install"},
        {"pluginKey": "x", "action": "format"},
        {"pluginKey": "x", "action": "install", "auth": "KEY=1"},
        {"pluginKey": "x", "action": "install", "auth": {"KEY": {"$ne": 1}}},
        {"pluginKey": "x", "action": "install", "auth": {"KEY": "v" * 16_385}},
        {"pluginKey": "x", "action": "install", "auth": {" ": "v"}},
        {"pluginKey": "x", "action": "install", "auth": {"A": "fine", "f" * 129: "v"}},
    ],
)
def test_what_cannot_be_stored_is_refused_and_changes_nothing(
    owner: User,
    body: dict[str, object],
) -> None:
    assert send(owner, **body).status_code == 400
    assert not PluginCredential.objects.exists()


def test_nobody_keeps_more_than_a_sane_number(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plugin_credentials, "MOST", 2)
    plugin_install(user=owner, plugin_key="x", values={"A": "1", "B": "2"})
    with pytest.raises(InvalidInputError):
        plugin_install(user=owner, plugin_key="x", values={"C": "3"})
    assert plugin_values(owner, "x") == {"A": "1", "B": "2"}


def test_a_value_too_long_for_its_column_is_refused_by_the_service(owner: User) -> None:
    with pytest.raises(InvalidInputError):
        plugin_install(user=owner, plugin_key="x", values={"A": "v" * 16_385})


def test_values_are_written_anew_with_the_newest_key(owner: User) -> None:
    plugin_install(user=owner, plugin_key="x", values={"A": "1"})
    row = PluginCredential.objects.get()
    before = row.value
    assert plugin_credentials_reencrypt() == 1
    row.refresh_from_db()
    assert row.value != before
    assert secrets.decrypt(row.value) == "1"
    assert str(row) == f"A for x of {owner.pk}"
