"""Settings of the signed-in person."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts.errors import NotSignedInError
from accounts.models import AuthSession, User
from accounts.web.context import shell
from accounts.web.settings_pages import device_name, person
from tests.factories.people import CALLER, PASSWORD, bearer, sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
CHANGE = {"current_password": PASSWORD, "new_password": "another password!"}


@pytest.fixture
def seat(client: Client, owner: User) -> Client:
    """Return a browser in which ``owner`` is signed in."""
    client.post(
        "/login",
        {"email": owner.email, "password": PASSWORD},
        headers={"User-Agent": FIREFOX},
    )
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("tab", ["account", "security", "appearance"])
def test_settings_need_a_sign_in(client: Client, tab: str) -> None:
    answer = client.get(f"/settings/{tab}")
    assert answer["Location"] == f"/login?next=/settings/{tab}"


@pytest.mark.parametrize("tab", ["account", "security", "appearance"])
def test_every_tab_is_a_page_that_marks_itself(seat: Client, tab: str) -> None:
    answer = seat.get(f"/settings/{tab}")
    assert answer.status_code == 200
    assert answer.content.decode().count('aria-current="page"') == 1


def test_settings_open_with_the_account(seat: Client) -> None:
    assert seat.get("/settings")["Location"] == "/settings/account"
    assert seat.get("/settings/planets").status_code == 404


def test_the_name_can_be_changed(seat: Client, owner: User) -> None:
    page = seat.get("/settings/account").content.decode()
    assert "owner@example.org" in page
    assert seat.post("/settings/account", {"name": " New Name "}).status_code == 302
    owner.refresh_from_db()
    assert owner.name == "New Name"
    refused = seat.post("/settings/account", {"name": "x", "role": "ADMIN"})
    assert refused.status_code == 422
    owner.refresh_from_db()
    assert (owner.name, owner.role) == ("New Name", "USER")


def test_a_name_is_shown_as_text(seat: Client) -> None:
    seat.post("/settings/account", {"name": "<b>bold</b>"})
    page = seat.get("/settings/account").content.decode()
    assert "<b>bold" not in page
    assert "&lt;b&gt;bold" in page


def test_a_password_change_keeps_this_browser_and_signs_the_others_out(
    seat: Client,
    owner: User,
) -> None:
    headers = bearer(owner)
    answer = seat.post("/settings/security", CHANGE)
    assert (answer.status_code, answer["Location"]) == (302, "/settings/security")
    owner.refresh_from_db()
    assert owner.check_password("another password!")
    assert seat.get("/settings/security").status_code == 200
    assert seat.get("/api/user", headers=headers).status_code == 401
    assert AuthSession.objects.alive().count() == 1


@pytest.mark.parametrize(
    "change",
    [{"current_password": "wrong horse battery"}, {"new_password": "short"}, {"new_password": ""}],
)
def test_a_refused_password_change_changes_nothing(
    seat: Client,
    owner: User,
    change: dict[str, str],
) -> None:
    answer = seat.post("/settings/security", {**CHANGE, **change})
    assert answer.status_code == 422
    name = next(iter(change))
    assert f'aria-describedby="id_{name}_error"' in answer.content.decode()
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    assert AuthSession.objects.alive().count() == 1


def test_guessing_the_current_password_is_limited(seat: Client, owner: User) -> None:
    wrong = {**CHANGE, "current_password": "wrong horse battery"}
    statuses = [seat.post("/settings/security", wrong).status_code for _ in range(7)]
    assert statuses[-1] == 429
    assert seat.post("/settings/security", CHANGE).status_code == 429
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_the_list_shows_where_one_is_signed_in(seat: Client, owner: User) -> None:
    sign_in(owner)
    page = seat.get("/settings/security").content.decode()
    assert "Firefox on Linux" in page
    assert page.index("This device") < page.index(CALLER.address)
    assert "Sign out all other devices" in page


def test_one_other_device_can_be_signed_out(seat: Client, owner: User) -> None:
    login = sign_in(owner)
    answer = seat.post(f"/settings/security/sessions/{login.session.pk}/end")
    assert answer.status_code == 302
    assert not AuthSession.objects.alive().filter(pk=login.session.pk).exists()
    headers = {"Authorization": f"Bearer {login.access_token}"}
    assert seat.get("/api/user", headers=headers).status_code == 401
    assert seat.get("/settings/security").status_code == 200


def test_the_session_of_somebody_else_does_not_exist(seat: Client, stranger: User) -> None:
    session = sign_in(stranger).session
    answer = seat.post(f"/settings/security/sessions/{session.pk}/end")
    assert answer.status_code == 404
    assert AuthSession.objects.alive().filter(pk=session.pk).exists()


def test_all_other_devices_can_be_signed_out(seat: Client, owner: User, viewer: User) -> None:
    other = sign_in(viewer).session
    sign_in(owner)
    sign_in(owner)
    assert seat.post("/settings/security/sessions/end").status_code == 302
    living = AuthSession.objects.alive()
    assert living.count() == 2
    assert living.filter(pk=other.pk).exists()
    assert seat.get("/settings/security").status_code == 200


def test_the_security_page_does_not_ask_per_session(
    seat: Client,
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        sign_in(owner)
    with django_assert_num_queries(7):  # page, ban, person, sign-in, list, factors, who acts
        seat.get("/settings/security")


def test_a_theme_is_stored_at_once(seat: Client, owner: User) -> None:
    answer = seat.post("/settings/appearance", {"theme": "dark"})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/appearance")
    owner.refresh_from_db()
    assert owner.preferences == {"theme": "dark"}
    assert answer.cookies["theme"].value == "dark"
    page = seat.get("/settings/appearance").content.decode()
    assert 'data-theme="dark"' in page


def test_a_script_gets_no_page_back(seat: Client) -> None:
    answer = seat.post(
        "/settings/appearance",
        {"theme": "light"},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, answer.content) == (204, b"")


def test_an_unknown_theme_is_refused(seat: Client, owner: User) -> None:
    assert seat.post("/settings/appearance", {"theme": "<pink>"}).status_code == 422
    owner.refresh_from_db()
    assert owner.preferences == {}


@pytest.mark.django_db
def test_the_theme_of_a_guest_stays_in_the_browser(client: Client) -> None:
    answer = client.post("/settings/appearance", {"theme": "dark", "next": "/signup"})
    assert (answer.status_code, answer["Location"]) == (302, "/signup")
    assert client.get("/login").context["theme"] == "dark"


def test_the_shell_knows_the_theme_without_a_person() -> None:
    request = RequestFactory().get("/")
    assert shell(request)["theme"] == "system"
    request.COOKIES["theme"] = "nonsense"
    assert shell(request)["theme"] == "system"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [(FIREFOX, "Firefox on Linux"), ("", "Unknown device"), ("curl/8.0", "curl")],
)
def test_devices_have_names(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


def test_nobody_is_not_a_person() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with pytest.raises(NotSignedInError):
        person(request)
