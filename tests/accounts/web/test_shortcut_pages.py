"""The page of keyboard shortcuts, and the palette's commands."""

import json
import re
from html import unescape

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.shortcuts import SHORTCUTS, bindings_of
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db
URL = "/settings/shortcuts"
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def seat(client: Client, owner: User) -> Client:
    """Return a browser in which ``owner`` is signed in."""
    client.post("/login", {"email": owner.email, "password": PASSWORD})
    return client


def given(html: str) -> dict[str, str]:
    """Return the keys a page gives its scripts."""
    found = re.search(r'data-shortcuts="([^"]*)"', html)
    assert found
    keys: dict[str, str] = json.loads(unescape(found[1]))
    return keys


def test_the_page_lists_every_shortcut_with_its_keys(seat: Client) -> None:
    answer = seat.get(URL)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.count('aria-current="page"') == 1
    assert re.findall(r'data-shortcut="([^"]*)"', html) == list(SHORTCUTS)
    assert "Ctrl+Shift+O" in html
    assert Client().get(URL)["Location"] == f"/login?next={URL}"


def test_other_keys_reach_every_page(seat: Client) -> None:
    assert given(seat.get(URL).content.decode())["palette"] == "mod+k"
    answer = seat.post(URL, {"act": "bind", "name": "palette", "keys": "mod+j"}, headers=SCRIPT)
    assert answer.status_code == 200
    assert "Ctrl+J" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert given(seat.get("/c/new").content.decode())["palette"] == "mod+j"


def test_a_conflict_is_a_warning_and_changes_nothing(seat: Client, owner: User) -> None:
    change = {"act": "bind", "name": "pin", "keys": "mod+k"}
    answer = seat.post(URL, change, headers=SCRIPT)
    assert answer.status_code == 409
    assert answer.json() == {
        "message": "Ctrl+K belongs to “Search and commands”. Nothing was changed.",
        "code": "shortcut_taken",
    }
    plain = seat.post(URL, change)
    assert plain.status_code == 409
    assert "Ctrl+K belongs to" in plain.content.decode()
    owner.refresh_from_db()
    assert bindings_of(owner)["pin"] == "mod+shift+p"
    assert seat.post(URL, {**change, "act": "take"}).status_code == 302
    owner.refresh_from_db()
    assert (bindings_of(owner)["pin"], bindings_of(owner)["palette"]) == ("mod+k", "")


def test_the_switch_turns_every_key_off(seat: Client) -> None:
    assert seat.post(URL, {"act": "switch", "value": "off"})["Location"] == URL
    html = seat.get(URL).content.decode()
    assert given(html) == {}
    assert 'aria-checked="false"' in html
    assert seat.post(URL, {"act": "switch", "value": "on"}).status_code == 302
    assert len(given(seat.get(URL).content.decode())) == len(SHORTCUTS)


def test_usual_keys_come_back_without_a_script(seat: Client, owner: User) -> None:
    seat.post(URL, {"act": "bind", "name": "palette", "keys": "mod+j"})
    assert seat.post(URL, {"act": "reset", "name": "palette"})["Location"] == URL
    owner.refresh_from_db()
    assert bindings_of(owner)["palette"] == "mod+k"
    seat.post(URL, {"act": "bind", "name": "palette", "keys": "mod+j"})
    assert seat.post(URL, {"act": "reset-all"})["Location"] == URL
    owner.refresh_from_db()
    assert bindings_of(owner)["palette"] == "mod+k"


@pytest.mark.parametrize(
    "change",
    [{}, {"act": "explode"}, {"act": "bind", "name": "x", "keys": "mod+j"}, {"act": "reset"}],
)
def test_nonsense_changes_nothing(seat: Client, owner: User, change: dict[str, str]) -> None:
    assert seat.post(URL, change).status_code == 400
    owner.refresh_from_db()
    assert "shortcuts" not in owner.preferences


def test_the_dialog_gets_the_list_alone(seat: Client) -> None:
    html = seat.get(URL, headers=SCRIPT).content.decode()
    assert "<html" not in html
    assert html.count("<dt>") == len(SHORTCUTS) + 7


def test_a_guest_is_given_no_keys() -> None:
    assert "data-shortcuts" not in Client().get("/login").content.decode()


def test_the_palette_is_given_commands(seat: Client) -> None:
    html = seat.get("/_/commands").content.decode()
    for name in ("new-chat", "new-project", "theme", "shared-links", "bin", "sign-out"):
        assert f'data-command="{name}"' in html
    assert 'data-command="temporary"' in html
    assert 'data-command="admin"' not in html
    assert Client().get("/_/commands").status_code == 302
