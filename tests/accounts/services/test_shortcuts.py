"""Keyboard shortcuts of a person."""

import re
from pathlib import Path

import pytest

from accounts.errors import ShortcutTakenError
from accounts.models import User
from accounts.services.shortcuts import (
    BARE,
    KEYS,
    RESERVED,
    SHORTCUTS,
    bindings_of,
    keys_label,
    shortcut_bind,
    shortcut_reset,
    shortcut_take,
    shortcuts_are_on,
    shortcuts_reset,
    shortcuts_switch,
)
from librechat.kernel.errors import InvalidInputError

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).parents[3] / "static" / "src" / "ui" / "shortcuts.ts"


def test_every_shortcut_has_keys_of_its_own_that_a_browser_hands_on() -> None:
    usual = [key for shortcut in SHORTCUTS.values() for key in shortcut.keys.split()]
    assert len(usual) == len(set(usual)) == 25
    assert not RESERVED.intersection(usual)
    assert [key for key in usual if not KEYS.fullmatch(key) or BARE.fullmatch(key)] == []


def test_the_scripts_know_every_shortcut() -> None:
    table = SCRIPT.read_text(encoding="utf-8").split("ACTIONS: Record<string, Action> = {")[1]
    names = re.findall(r'^  "?([a-z-]+)"?:', table.split("\n};")[0], flags=re.MULTILINE)
    assert set(names) == set(SHORTCUTS)


def test_other_keys_are_stored_for_the_person_alone(owner: User, stranger: User) -> None:
    shortcut_bind(user=owner, name="palette", keys="mod+j")
    owner.refresh_from_db()
    assert owner.preferences["shortcuts"] == {"keys": {"palette": "mod+j"}}
    assert bindings_of(owner)["palette"] == "mod+j"
    assert bindings_of(owner)["new-chat"] == "mod+shift+o"
    assert bindings_of(stranger)["palette"] == "mod+k"


def test_keys_of_another_shortcut_are_refused_and_nothing_changes(owner: User) -> None:
    with pytest.raises(ShortcutTakenError) as refused:
        shortcut_bind(user=owner, name="pin", keys="?")
    assert refused.value.data == {"other": "shortcuts"}
    assert refused.value.message == "? belongs to “Show the shortcuts”. Nothing was changed."
    owner.refresh_from_db()
    assert owner.preferences == {}


def test_keys_can_be_taken_from_another_which_keeps_the_rest(owner: User) -> None:
    shortcut_take(user=owner, name="pin", keys="?")
    shortcut_take(user=owner, name="delete", keys="mod+k")
    bindings = bindings_of(owner)
    assert (bindings["pin"], bindings["shortcuts"]) == ("?", "mod+shift+/")
    assert (bindings["delete"], bindings["palette"]) == ("mod+k", "")


def test_usual_keys_come_back_one_by_one_or_all(owner: User) -> None:
    shortcut_bind(user=owner, name="palette", keys="mod+j")
    shortcut_bind(user=owner, name="pin", keys="mod+k")
    with pytest.raises(ShortcutTakenError):
        shortcut_reset(user=owner, name="palette")
    assert bindings_of(owner)["palette"] == "mod+j"
    shortcut_reset(user=owner, name="pin")
    shortcut_reset(user=owner, name="palette")
    assert owner.preferences["shortcuts"] == {"keys": {}}
    shortcut_bind(user=owner, name="pin", keys="mod+shift+f8")
    shortcuts_reset(user=owner)
    assert bindings_of(owner)["pin"] == "mod+shift+p"


@pytest.mark.parametrize(
    "keys",
    ["", "k", "shift+k", "escape", "enter", "arrowup", "mod", "mod+", "shift+mod+k", "mod+K", "é"],
)
def test_keys_that_are_needed_for_writing_or_are_none_are_refused(owner: User, keys: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        shortcut_bind(user=owner, name="pin", keys=keys)
    assert "Add Ctrl or Alt" in refused.value.message
    assert bindings_of(owner)["pin"] == "mod+shift+p"


@pytest.mark.parametrize("keys", ["mod+t", "mod+w", "mod+c", "mod+enter"])
def test_keys_of_the_browser_are_refused(owner: User, keys: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        shortcut_take(user=owner, name="pin", keys=keys)
    assert "The browser keeps" in refused.value.message
    assert bindings_of(owner)["pin"] == "mod+shift+p"


def test_an_unknown_shortcut_is_refused(owner: User) -> None:
    for write in (shortcut_bind, shortcut_take):
        with pytest.raises(InvalidInputError):
            write(user=owner, name="explode", keys="mod+j")
    with pytest.raises(InvalidInputError):
        shortcut_reset(user=owner, name="explode")


def test_the_switch_keeps_the_keys(owner: User) -> None:
    shortcut_bind(user=owner, name="palette", keys="mod+j")
    shortcuts_switch(user=owner, is_on=False)
    assert not shortcuts_are_on(owner)
    shortcut_bind(user=owner, name="pin", keys="f2")
    assert not shortcuts_are_on(owner)
    shortcuts_switch(user=owner, is_on=True)
    assert shortcuts_are_on(owner)
    assert (bindings_of(owner)["palette"], bindings_of(owner)["pin"]) == ("mod+j", "f2")


def test_what_is_stored_wrongly_counts_as_nothing(owner: User) -> None:
    owner.preferences = {"shortcuts": "mod+j"}
    assert shortcuts_are_on(owner)
    assert bindings_of(owner)["palette"] == "mod+k"
    owner.preferences = {"shortcuts": {"keys": ["mod+j"]}}
    assert bindings_of(owner)["palette"] == "mod+k"


@pytest.mark.parametrize(
    ("keys", "label"),
    [
        ("mod+shift+o", "Ctrl+Shift+O"),
        ("alt+arrowup", "Alt+↑"),
        ("mod++", "Ctrl++"),
        ("?", "?"),
        ("+", "+"),
        ("shift+escape", "Shift+Esc"),
    ],
)
def test_keys_have_a_label(keys: str, label: str) -> None:
    assert keys_label(keys) == label
