"""Registration over the API."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from librechat.kernel import yaml_config
from tests.factories.people import PASSWORD, person
from tests.factories.people import post_auth as post

pytestmark = pytest.mark.django_db

NEWCOMER = {
    "name": "New Comer",
    "username": "newcomer",
    "email": "New@Example.org",
    "password": PASSWORD,
    "confirm_password": PASSWORD,
}


def test_the_first_account_becomes_admin_even_while_registration_is_closed(
    client: Client,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = False
    answer = post(client, "register", NEWCOMER)
    assert answer.status_code == 200
    assert answer.json() == {"message": "Registration complete. You can sign in now."}
    user = User.objects.get()
    assert (user.email, user.role, user.username) == ("new@example.org", "ADMIN", "newcomer")
    assert user.email_verified
    assert user.check_password(PASSWORD)


def test_registration_is_closed_by_default_once_there_is_a_user(client: Client) -> None:
    person("first@example.org")
    answer = post(client, "register", NEWCOMER)
    assert answer.status_code == 403
    assert answer.json() == {"message": "Registration is not allowed."}
    assert User.objects.count() == 1


def test_a_later_account_has_the_user_role(client: Client, settings: Settings) -> None:
    settings.ALLOW_REGISTRATION = True
    person("first@example.org")
    assert post(client, "register", NEWCOMER).status_code == 200
    assert User.objects.get(email="new@example.org").role == "USER"


def test_a_taken_address_gets_the_same_answer_and_changes_nothing(
    client: Client,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = True
    taken = person("new@example.org", name="Somebody else")
    before = (taken.password, taken.name)
    answer = post(
        client,
        "register",
        {**NEWCOMER, "password": "another password!"}
        | {
            "confirm_password": "another password!",
        },
    )
    assert (answer.status_code, answer.json()) == (
        200,
        {"message": "Registration complete. You can sign in now."},
    )
    taken.refresh_from_db()
    assert (taken.password, taken.name) == before
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "ab"}, "name: Must be 3 to 80 characters long"),
        ({"name": None}, "name: Required"),
        ({"name": 7}, "name: Required"),
        ({"name": "a\tbc"}, "name: Must not contain control characters"),
        ({"username": "x"}, "username: Must be 2 to 80 characters long"),
        ({"username": ["x"]}, "username: Must be 2 to 80 characters long"),
        ({"username": "a'; drop"}, "username: Contains characters that are not allowed"),
        ({"username": "a$ne"}, "username: Contains characters that are not allowed"),
        ({"email": "nobody"}, "email: Invalid email"),
        ({"email": {"$ne": 1}}, "email: Invalid email"),
        (
            {"password": "short", "confirm_password": "short"},
            "password: Must be 8 to 128 characters long",
        ),
        ({"password": " " * 9, "confirm_password": " " * 9}, "password: Must not be only spaces"),
        ({"password": 12345678, "confirm_password": 12345678}, "password: Required"),
        ({"confirm_password": "different one"}, "confirm_password: The passwords do not match"),
    ],
)
def test_a_registration_with_mistakes_is_404_and_names_the_field(
    client: Client,
    change: dict[str, object],
    message: str,
) -> None:
    answer = post(client, "register", {**NEWCOMER, **change})
    assert answer.status_code == 404
    assert answer.json() == {"message": message}
    assert not User.objects.exists()


def test_several_mistakes_are_joined(client: Client) -> None:
    answer = post(client, "register", {})
    assert answer.json() == {"message": "name: Required email: Invalid email password: Required"}


def test_a_registration_may_leave_out_username_and_confirmation(client: Client) -> None:
    body = {name: NEWCOMER[name] for name in ("name", "email", "password")}
    assert post(client, "register", {**body, "username": ""}).status_code == 200
    assert User.objects.get().username == ""


def test_an_address_of_another_domain_is_refused(client: Client) -> None:
    with yaml_config.override({"registration": {"allowedDomains": ["Good.example"]}}):
        assert post(client, "register", NEWCOMER).status_code == 403
        assert not User.objects.exists()
        good = {**NEWCOMER, "email": "a@good.EXAMPLE"}
        assert post(client, "register", good).status_code == 200


def test_role_and_other_fields_in_the_body_are_ignored(
    client: Client,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = True
    person("first@example.org")
    post(client, "register", {**NEWCOMER, "role": "ADMIN", "id": "0" * 24, "provider": "x"})
    user = User.objects.get(email="new@example.org")
    assert (user.role, user.provider) == ("USER", "local")
    assert user.pk != "0" * 24


def test_the_sixth_registration_in_an_hour_is_refused(
    client: Client,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = True
    for number in range(5):
        body = {**NEWCOMER, "email": f"n{number}@example.org"}
        assert post(client, "register", body).status_code == 200
    answer = post(client, "register", {**NEWCOMER, "email": "n6@example.org"})
    assert answer.status_code == 429
    assert answer.json() == {
        "message": "Too many accounts created, please try again after 60 minutes.",
    }
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert User.objects.count() == 5
