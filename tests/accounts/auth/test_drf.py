"""Bearer tokens and page sessions on requests."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.auth import tokens
from accounts.auth.drf import (
    session_of,
    signed_in,
    user_from_request,
)
from accounts.errors import NotSignedInError
from accounts.models import User
from accounts.services.people import user_disable
from accounts.services.sessions import epoch_raise, session_close
from librechat.kernel import clock
from tests.factories.people import PASSWORD, bearer, person, sign_in

pytestmark = pytest.mark.django_db

TERMS = "/api/user/terms/accept"


def page_client(user: User) -> Client:
    """Return a browser that is signed in by the page and checks CSRF as in production."""
    client = Client(enforce_csrf_checks=True)
    client.get("/login")
    token = client.cookies["csrftoken"].value
    client.post(
        "/login",
        {"email": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token},
    )
    return client


def test_a_bearer_needs_no_csrf_token(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(TERMS, headers=bearer(owner)).status_code == 200


def test_the_scheme_is_read_in_any_case_and_another_scheme_is_no_token(
    client: Client,
    owner: User,
) -> None:
    token = sign_in(owner).access_token
    answer = client.get("/api/user", headers={"Authorization": f"bearer  {token}"})
    assert answer.status_code == 200
    answer = client.get("/api/user", headers={"Authorization": f"Basic {token}"})
    assert answer.status_code == 401


def test_a_page_session_reads_without_and_writes_with_a_csrf_token(owner: User) -> None:
    client = page_client(owner)
    assert client.get("/api/user").json()["id"] == owner.pk
    refused = client.post(TERMS)
    assert refused.status_code == 403
    owner.refresh_from_db()
    assert owner.terms_accepted_at is None
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.post(TERMS, headers=headers).status_code == 200


def test_a_bad_bearer_does_not_fall_back_to_the_page_session(owner: User) -> None:
    client = page_client(owner)
    answer = client.get("/api/user", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()) == (401, {"message": "jwt malformed"})


@pytest.mark.parametrize(
    "end",
    [
        lambda login: epoch_raise(user=login.user),
        lambda login: session_close(session=login.session),
        lambda login: user_disable(user=login.user),
        lambda login: login.user.delete(),
    ],
    ids=["epoch", "session", "disabled", "deleted"],
)
def test_a_token_ends_with_its_epoch_its_session_and_its_person(
    client: Client,
    end: Callable[[object], object],
) -> None:
    login = sign_in(person())
    headers = {"Authorization": f"Bearer {login.access_token}"}
    assert client.get("/api/user", headers=headers).status_code == 200
    end(login)
    answer = client.get("/api/user", headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"message": "The session has ended."})


def test_a_token_for_the_session_of_somebody_else_is_refused(
    client: Client,
    owner: User,
    stranger: User,
) -> None:
    token = tokens.access_issue(owner, sign_in(stranger).session)
    answer = client.get("/api/user", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_page_session_ends_with_the_epoch(owner: User) -> None:
    client = page_client(owner)
    epoch_raise(user=owner)
    assert client.get("/api/user").status_code == 401


def test_a_token_ends_after_a_quarter_of_an_hour(
    client: Client,
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    headers = bearer(owner)
    clock_at(clock.now() + timedelta(minutes=16))
    answer = client.get("/api/user", headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"message": "jwt expired"})


def test_plain_views_read_the_same(owner: User) -> None:
    factory = RequestFactory()
    headers = bearer(owner)
    assert user_from_request(factory.get("/", headers=headers)) == owner
    with pytest.raises(NotSignedInError) as refused:
        user_from_request(factory.get("/"))
    assert refused.value.data == {"body": {"message": "No auth token"}}
    by_page = factory.post("/")
    by_page.user = owner
    with pytest.raises(PermissionDenied):
        user_from_request(by_page)
    guest = factory.get("/")
    guest.user = AnonymousUser()
    with pytest.raises(NotSignedInError):
        user_from_request(guest)


def test_views_get_the_person_typed(owner: User) -> None:
    request = Request(RequestFactory().get("/"))
    request.user = owner
    assert signed_in(request) == owner
    assert session_of(request) == ""
    request.user = AnonymousUser()
    with pytest.raises(NotAuthenticated):
        signed_in(request)
