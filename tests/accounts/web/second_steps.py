"""Signing in with a second step, as pages do it."""

from django.test import Client

from accounts.models import User
from tests.factories.people import PASSWORD

STEP = "/login/second-factor"
CONFIRM = "/settings/confirm"


def sign_in(client: Client, user: User, **more: str) -> str:
    """Send the sign-in form and return where it leads."""
    answer = client.post("/login", {"email": user.email, "password": PASSWORD, **more})
    return str(answer.headers.get("Location"))


def options(client: Client, purpose: str) -> dict[str, object]:
    answer = client.post("/passkeys/options", {"purpose": purpose})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())
