"""Pages for signing up, signing out and a forgotten password."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuthSession, User
from tests.factories.people import PASSWORD, bearer, sign_in

pytestmark = pytest.mark.django_db

RIGHT = {"email": "owner@example.org", "password": PASSWORD}
NEWCOMER = {"name": "New Comer", "email": "new@example.org", "password": PASSWORD}


def field(page: str, name: str) -> str:
    """Return the tag of an input."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found is not None, name
    return found.group()


def test_the_first_sign_up_signs_in_as_administrator(client: Client) -> None:
    assert client.get("/signup").status_code == 200
    answer = client.post("/signup", NEWCOMER)
    assert (answer.status_code, answer["Location"]) == (302, "/c/new")
    user = User.objects.get()
    assert (user.email, user.name, user.role) == ("new@example.org", "New Comer", "ADMIN")
    assert client.get("/api/user").json()["id"] == user.pk


def test_a_closed_sign_up_page_says_so_and_takes_nothing(client: Client, owner: User) -> None:
    answer = client.get("/signup")
    assert answer.status_code == 403
    assert "does not accept new accounts" in answer.content.decode()
    assert "<form" not in answer.content.decode()
    assert client.post("/signup", NEWCOMER).status_code == 403
    assert User.objects.count() == 1


def test_mistakes_are_named_at_their_fields(client: Client) -> None:
    answer = client.post("/signup", {"name": "x", "email": "nobody", "password": "short"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for name in ("name", "email", "password"):
        assert f'aria-describedby="id_{name}_error"' in field(page, name)
    assert "Must be 8 to 128 characters long" in page
    assert not User.objects.exists()


def test_a_taken_address_leads_to_the_sign_in_page_and_changes_nothing(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = True
    body = {**NEWCOMER, "email": owner.email, "password": "another password!"}
    answer = client.post("/signup", body)
    assert (answer.status_code, answer["Location"]) == (302, "/login")
    assert "If the address is new" in client.get("/login").content.decode()
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    assert client.get("/api/user").status_code == 401


def test_signing_up_again_with_the_right_password_signs_in(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = True
    client.post("/signup", {**NEWCOMER, "email": owner.email})
    assert client.get("/api/user").json()["id"] == owner.pk
    assert User.objects.count() == 1


def test_librechats_address_of_the_page_leads_here(client: Client) -> None:
    assert client.get("/register?token=x")["Location"] == "/signup?token=x"


def test_signing_out_ends_page_and_tokens_of_this_browser(client: Client, owner: User) -> None:
    login = sign_in(owner)
    client.cookies["refreshToken"] = login.refresh_token
    client.post("/login", RIGHT)
    other = sign_in(owner)
    answer = client.post("/logout")
    assert (answer.status_code, answer["Location"]) == (302, "/login")
    assert answer.cookies["refreshToken"].value == ""
    assert client.get("/api/user").status_code == 401
    assert list(AuthSession.objects.alive()) == [other.session]


def test_signing_out_needs_a_post(client: Client, owner: User) -> None:
    client.post("/login", RIGHT)
    assert client.get("/logout").status_code == 405
    assert client.get("/api/user").status_code == 200


def test_a_forgotten_password_is_replaced_without_scripts(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    headers = bearer(owner)
    assert client.get("/forgot").status_code == 200
    page = client.post("/forgot", {"email": owner.email}).content.decode()
    found = re.search(r'href="[^"]*(/reset-password\?[^"]+)"', page)
    assert found is not None
    link = client.get(found.group(1).replace("&amp;", "&"))
    path = link["Location"]
    assert re.fullmatch(r"/reset/[\w-]{43}", path)
    assert client.get(path).status_code == 200
    assert client.post(path, {"password": "short"}).status_code == 422
    done = client.post(path, {"password": "another password!"})
    assert (done.status_code, done["Location"]) == (302, "/login")
    owner.refresh_from_db()
    assert owner.check_password("another password!")
    assert client.get("/api/user", headers=headers).status_code == 401
    assert client.get(path).status_code == 410


def test_a_used_link_cannot_set_a_password(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    answer = client.post("/reset/nonsense", {"password": "another password!"})
    assert answer.status_code == 422
    assert "This reset link is invalid or has expired." in answer.content.decode()


def test_resetting_is_off_by_default(client: Client, owner: User) -> None:
    page = client.get("/forgot").content.decode()
    assert "cannot be reset here" in page
    assert "<form" not in page
    assert client.post("/forgot", {"email": owner.email}).status_code == 403
    assert client.get("/reset/x").status_code == 410


def test_a_wrong_address_is_named_at_its_field(client: Client, settings: Settings) -> None:
    settings.ALLOW_PASSWORD_RESET = True
    answer = client.post("/forgot", {"email": "nobody"})
    assert answer.status_code == 422
    assert 'aria-describedby="id_email_error"' in field(answer.content.decode(), "email")


def test_a_reset_link_without_a_token_leads_to_the_first_step(client: Client) -> None:
    assert urlsplit(client.get("/reset-password")["Location"]).path == "/forgot"
