"""Ada as the SAML identity provider knows her, and her way in."""

import re
from typing import Any

import httpx
from django.test import Client

ADDRESS = "ada@example.org"
ADA = {
    "id": "subject-1",
    "attributes": {
        "email": ADDRESS,
        "given_name": "Ada",
        "family_name": "Lovelace",
        "username": "Ada",
        "groups": ["Analysts", "Engine"],
    },
}


def answer_of(client: Client) -> dict[str, str]:
    """Leave, and return the form that the identity provider lets the browser post."""
    left = client.get("/oauth/saml")
    assert left.status_code == 302
    page = httpx.get(left["Location"], timeout=60)
    assert page.status_code == 200, page.text
    found = dict(re.findall(r'name="(SAMLResponse|RelayState)"\s+value="([^"]*)"', page.text))
    assert "SAMLResponse" in found, page.text
    return found


def post(client: Client, form: dict[str, str]) -> Any:
    """Post an answer, and come again with the session's cookie."""
    posted = client.post("/oauth/saml/callback", form)
    assert (posted.status_code, posted["Location"]) == (302, "/oauth/saml/callback")
    return client.get(posted["Location"])


def visit(client: Client) -> Any:
    """Sign in at the identity provider."""
    return post(client, answer_of(client))
