"""Ada, who has an account at the company, and her way in."""

from typing import Any

from django.test import Client

from tests.fakes.identity.company import Company
from tests.fakes.identity.travel import SERVER, through

ADDRESS = "ada@example.org"
ADA = {
    "email": ADDRESS,
    "email_verified": True,
    "name": "Ada Lovelace",
    "preferred_username": "ada",
    "picture": "https://pictures.example/ada.png",
    "roles": ["chat"],
    "realm": {"roles": ["boss"]},
    "groups": ["Analysts", "Engine"],
}


def visit(client: Client, company: Company) -> Any:
    """Sign in at the real provider."""
    left = client.get("/oauth/openid")
    return client.get(through(company.url, left["Location"]).removeprefix(SERVER))
