"""People, sessions and roles in the admin."""

import pytest
from django.test import Client

from accounts.models import AuthSession, User
from tests.factories.people import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def form_of(user: User, **changes: object) -> dict[str, object]:
    fields = {
        "email": user.email,
        "name": user.name,
        "username": user.username,
        "role": user.role,
        "is_active": "on" if user.is_active else "",
        "email_verified": "on" if user.email_verified else "",
        "new_password": "",
        **changes,
    }
    return {name: value for name, value in fields.items() if value != ""}


def test_only_administrators_get_in(client: Client, owner: User) -> None:
    client.post("/login", {"email": owner.email, "password": PASSWORD})
    assert client.get(PEOPLE).status_code == 302
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        PEOPLE,
        f"{PEOPLE}?q=owner&role__exact=USER",
        f"{PEOPLE}add/",
        "/admin/accounts/authsession/",
        "/admin/accounts/role/",
        "/admin/accounts/role/add/",
    ],
)
def test_every_page_opens(desk: Client, owner: User, path: str) -> None:
    sign_in(owner)
    assert desk.get(path).status_code == 200


def test_no_page_shows_a_hash(desk: Client, owner: User) -> None:
    session = sign_in(owner).session
    pages = [
        desk.get(f"{PEOPLE}{owner.pk}/change/"),
        desk.get(f"/admin/accounts/authsession/{session.pk}/change/"),
    ]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert owner.password not in text
        assert session.refresh_token_hash not in text


def test_a_person_can_be_added(desk: Client) -> None:
    new = User(email="Added@example.org", name="Added", role="USER", email_verified=True)
    refused = desk.post(f"{PEOPLE}add/", form_of(new, new_password="short"))
    assert refused.status_code == 200
    assert desk.post(f"{PEOPLE}add/", form_of(new)).status_code == 200
    assert not User.objects.filter(email="added@example.org").exists()
    assert desk.post(f"{PEOPLE}add/", form_of(new, new_password=PASSWORD)).status_code == 302
    added = User.objects.get(email="added@example.org")
    assert added.check_password(PASSWORD)
    assert (added.role, added.email_verified, added.is_active) == ("USER", True, True)


def test_a_change_of_name_signs_nobody_out(desk: Client, owner: User) -> None:
    sign_in(owner)
    desk.post(f"{PEOPLE}{owner.pk}/change/", form_of(owner, name="Renamed"))
    owner.refresh_from_db()
    assert (owner.name, owner.auth_epoch, owner.role) == ("Renamed", 0, "USER")
    assert owner.check_password(PASSWORD)
    assert AuthSession.objects.alive().filter(user=owner).exists()


@pytest.mark.parametrize(
    "change",
    [{"role": "ADMIN"}, {"is_active": ""}, {"new_password": "another password!"}],
)
def test_a_change_of_role_state_or_password_signs_the_person_out(
    desk: Client,
    owner: User,
    change: dict[str, str],
) -> None:
    sign_in(owner)
    answer = desk.post(f"{PEOPLE}{owner.pk}/change/", form_of(owner, **change))
    assert answer.status_code == 302
    before = owner.role
    owner.refresh_from_db()
    assert owner.auth_epoch == 1
    assert owner.role == change.get("role", before)
    assert owner.is_active is ("is_active" not in change)
    assert owner.check_password(change.get("new_password", PASSWORD))
    assert not AuthSession.objects.alive().filter(user=owner).exists()


def test_a_person_can_be_enabled_again(desk: Client) -> None:
    user = person(is_active=False)
    desk.post(f"{PEOPLE}{user.pk}/change/", form_of(user, is_active="on"))
    user.refresh_from_db()
    assert user.is_active


def test_the_last_administrator_stays(desk: Client, admin: User, owner: User) -> None:
    for change in ({"role": "USER"}, {"is_active": ""}):
        answer = desk.post(f"{PEOPLE}{admin.pk}/change/", form_of(admin, **change))
        assert "This is the last administrator." in answer.content.decode()
    assert desk.post(f"{PEOPLE}{admin.pk}/delete/", {"post": "yes"}).status_code == 403
    body = {"action": "delete_selected", "_selected_action": [admin.pk, owner.pk], "post": "yes"}
    desk.post(PEOPLE, body)
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("ADMIN", True)


def test_people_can_be_deleted(desk: Client, owner: User, viewer: User) -> None:
    assert desk.post(f"{PEOPLE}{owner.pk}/delete/", {"post": "yes"}).status_code == 302
    body = {"action": "delete_selected", "_selected_action": [viewer.pk], "post": "yes"}
    desk.post(PEOPLE, body)
    assert list(User.objects.values_list("role", flat=True)) == ["ADMIN"]


def test_people_can_be_signed_out(desk: Client, owner: User) -> None:
    sign_in(owner)
    body = {"action": "sign_out", "_selected_action": [owner.pk], "confirmed": "yes"}
    desk.post(PEOPLE, body)
    owner.refresh_from_db()
    assert owner.auth_epoch == 1
    assert not AuthSession.objects.alive().filter(user=owner).exists()


def test_sessions_can_be_ended_but_not_changed(desk: Client, owner: User) -> None:
    session = sign_in(owner).session
    path = "/admin/accounts/authsession/"
    assert desk.get(f"{path}add/").status_code == 403
    assert desk.post(f"{path}{session.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(path, {"action": "end", "_selected_action": [session.pk], "confirmed": "yes"})
    assert not AuthSession.objects.alive().filter(user=owner).exists()
