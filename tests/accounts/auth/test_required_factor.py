"""Roles whose people must have a second factor."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client
from pytest_django import Settings

from accounts.auth.channels import SessionOrTokenAuthMiddleware
from accounts.auth.login import login_proved
from accounts.models import User
from tests.factories.factors import app_of
from tests.factories.people import CALLER, PASSWORD, bearer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _required(settings: Settings) -> None:
    settings.TWO_FACTOR_REQUIRED_ROLES = ["ADMIN"]


def test_the_api_is_closed_until_a_factor_is_set_up(client: Client, admin: User) -> None:
    headers = bearer(admin)
    refused = client.get("/api/convos", headers=headers)
    assert refused.status_code == 403
    assert refused.json()["code"] == "second_factor_required"
    for path in ("/api/user", "/api/config", "/api/banner"):
        assert client.get(path, headers=headers).status_code in {200, 204}
    assert client.delete("/api/user/delete", headers=headers).status_code == 403
    enabled = client.post("/api/auth/2fa/enable", headers=headers)
    assert enabled.status_code == 200
    app_of(admin)
    assert client.get("/api/convos", headers=headers).status_code == 200


def test_other_roles_are_left_alone(client: Client, owner: User) -> None:
    assert client.get("/api/convos", headers=bearer(owner)).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/c/new", "/admin/", "/settings/account", "/settings/security", "/"],
)
def test_pages_lead_to_the_setup(client: Client, admin: User, path: str) -> None:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/settings/security/two-factor")


def test_setting_up_and_leaving_stay_open(client: Client, admin: User) -> None:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    page = client.get("/settings/security/two-factor")
    assert page.status_code == 200
    assert "Your role requires a second factor" in page.content.decode()
    assert client.get("/settings/security/passkeys/new").status_code == 200
    assert client.get("/settings/confirm").status_code == 200
    assert client.post("/logout")["Location"] == "/login"


def test_pages_open_with_the_factor(client: Client, admin: User) -> None:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    app_of(admin)
    assert client.get("/settings/security").status_code == 200
    assert client.get("/admin/").status_code == 200


def test_guests_and_other_roles_see_their_pages(client: Client, owner: User) -> None:
    assert client.get("/login").status_code == 200
    client.post("/login", {"email": owner.email, "password": PASSWORD})
    assert client.get("/settings/security").status_code == 200


@pytest.mark.django_db(transaction=True)
async def test_sockets_are_closed_too(admin: User) -> None:
    seen = []

    async def application(scope: dict[str, object], _receive: object, _send: object) -> None:
        seen.append(scope["user"])

    for _ in range(2):
        login = await sync_to_async(_login)(admin)
        socket = WebsocketCommunicator(
            SessionOrTokenAuthMiddleware(application),
            f"/ws?token={login}",
        )
        await socket.send_input({"type": "websocket.connect"})
        await socket.wait()
        await sync_to_async(app_of)(admin)
    assert [getattr(user, "pk", None) for user in seen] == [None, admin.pk]


def _login(user: User) -> str:
    return login_proved(user=user, caller=CALLER).access_token
