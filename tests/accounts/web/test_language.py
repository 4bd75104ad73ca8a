"""The language of the pages."""

import pytest
from django.test import Client

from accounts.models import User


@pytest.fixture
def client(owner: User) -> Client:
    browser = Client()
    browser.force_login(owner)
    return browser


def spoken(client: Client, **headers: str) -> str:
    return client.get("/settings/appearance", headers=headers)["Content-Language"]


def test_a_page_speaks_what_the_browser_asks_for(client: Client) -> None:
    assert spoken(client) == "en"
    assert spoken(client, accept_language="de-CH,fr;q=0.5") == "de"
    assert spoken(client, accept_language="zh-CN") == "zh-hans"
    assert spoken(client, accept_language="pt-PT") == "pt-br"
    assert spoken(client, accept_language="tlh") == "en"


def test_a_choice_holds_on_every_device_and_can_be_taken_back(client: Client, owner: User) -> None:
    chosen = client.post("/settings/language", {"language": "fr"})
    assert (chosen.status_code, chosen["Location"]) == (302, "/settings/appearance")
    assert chosen.cookies["lang"].value == "fr"
    other = Client()
    other.force_login(owner)
    assert spoken(other, accept_language="de") == "fr"
    client.post("/settings/language", {"language": ""})
    assert spoken(other, accept_language="de") == "de"


@pytest.mark.django_db
def test_a_visitor_keeps_their_choice_in_the_browser() -> None:
    visitor = Client()
    visitor.post("/settings/language", {"language": "ar"})
    page = visitor.get("/login")
    assert page["Content-Language"] == "ar"
    assert 'dir="rtl"' in page.content.decode()


def test_an_unknown_language_changes_nothing(client: Client, owner: User) -> None:
    answer = client.post("/settings/language", {"language": "xx"})
    assert answer.status_code == 422
    assert "lang" not in answer.cookies
    owner.refresh_from_db()
    assert "language" not in owner.preferences
