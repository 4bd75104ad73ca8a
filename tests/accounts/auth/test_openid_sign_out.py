"""Signing out at the OpenID provider too."""

from typing import Any

import httpx
import jwt
import pytest
from django.core.cache import cache
from django.test import Client

from tests.fakes.identity.ada import visit
from tests.fakes.identity.company import Company
from tests.fakes.identity.travel import (
    SERVER,
    journey,
    query,
)
from tests.fakes.identity.wires import CLIENT_ID, Wires

pytestmark = pytest.mark.django_db


def test_signing_out_leads_to_the_provider_and_back(
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    at_company(OPENID_USE_END_SESSION_ENDPOINT="true")
    visit(client, company)
    body = client.post("/api/auth/logout").json()
    assert body["message"] == "Logout successful"
    assert body["redirect"].startswith(f"{company.url}/session/end?")
    asked = query(body["redirect"])
    assert asked["post_logout_redirect_uri"] == f"{SERVER}/login"
    assert jwt.decode(asked["id_token_hint"], options={"verify_signature": False})["sub"]
    assert httpx.get(body["redirect"]).status_code == 200  # the provider takes the hint
    assert client.post("/api/auth/logout").json() == {"message": "Logout successful"}


def test_the_page_signs_out_at_the_provider_without_scripts(
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    at_company(OPENID_USE_END_SESSION_ENDPOINT="true")
    visit(client, company)
    answer = client.post("/logout")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<meta http-equiv="refresh" content="0;url={company.url}/session/end?' in page
    assert answer.cookies["refreshToken"].value == ""
    assert "_auth_user_id" not in client.session


def test_a_long_way_out_names_the_person_instead_of_the_token(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(
        OPENID_USE_END_SESSION_ENDPOINT="true",
        OPENID_MAX_LOGOUT_URL_LENGTH="100",
        OPENID_POST_LOGOUT_REDIRECT_URI="https://company.example/bye",
    )
    journey(client, "openid", wires)
    asked = query(client.post("/api/auth/logout").json()["redirect"])
    assert asked == {
        "client_id": CLIENT_ID,
        "logout_hint": "person-1",
        "post_logout_redirect_uri": "https://company.example/bye",
    }


def test_signing_out_works_when_the_provider_does_not(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(OPENID_USE_END_SESSION_ENDPOINT="true")
    journey(client, "openid", wires)
    cache.clear()
    wires.documents["/.well-known/openid-configuration"] = (500, {})
    assert client.post("/api/auth/logout").json() == {"message": "Logout successful"}


def test_a_provider_without_a_way_out_is_not_visited(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(OPENID_USE_END_SESSION_ENDPOINT="true")
    del wires.documents["/.well-known/openid-configuration"]["end_session_endpoint"]
    journey(client, "openid", wires)
    assert "redirect" not in client.post("/api/auth/logout").json()
