"""Finding a setting by a word, and every setting found is there."""

import re

import pytest
from django.test import Client

from accounts.models import User
from accounts.web.settings_search import SETTINGS, Setting


def found(client: Client, query: str) -> list[str]:
    html = client.get("/settings/search", {"q": query}).content.decode()
    return re.findall(r'class="settings-hit" href="([^"]+)"', html)


def test_dark_finds_the_theme(client: Client, owner: User) -> None:
    client.force_login(owner)
    assert found(client, " DARK ") == ["/settings/appearance#theme-heading"]


def test_every_word_must_fit(client: Client, owner: User) -> None:
    client.force_login(owner)
    assert "/settings/data#export-heading" in found(client, "zip export")
    assert found(client, "zip dark") == []


@pytest.mark.parametrize("query", ["", "   ", "<script>alert(1)</script>"])
def test_nothing_found_is_said_and_what_was_typed_stays_text(
    client: Client,
    owner: User,
    query: str,
) -> None:
    client.force_login(owner)
    html = client.get("/settings/search", {"q": query}).content.decode()
    assert "settings-hit" not in html
    assert "<script>alert" not in html


def test_a_stranger_signs_in_first(client: Client, db: None) -> None:
    assert client.get("/settings/search?q=dark").status_code == 302


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: str(setting.label))
def test_every_setting_of_the_list_has_its_place(
    client: Client,
    owner: User,
    setting: Setting,
) -> None:
    client.force_login(owner)
    path, _, anchor = setting.url.partition("#")
    answer = client.get(path)
    assert answer.status_code == 200
    if anchor != "linked-heading":  # shown only to who has linked an account
        assert f'id="{anchor}"' in answer.content.decode() or not anchor
