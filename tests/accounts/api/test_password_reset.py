"""Forgotten passwords over the API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from accounts.models import OneTimeToken, User
from librechat.kernel import clock, yaml_config
from tests.factories.people import PASSWORD, bearer
from tests.factories.people import post_auth as post

pytestmark = pytest.mark.django_db


def test_password_reset_is_off_by_default(client: Client, owner: User) -> None:
    assert post(client, "requestPasswordReset", {"email": owner.email}).status_code == 403
    body = {"userId": owner.pk, "token": "x", "password": "another password!"}
    assert post(client, "resetPassword", body).status_code == 403


def test_a_reset_link_sets_a_new_password_once_and_signs_out_everywhere(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    headers = bearer(owner)
    link = post(client, "requestPasswordReset", {"email": "OWNER@example.org"}).json()["link"]
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        f"{django_settings.DOMAIN_CLIENT}/reset-password"
    )
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert query["userId"] == owner.pk
    assert query["token"] not in str(OneTimeToken.objects.values_list())
    body = {**query, "password": "another password!"}
    answer = post(client, "resetPassword", body)
    assert (answer.status_code, answer.json()) == (
        200,
        {"message": "Password reset was successful"},
    )
    owner.refresh_from_db()
    assert owner.check_password("another password!")
    assert owner.auth_epoch == 1
    assert client.get("/api/user", headers=headers).status_code == 401
    again = post(client, "resetPassword", {**body, "password": "a third password!"})
    assert again.status_code == 400
    owner.refresh_from_db()
    assert owner.check_password("another password!")


def test_an_unknown_address_gets_a_link_of_the_same_form(
    client: Client,
    settings: Settings,
) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    answer = post(client, "requestPasswordReset", {"email": "nobody@example.org"})
    query = parse_qs(urlsplit(answer.json()["link"]).query)
    assert len(query["userId"][0]) == 24
    assert len(query["token"][0]) == 43
    assert not OneTimeToken.objects.exclude(user=None).exists()
    body = {name: values[0] for name, values in query.items()}
    refused = post(client, "resetPassword", {**body, "password": "another password!"})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    "change", [{"token": "x"}, {"userId": "0" * 24}, {"token": 5}, {"userId": []}]
)
def test_a_wrong_reset_link_is_400(
    client: Client,
    owner: User,
    settings: Settings,
    change: dict[str, object],
) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    link = post(client, "requestPasswordReset", {"email": owner.email}).json()["link"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    answer = post(client, "resetPassword", {**query, "password": "another password!", **change})
    assert (answer.status_code, answer.json()) == (
        400,
        {"message": "This reset link is invalid or has expired."},
    )
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_reset_with_an_unusable_password_keeps_the_link(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    link = post(client, "requestPasswordReset", {"email": owner.email}).json()["link"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    assert post(client, "resetPassword", {**query, "password": "short"}).status_code == 400
    assert post(client, "resetPassword", {**query, "password": "long enough"}).status_code == 200


def test_a_reset_link_ends_after_a_quarter_of_an_hour_and_with_the_next_one(
    client: Client,
    owner: User,
    settings: Settings,
    clock_at: Callable[[datetime], None],
) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    start = clock.now()
    links = []
    for _ in range(2):
        answer = post(client, "requestPasswordReset", {"email": owner.email})
        query = parse_qs(urlsplit(answer.json()["link"]).query)
        links.append({name: values[0] for name, values in query.items()})
    assert OneTimeToken.objects.count() == 1
    assert post(client, "resetPassword", {**links[0], "password": "long enough"}).status_code == 400
    clock_at(start + timedelta(minutes=16))
    assert post(client, "resetPassword", {**links[1], "password": "long enough"}).status_code == 400


def test_a_reset_for_a_domain_not_allowed_is_400(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    with yaml_config.override({"registration": {"allowedDomains": ["good.example"]}}):
        answer = post(client, "requestPasswordReset", {"email": owner.email})
    assert answer.status_code == 400


def test_the_third_reset_request_in_two_minutes_is_429(
    client: Client,
    settings: Settings,
) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    statuses = [
        post(client, "requestPasswordReset", {"email": "a@example.org"}).status_code
        for _ in range(3)
    ]
    assert statuses == [200, 200, 429]
