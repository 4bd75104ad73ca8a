"""The page of the terms, with published versions."""

import pytest
from django.test import Client

from accounts.models import TermsAcceptance, TermsVersion, User
from accounts.services.terms import terms_draft_write, terms_publish
from tests.factories.people import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def publish(admin: User, text: str) -> TermsVersion:
    draft = terms_draft_write(draft=TermsVersion(text=text), actor=admin)
    return terms_publish(draft=draft, actor=admin)


def test_a_published_version_comes_first_and_is_accepted(
    seat: Client,
    owner: User,
    admin: User,
) -> None:
    assert seat.get("/models").status_code == 200
    publish(admin, "Be **kind**.<script>alert(1)</script>")
    asked = seat.get("/models")
    assert asked["Location"] == "/terms?next=%2Fmodels"
    page = seat.get(asked["Location"]).content.decode()
    assert "<strong>kind</strong>" in page
    assert "<script>alert" not in page
    assert "Version 1 of" in page
    accepted = seat.post("/terms", {"version": "1", "next": "/models"})
    assert accepted["Location"] == "/models"
    assert seat.get("/models").status_code == 200
    assert TermsAcceptance.objects.get(user=owner).version.number == 1
    assert "You accepted them on" in seat.get("/terms").content.decode()


def test_terms_that_changed_while_they_were_read_are_shown_again(
    seat: Client,
    owner: User,
    admin: User,
) -> None:
    publish(admin, "One")
    publish(admin, "Two")
    answer = seat.post("/terms", {"version": "1", "next": "/models"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The terms changed while you read them." in page
    assert "Two" in page
    assert 'value="/models"' in page
    owner.refresh_from_db()
    assert owner.terms_accepted_at is None


def test_clients_of_the_api_accept_the_newest_version(
    client: Client,
    owner: User,
    admin: User,
) -> None:
    publish(admin, "One")
    token = bearer(owner)
    terms = client.get("/api/user/terms", headers=token).json()
    assert terms == {"termsAccepted": False, "termsAcceptedAt": None}
    said = client.post("/api/user/terms/accept", headers=token).json()
    assert said["message"] == "Terms accepted successfully"
    terms = client.get("/api/user/terms", headers=token).json()
    assert terms == {"termsAccepted": True, "termsAcceptedAt": said["termsAcceptedAt"]}
    publish(admin, "Two")
    assert client.get("/api/user/terms", headers=token).json()["termsAccepted"] is False
