"""The page for signing in."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import AuthSession, User
from accounts.services.sessions import session_close
from tests.factories.people import PASSWORD, person

pytestmark = pytest.mark.django_db

RIGHT = {"email": "owner@example.org", "password": PASSWORD}
WRONG = {"email": "owner@example.org", "password": "wrong horse battery"}


def field(page: str, name: str) -> str:
    """Return the tag of an input."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found is not None, name
    return found.group()


def test_the_page_has_labels_and_the_cursor_in_the_address(client: Client, owner: User) -> None:
    answer = client.get("/login")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<label class="label" for="id_email">' in page
    assert '<label class="label" for="id_password">' in page
    assert "autofocus" in field(page, "email")
    assert 'autocomplete="current-password"' in field(page, "password")
    assert 'href="/signup"' not in page  # registration is closed
    assert 'href="/forgot"' not in page
    assert "no-store" in answer["Cache-Control"]
    assert "<script>" not in page


def test_links_appear_when_their_pages_are_open(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = settings.ALLOW_PASSWORD_RESET = True
    page = client.get("/login?next=/c/1").content.decode()
    assert 'href="/signup?next=/c/1"' in page
    assert 'href="/forgot"' in page


def test_signing_in_opens_a_session_and_goes_on_to_the_page_asked_for(
    client: Client,
    owner: User,
) -> None:
    answer = client.post("/login", {**RIGHT, "next": "/c/abc?x=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/c/abc?x=1")
    session = AuthSession.objects.get()
    assert session.page_key == client.session.session_key
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.get("/api/user").json()["id"] == owner.pk


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "/\\evil.example"],
)
def test_next_never_leads_to_another_site(client: Client, owner: User, target: str) -> None:
    answer = client.post("/login", {**RIGHT, "next": target})
    assert answer["Location"] == "/c/new"


def test_the_key_of_the_page_session_changes_at_sign_in(client: Client, owner: User) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.post("/login", RIGHT)
    assert client.session.session_key != before


def test_a_wrong_password_keeps_the_address_and_asks_for_the_password(
    client: Client,
    owner: User,
) -> None:
    answer = client.post("/login", {**WRONG, "next": "/c/abc"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="owner@example.org"' in field(page, "email")
    password = field(page, "password")
    assert 'aria-describedby="id_password_error"' in password
    assert 'aria-invalid="true"' in password
    assert "autofocus" in password
    assert "autofocus" not in field(page, "email")
    assert "value" not in password
    assert 'id="id_password_error"' in page
    assert "The e-mail address or the password is not right." in page
    assert 'name="next" value="/c/abc"' in page
    assert not AuthSession.objects.exists()


def test_an_unknown_address_gets_the_same_page(client: Client, owner: User) -> None:
    known = client.post("/login", WRONG)
    unknown = client.post("/login", {**WRONG, "email": "nobody@example.org"})
    token = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w+')
    pages = [
        token.sub("", answer.content.decode().replace("owner@", "nobody@"))
        for answer in (known, unknown)
    ]
    assert known.status_code == unknown.status_code == 422
    assert pages[0] == pages[1]


def test_an_incomplete_form_says_which_field(client: Client, owner: User) -> None:
    answer = client.post("/login", {"email": "nobody", "password": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-describedby="id_email_error"' in field(page, "email")
    assert 'aria-describedby="id_password_error"' in field(page, "password")
    only_password = client.post("/login", {"email": owner.email}).content.decode()
    assert "autofocus" in field(only_password, "password")


def test_the_page_and_the_api_share_one_limit(client: Client, owner: User) -> None:
    for _ in range(4):
        client.post("/login", WRONG)
        client.post("/api/auth/login", WRONG, content_type="application/json")
    answer = client.post("/login", RIGHT)
    assert answer.status_code == 429
    assert "Too many login attempts" in answer.content.decode()
    assert int(answer["Retry-After"]) > 0
    assert not AuthSession.objects.exists()


def test_a_disabled_account_is_told_so(client: Client) -> None:
    user = person(is_active=False)
    answer = client.post("/login", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert "This account has been disabled." in answer.content.decode()


def test_who_is_signed_in_is_sent_on(client: Client, owner: User) -> None:
    client.post("/login", RIGHT)
    assert client.get("/login?next=/c/abc")["Location"] == "/c/abc"
    assert client.get("/signup")["Location"] == "/c/new"


def test_forms_need_their_csrf_token(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    for path in ("/login", "/signup", "/logout", "/forgot", "/settings/appearance"):
        assert client.post(path, RIGHT).status_code == 403
    assert not AuthSession.objects.exists()


def test_the_sign_in_page_takes_few_queries(
    client: Client,
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    # Whether anybody is banned, the banner, and whether registration is open.
    with django_assert_num_queries(3):
        client.get("/login")


def test_a_page_session_ends_with_its_sign_in(client: Client, owner: User) -> None:
    client.post("/login", RIGHT)
    session = AuthSession.objects.get()
    assert abs(client.session.get_expiry_date() - session.expires_at) < timedelta(seconds=1)
    session_close(session=session)
    assert client.get("/settings/account")["Location"] == "/login?next=/settings/account"
