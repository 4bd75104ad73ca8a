"""Whom providers may bring, what they tell of them, and methods that are off."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.auth.social import METHODS, buttons
from accounts.models import ADMIN, User
from tests.accounts.auth.providers.wire import ADDRESS, WIRES
from tests.fakes.identity.travel import (
    SwitchOn,
    journey,
    refused,
    with_wires,
)
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db


def test_apple_tells_the_name_once_and_it_is_only_shown(
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(WIRES[4])
    said = '{"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "eve@example.org"}'
    journey(client, "apple", wires, user=said)
    assert User.objects.get().name == "Ada Lovelace"
    assert User.objects.get().email == ADDRESS
    journey(Client(), "apple", wires)
    assert User.objects.get().name == "Ada Lovelace"


def test_an_unconfirmed_address_gets_no_account(
    client: Client,
    wires: Wires,
    google: None,
    settings: Settings,
) -> None:
    wires.claims |= {"email_verified": False}
    assert refused(journey(client, "google", wires)) == "email_not_verified"
    assert not User.objects.exists()
    settings.ALLOW_UNVERIFIED_EMAIL_LOGIN = True
    journey(client, "google", wires)
    assert User.objects.get().email_verified is False


def test_newcomers_need_social_registration(
    client: Client,
    wires: Wires,
    google: None,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_SOCIAL_REGISTRATION = False
    assert refused(journey(client, "google", wires)) == "registration_closed"
    assert User.objects.count() == 1


def test_the_very_first_person_is_the_administrator(
    client: Client,
    wires: Wires,
    google: None,
    settings: Settings,
) -> None:
    settings.ALLOW_SOCIAL_REGISTRATION = False
    journey(client, "google", wires)
    assert User.objects.get().role == ADMIN


def test_github_without_a_shown_address_is_refused(
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(WIRES[1])
    wires.documents["/emails"] = (404, {})
    assert refused(journey(client, "github", wires)) == "email_missing"


def test_an_enterprise_github_is_asked_at_its_own_address_under_our_name(
    client: Client,
    wires: Wires,
    switch_on: SwitchOn,
) -> None:
    found = with_wires("github", wires, GITHUB_ENTERPRISE_USER_AGENT="our-product")
    assert found.providers["github"].user_agent == "our-product"
    switch_on(found)
    wires.documents |= WIRES[1].documents
    wires.has_id_token = False
    journey(client, "github", wires)
    _, _, headers = next(one for one in wires.asked if one[0] == "/token")
    assert headers["User-Agent"] == "our-product"


def test_facebook_is_shown_that_the_token_is_used_by_its_own_app(
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(WIRES[3])
    journey(client, "facebook", wires)
    _, fields, _ = next(one for one in wires.asked if one[0] == "/profile")
    assert len(fields["appsecret_proof"]) == 64


def test_pictures_are_kept_as_addresses_and_never_fetched(
    client: Client,
    wires: Wires,
    google: None,
) -> None:
    wires.claims |= {"picture": f"{wires.url}/canary"}
    journey(client, "google", wires)
    assert User.objects.get().avatar == ""  # not https
    wires.claims |= {"picture": "https://pictures.example/ada.png"}
    journey(Client(), "google", wires)
    assert User.objects.get().avatar == "https://pictures.example/ada.png"
    assert "/canary" not in {path for path, _, _ in wires.asked}


def test_methods_that_are_off_do_not_exist(client: Client, settings: Settings) -> None:
    for name in METHODS:
        assert client.get(f"/oauth/{name}").status_code == 404
        assert client.get(f"/oauth/{name}/callback").status_code == 404
    assert client.get("/oauth/nonsense").status_code == 404
    assert buttons() == []


def test_the_switch_of_all_methods_closes_them(
    client: Client,
    google: None,
    settings: Settings,
) -> None:
    settings.ALLOW_SOCIAL_LOGIN = False
    assert client.get("/oauth/google").status_code == 404
