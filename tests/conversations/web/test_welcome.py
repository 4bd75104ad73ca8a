"""The operator's welcome on the page of a new chat."""

import pytest
from django.test import Client

from accounts.models import PrincipalType, User
from accounts.services.overrides import For, override_put
from librechat.kernel import yaml_config
from tests.conversations.web.conftest import SignIn, text_of
from tests.factories.rights import group

WELCOME = {"customWelcome": "Moin {{user.name}}, what shall we do?"}


def heading(client: Client) -> str:
    """Return the heading of the page, as it is written in HTML."""
    html = client.get("/c/new").content.decode()
    return html.partition('<h1 class="landing-title">')[2].partition("</h1>")[0]


def test_the_welcome_takes_the_place_of_the_greeting_with_the_persons_name(
    owner_client: Client, owner: User
) -> None:
    with yaml_config.override({"interface": WELCOME}):
        assert heading(owner_client) == f"Moin {owner.name}, what shall we do?"
    assert heading(owner_client).startswith("Good ")


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_welcome_is_none(owner_client: Client, blank: str) -> None:
    with yaml_config.override({"interface": {"customWelcome": blank}}):
        assert heading(owner_client).startswith("Good ")


def test_neither_the_welcome_nor_a_name_is_markup_or_a_template(
    owner_client: Client, owner: User
) -> None:
    owner.name = "<b>{{user.name}}</b>{{ request }}"
    owner.save()
    hostile = {"customWelcome": "<script>alert(1)</script> {{user.name}} {% now 'Y' %}"}
    with yaml_config.override({"interface": hostile}):
        assert heading(owner_client) == (
            "&lt;script&gt;alert(1)&lt;/script&gt;"
            " &lt;b&gt;{{user.name}}&lt;/b&gt;{{ request }} {% now &#x27;Y&#x27; %}"
        )


def test_a_group_and_a_role_have_their_own(
    sign_in: SignIn, admin: User, owner: User, viewer: User
) -> None:
    readers = group("Readers", owner)
    for whose, words in (
        (For(PrincipalType.ROLE, "USER"), "Hello everybody"),
        (For(PrincipalType.GROUP, readers.pk), "Hello {{user.name}} of the readers"),
    ):
        told = {"interface": {"customWelcome": words}}
        override_put(whose=whose, overrides=told, actor=admin)
    assert heading(sign_in(owner)) == f"Hello {owner.name} of the readers"
    assert heading(sign_in(viewer)) == "Hello everybody"
    with yaml_config.override({"interface": WELCOME}):
        assert heading(sign_in(admin)) == f"Moin {admin.name}, what shall we do?"


def test_the_greeting_of_a_preset_is_closer(owner_client: Client) -> None:
    preset = {"endpoint": "demo", "model": "demo", "greeting": "Hello from the lab"}
    spec = {"name": "lab", "label": "The lab", "preset": preset, "default": True}
    told = {"interface": WELCOME, "modelSpecs": {"list": [spec]}}
    with yaml_config.override(told):
        assert "Hello from the lab" in text_of(owner_client.get("/c/new"))
