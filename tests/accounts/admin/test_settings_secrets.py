"""Secrets in the pages of settings: typed once, then shown by their end."""

import json

import pytest
from django.test import Client

from accounts.access.override_secrets import opened
from accounts.models import ConfigOverride, User
from accounts.services.overrides import EVERYBODY, override_put
from tests.accounts.admin.settings_visits import confirm, of, section, text_of, values

pytestmark = pytest.mark.django_db

ENDPOINTS = section("endpoints")
ADDRESS = "https://else.example.com/v1"


@pytest.fixture
def desk(admin: User) -> Client:
    return of(admin)


def row() -> ConfigOverride:
    return ConfigOverride.objects.get()


def test_a_secret_is_typed_once_and_then_shown_by_its_end(desk: Client) -> None:
    key = "sk-0123456789-wxyz"
    form = values(endpoints__openAI__baseURL=ADDRESS, endpoints__openAI__apiKey=key)
    asked = desk.post(ENDPOINTS, form)
    assert key not in asked.content.decode()
    assert "•••• wxyz" in text_of(asked)
    confirm(desk, asked)
    assert opened(row().overrides) == {"endpoints": {"openAI": {"baseURL": ADDRESS, "apiKey": key}}}
    page = desk.get(ENDPOINTS).content.decode()
    assert key not in page
    assert "sealed:" not in page
    assert "Stored: •••• wxyz" in page
    form = values(endpoints__openAI__apiKey="", endpoints__openAI__titleModel="tiny")
    asked = desk.post(ENDPOINTS, form)
    assert "wxyz" not in text_of(asked)
    confirm(desk, asked)
    stored = opened(row().overrides)["endpoints"]
    assert stored == {"openAI": {"baseURL": ADDRESS, "apiKey": key, "titleModel": "tiny"}}
    elsewhere = values(endpoints__openAI__baseURL="https://other.example.com/v1")
    assert "give its secrets again" in text_of(desk.post(ENDPOINTS, elsewhere))


def test_a_list_of_endpoints_keeps_the_secrets_that_are_left_masked(
    desk: Client, admin: User
) -> None:
    custom = [{"name": "House", "apiKey": "sk-abcdefghijkl", "baseURL": ADDRESS,
               "models": {"default": ["a"]}}]  # fmt: skip
    override_put(whose=EVERYBODY, overrides={"endpoints": {"custom": custom}}, actor=admin)
    page = desk.get(ENDPOINTS).content.decode()
    assert "sk-abcdefghijkl" not in page
    masked = json.dumps([{**custom[0], "apiKey": "***", "titleModel": "t"}])
    confirm(desk, desk.post(ENDPOINTS, values(endpoints__custom=masked)))
    stored = opened(row().overrides)["endpoints"]
    assert stored == {"custom": [{**custom[0], "titleModel": "t"}]}
