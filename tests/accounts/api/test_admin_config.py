"""Config overrides over the API."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from accounts.models import AuditEvent, ConfigOverride, User
from librechat.kernel import yaml_config
from tests.factories.people import bearer
from tests.factories.rights import grant

pytestmark = pytest.mark.django_db

Ask = Callable[..., Any]
USERS = "role/USER"
HELLO = {"interface": {"customWelcome": "Hello"}}


def asker(client: Client, user: User) -> Ask:
    headers = bearer(user)

    def send(method: str, path: str, body: object = None) -> Any:
        return client.generic(
            method.upper(),
            f"/api/admin/config{path and '/'}{path}",
            b"" if body is None else orjson.dumps(body),
            content_type="application/json",
            headers=headers,
        )

    return send


@pytest.fixture
def ask(client: Client, admin: User) -> Ask:
    """Return a function that asks as an administrator."""
    return asker(client, admin)


def test_overrides_from_their_making_to_their_end(client: Client, ask: Ask, owner: User) -> None:
    def welcome() -> object:
        body = client.get("/api/config", headers=bearer(owner)).json()
        return body["interface"].get("customWelcome")

    made = ask("put", USERS, {"overrides": HELLO, "priority": 4})
    assert made.status_code == 201
    row = made.json()["config"]
    assert (row["principalType"], row["principalId"], row["priority"]) == ("role", "USER", 4)
    assert (row["overrides"], row["isActive"], row["configVersion"]) == (HELLO, True, 1)
    assert welcome() == "Hello"
    assert ask("put", USERS, {"overrides": HELLO}).status_code == 200
    patched = ask(
        "patch",
        f"{USERS}/fields",
        {"fieldPath": "interface.customWelcome", "value": "Bye"},
    )
    assert patched.json()["config"]["priority"] == 4
    assert welcome() == "Bye"
    ask("patch", f"{USERS}/active", {"isActive": False})
    assert welcome() is None
    ask("patch", f"{USERS}/active", {"isActive": True})
    gone = ask("delete", f"{USERS}/fields?fieldPath=interface.customWelcome")
    assert gone.json()["config"]["overrides"] == {}
    assert welcome() is None
    assert ask("delete", USERS).json() == {"success": True}
    assert ask("get", USERS).status_code == 404
    assert AuditEvent.objects.filter(category="config").count() == 7


def test_several_values_are_set_at_once(ask: Ask) -> None:
    entries = [
        {"fieldPath": "interface.presets", "value": False},
        {"fieldPath": "balance.enabled", "value": True},
    ]
    row = ask("patch", f"{USERS}/fields", {"entries": entries, "priority": 9}).json()["config"]
    assert row["overrides"] == {"interface": {"presets": False}, "balance": {"enabled": True}}
    assert row["priority"] == 9
    assert [one["_id"] for one in ask("get", "").json()["configs"]] == [row["_id"]]


def test_a_tombstone_hides_what_the_file_says(client: Client, ask: Ask, owner: User) -> None:
    with yaml_config.override(HELLO):
        row = ask("post", f"{USERS}/fields/tombstone", {"fieldPath": "interface.customWelcome"})
        assert row.json()["config"]["tombstones"] == ["interface.customWelcome"]
        body = client.get("/api/config", headers=bearer(owner)).json()
        assert "customWelcome" not in body["interface"]
        put = ask("put", USERS, {"overrides": {}, "tombstones": ["interface.presets"]})
        assert put.json()["config"]["tombstones"] == ["interface.presets"]


def test_the_effective_result_is_explained_and_hides_secrets(ask: Ask) -> None:
    custom = {
        "name": "Mine",
        "apiKey": "sk-canary",
        "baseURL": "https://models.example",
        "models": {"default": ["m"]},
    }
    file = {**HELLO, "endpoints": {"all": {"titleModel": "gpt"}, "custom": [custom]}}
    with yaml_config.override(file):
        ask("put", "role/__base__", {"overrides": {"interface": {"presets": False}}})
        ask("put", USERS, {"overrides": {"interface": {"customWelcome": "Mine"}}})
        answer = ask("get", USERS)
        base_answer = ask("get", "base")
    body, base = answer.json(), base_answer.json()["config"]
    for text in (answer.content, base_answer.content):
        assert b"models.example" in text
        assert b"sk-canary" not in text
    assert body["effective"]["interface"]["customWelcome"] == "Mine"
    assert body["effective"]["interface"]["presets"] is False
    assert body["sources"]["interface.customWelcome"] == "role USER"
    assert body["sources"]["interface.presets"] == "role __base__"
    assert body["sources"]["endpoints.all.titleModel"] == "librechat.yaml"
    assert base["interface"]["customWelcome"] == "Hello"
    assert base["interface"]["presets"] is False


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("put", "planet/x", {"overrides": {}}, 400),
        ("put", "public/x", {"overrides": {}}, 400),
        ("put", "user/nobody", {"overrides": {}}, 404),
        ("put", USERS, {}, 400),
        ("put", USERS, {"overrides": {}, "priority": -1}, 400),
        ("put", USERS, {"overrides": {}, "tombstones": "x"}, 400),
        ("put", USERS, {"overrides": {}, "tombstones": [5]}, 400),
        ("put", USERS, {"overrides": {"interface": {"presets": "x"}}}, 400),
        ("put", USERS, {"overrides": {"registration": {}}}, 400),
        ("patch", f"{USERS}/fields", {}, 400),
        ("patch", f"{USERS}/fields", {"fieldPath": "interface.presets"}, 400),
        ("patch", f"{USERS}/fields", {"entries": "x"}, 400),
        ("patch", f"{USERS}/fields", {"fieldPath": "interface.presets", "value": 5}, 400),
        ("patch", f"{USERS}/fields", {"fieldPath": "x.y", "value": 5}, 400),
        ("post", f"{USERS}/fields/tombstone", {}, 400),
        ("delete", f"{USERS}/fields", None, 400),
        ("delete", "role/ADMIN/fields?fieldPath=interface.presets", None, 404),
        ("patch", f"{USERS}/active", {"isActive": "yes"}, 400),
        ("patch", "role/ADMIN/active", {"isActive": True}, 404),
        ("delete", "role/ADMIN", None, 404),
    ],
)
def test_what_does_not_fit_changes_nothing(
    ask: Ask,
    method: str,
    path: str,
    body: object,
    status: int,
) -> None:
    ask("put", USERS, {"overrides": HELLO})
    before = list(ConfigOverride.objects.values())
    assert ask(method, path, body).status_code == status
    assert list(ConfigOverride.objects.values()) == before


def test_a_refusal_names_the_path(ask: Ask) -> None:
    answer = ask("put", USERS, {"overrides": {"interface": {"presets": "x"}}})
    assert answer.json()["error"].startswith("interface.presets: ")


def test_who_manages_a_section_changes_only_that(client: Client, owner: User) -> None:
    grant(owner, "access:admin", "manage:configs:interface")
    ask = asker(client, owner)
    assert ask("put", USERS, {"overrides": HELLO}).status_code == 201
    money = {"balance": {"enabled": True}}
    assert ask("put", USERS, {"overrides": money}).status_code == 403
    field = {"fieldPath": "balance.enabled", "value": True}
    assert ask("patch", f"{USERS}/fields", field).status_code == 403
    assert ask("get", USERS).status_code == 403
    assert ask("patch", f"{USERS}/active", {"isActive": False}).status_code == 403
    ConfigOverride.objects.update(overrides=money)
    # To replace all of it would take the balance away.
    assert ask("put", USERS, {"overrides": HELLO}).status_code == 403
    assert ask("delete", f"{USERS}/fields?fieldPath=balance.enabled").status_code == 403
    assert ask("post", f"{USERS}/fields/tombstone", {"fieldPath": "balance"}).status_code == 403
    assert ConfigOverride.objects.get().overrides == money
