"""The operator's presets on the pages."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import ConfigOverride, User
from librechat.kernel import yaml_config
from tests.conversations.web.conftest import SignIn, field, text_of
from tests.factories.threads import conversation_make


def spec(name: str, **fields: object) -> dict[str, object]:
    preset = {"endpoint": "demo", "model": "demo", "greeting": f"Hello from {name}"}
    return {"name": name, "label": f"The {name}", "preset": preset, **fields}


def presets(*specs: dict[str, object], **fields: object) -> Any:
    return yaml_config.override({"modelSpecs": {"list": list(specs), **fields}})


def test_presets_stand_first_in_their_order_and_hidden_ones_do_not(owner_client: Client) -> None:
    with presets(spec("b", order=2), spec("a", order=1), spec("c", showInMenu=False)):
        html = text_of(owner_client.get("/_/picker"))
    assert html.index("The a") < html.index("The b") < html.index('data-spec=""')
    assert "The c" not in html


def test_only_presets_are_offered_where_they_are_enforced(owner_client: Client) -> None:
    with presets(spec("a"), enforce=True):
        html = text_of(owner_client.get("/_/picker"))
        landing = text_of(owner_client.get("/c/new"))
    assert 'data-spec="a"' in html
    assert 'data-spec=""' not in html
    assert field(landing, "spec") == "a"


@pytest.mark.parametrize(("added", "shown"), [(["demo"], True), (["openAI"], False)])
def test_the_yaml_says_which_endpoints_stand_beside_presets(
    owner_client: Client,
    added: list[str],
    *,
    shown: bool,
) -> None:
    with presets(spec("a"), addedEndpoints=added):
        html = text_of(owner_client.get("/_/picker"))
    assert ('data-spec=""' in html) is shown


def test_a_new_chat_begins_with_the_default_preset_its_greeting_and_starters(
    owner_client: Client,
    owner: User,
) -> None:
    conversation_make(owner, endpoint="demo", model="demo")
    with presets(spec("a"), spec("b", default=True, conversation_starters=["Begin here"])):
        html = text_of(owner_client.get("/c/new"))
    assert field(html, "spec") == "b"
    assert "Hello from b" in html
    assert "Begin here" in html


def test_a_soft_default_is_for_the_first_chat_only(owner_client: Client, owner: User) -> None:
    with presets(spec("a", softDefault=True)):
        assert field(text_of(owner_client.get("/c/new")), "spec") == "a"
        conversation_make(owner, endpoint="demo", model="demo")
        assert field(text_of(owner_client.get("/c/new")), "spec") == ""


def test_a_chat_keeps_its_preset_until_another_is_chosen(
    owner_client: Client,
    owner: User,
) -> None:
    chat = conversation_make(owner, endpoint="demo", model="demo", spec="a")
    url = f"/c/{chat.conversation_id}"
    with presets(spec("a"), spec("b")):
        assert field(text_of(owner_client.get(url)), "spec") == "a"
        assert field(text_of(owner_client.get(f"{url}?spec=b")), "spec") == "b"
        plain = text_of(owner_client.get(f"{url}?endpoint=demo&model=demo"))
    assert field(plain, "spec") == ""


def test_a_form_that_leaves_out_an_enforced_preset_is_told_so(owner_client: Client) -> None:
    sent = {"text": "Hi", "endpoint": "demo", "model": "demo"}
    with presets(spec("a"), enforce=True):
        response = owner_client.post("/c/new", sent)
    assert response.status_code == 400
    assert "Choose one of the offered models" in text_of(response)


def test_presets_for_some_are_shown_to_them_only(
    owner: User,
    stranger: User,
    sign_in: SignIn,
) -> None:
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"modelSpecs": {"enforce": True, "list": [spec("a")]}},
    )
    mine, theirs = (text_of(sign_in(user).get("/_/picker")) for user in (owner, stranger))
    assert 'data-spec="a"' in mine
    assert 'data-spec=""' not in mine
    assert 'data-spec="a"' not in theirs
    assert "Hello from a" in text_of(sign_in(owner).get("/c/new"))


def test_the_page_of_a_new_chat_asks_for_overrides_once(
    owner: User,
    owner_client: Client,
) -> None:
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"modelSpecs": {"list": [spec("a", default=True)]}},
    )
    with CaptureQueriesContext(connection) as queries:
        owner_client.get("/c/new")
    asked = [query for query in queries if "accounts_configoverride" in query["sql"]]
    assert len(asked) == 2  # whether there are any, and this person's
