"""Presets."""

from typing import Any

import pytest

from accounts.models import User
from conversations.models import Preset
from conversations.queries.presets import preset_json, presets_of
from conversations.services.bin import bin_restore
from conversations.services.presets import (
    preset_delete,
    preset_get,
    preset_save,
    presets_delete_all,
)
from librechat.kernel.errors import InvalidInputError, NotFoundError

BODY = {
    "title": "Poet",
    "endpoint": "openAI",
    "model": "gpt-4o",
    "temperature": 0.9,
    "promptPrefix": "Answer in verse.",
    "tools": ["calculator", {"pluginKey": "web"}, 7],
    "somethingElse": {"deep": 1},
}


def titles(user: User) -> list[str]:
    return [preset.title for preset in presets_of(user)]


def test_a_preset_keeps_the_settings_of_a_chat_and_nothing_unknown(owner: User) -> None:
    shape = preset_json(preset_save(user=owner, body=BODY))
    assert shape["presetId"]
    assert (shape["title"], shape["temperature"]) == ("Poet", 0.9)
    assert shape["tools"] == ["calculator", "web"]
    assert "somethingElse" not in shape
    assert "defaultPreset" not in shape


def test_a_known_id_replaces_and_an_unknown_one_makes(owner: User) -> None:
    first = preset_save(user=owner, body=BODY)
    again = preset_save(user=owner, body={"presetId": first.preset_id, "title": "Critic"})
    assert again.pk == first.pk
    assert preset_json(again)["endpoint"] is None
    assert titles(owner) == ["Critic"]


def test_only_one_preset_is_the_default_and_it_comes_first(owner: User) -> None:
    preset_save(user=owner, body={**BODY, "title": "One", "defaultPreset": True})
    preset_save(user=owner, body={**BODY, "title": "Two", "defaultPreset": True})
    preset_save(user=owner, body={**BODY, "title": "Three"})
    assert titles(owner) == ["Two", "Three", "One"]
    assert [preset.title for preset in presets_of(owner) if preset.is_default] == ["Two"]


@pytest.mark.parametrize(
    "wrong",
    [{"temperature": "hot"}, {"title": 7}, {"model": "x" * 257}, {"promptPrefix": ["a"]}],
)
def test_wrong_settings_store_nothing(owner: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        preset_save(user=owner, body={**BODY, **wrong})
    assert not Preset.objects.exists()


def test_a_deleted_preset_comes_back_and_leaves_a_newer_default_alone(owner: User) -> None:
    old = preset_save(user=owner, body={**BODY, "title": "Old", "defaultPreset": True})
    item = preset_delete(preset=old)
    preset_save(user=owner, body={**BODY, "title": "Newer", "defaultPreset": True})
    bin_restore(user=owner, item_id=item.pk)
    assert sorted(titles(owner)) == ["Newer", "Old"]
    assert [preset.title for preset in presets_of(owner) if preset.is_default] == ["Newer"]
    assert preset_get(user=owner, preset_id=old.preset_id).parameters["temperature"] == 0.9


def test_all_presets_of_one_person_go_and_nobody_elses(owner: User, stranger: User) -> None:
    preset_save(user=owner, body=BODY)
    preset_save(user=owner, body=BODY)
    kept = preset_save(user=stranger, body=BODY)
    assert presets_delete_all(user=owner) == 2
    assert (titles(owner), titles(stranger)) == ([], ["Poet"])
    with pytest.raises(NotFoundError):
        preset_get(user=owner, preset_id=kept.preset_id)


def test_a_foreign_preset_id_makes_ones_own(owner: User, stranger: User) -> None:
    theirs = preset_save(user=stranger, body=BODY)
    preset_save(user=owner, body={**BODY, "presetId": theirs.preset_id, "title": "Mine"})
    assert (titles(owner), titles(stranger)) == (["Mine"], ["Poet"])
