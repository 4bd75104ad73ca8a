"""The account, its data, keys, notifications and the terms, on pages."""

from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import ApiKey, AuditEvent, AuthSession, ConfigOverride, User
from librechat.kernel import clock, yaml_config
from tests.accounts.mails import mail_on, mails
from tests.accounts.services.pictures import picture
from tests.factories.people import PASSWORD, person, role

pytestmark = pytest.mark.django_db
TERMS = {
    "interface": {
        "termsOfService": {
            "modalAcceptance": True,
            "modalTitle": "Rules of the house",
            "modalContent": "# Rules\n\nBe kind. <script>alert(1)</script>",
            "externalUrl": "https://example.org/terms",
            "openNewTab": True,
        },
    },
}


@pytest.fixture
def seat(client: Client, owner: User) -> Client:
    """Return a browser in which ``owner`` has just signed in."""
    client.post("/login", {"email": owner.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("tab", ["data", "keys", "notifications"])
def test_every_tab_is_a_page_that_marks_itself(seat: Client, client: Client, tab: str) -> None:
    answer = seat.get(f"/settings/{tab}")
    assert answer.status_code == 200
    assert answer.content.decode().count('aria-current="page"') == 1
    assert Client().get(f"/settings/{tab}")["Location"] == f"/login?next=/settings/{tab}"


def test_name_and_user_name_are_stored_together(seat: Client, owner: User) -> None:
    form = {"name": "New Name", "username": "New.Name"}
    assert seat.post("/settings/account", form).status_code == 302
    owner.refresh_from_db()
    assert (owner.name, owner.username) == ("New Name", "new.name")
    refused = seat.post("/settings/account", {"name": "Other", "username": "{$ne: 1}"})
    assert refused.status_code == 422
    owner.refresh_from_db()
    assert (owner.name, owner.username) == ("New Name", "new.name")


def test_a_picture_is_stored_shown_and_taken_away(
    seat: Client,
    owner: User,
    settings: Settings,
    tmp_path: Path,
) -> None:
    where = {"location": str(tmp_path)}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": where}}
    upload = SimpleUploadedFile("me.png", picture(), "text/html")
    assert seat.post("/settings/account/avatar", {"picture": upload}).status_code == 302
    owner.refresh_from_db()
    assert owner.avatar in seat.get("/settings/account").content.decode()
    shown = Client().get(owner.avatar)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    bad = SimpleUploadedFile("me.png", b"<html>")
    page = seat.post("/settings/account/avatar", {"picture": bad}, follow=True)
    assert "no PNG" in page.content.decode()
    nothing = seat.post("/settings/account/avatar", follow=True)
    assert "Choose a picture first" in nothing.content.decode()
    before = owner.avatar
    owner.refresh_from_db()
    assert owner.avatar == before
    seat.post("/settings/account/avatar", {"remove": "1"})
    owner.refresh_from_db()
    assert owner.avatar == ""
    assert Client().get("/avatars/x.webp").status_code == 404
    assert Client().post("/avatars/x.webp").status_code == 405


def test_a_change_of_address_is_asked_for_on_the_page(
    seat: Client,
    owner: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert "No mail server" in seat.get("/settings/account").content.decode()
    without = seat.post("/settings/account/email", {"email": "fresh@example.org"})
    assert without.status_code == 422
    mail_on(settings)
    assert seat.post("/settings/account/email", {"email": "no"}).status_code == 422
    assert seat.post("/settings/account/email", {"email": owner.email}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        answer = seat.post("/settings/account/email", {"email": "fresh@example.org"})
    assert answer.status_code == 302
    assert [mail.to for mail in mails()] == [["fresh@example.org"]]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("account/email", {"email": "fresh@example.org"}),
        ("account/linked/1/unlink", {}),
        ("data", {"email": "owner@example.org"}),
        ("data/export", {}),
        ("keys", {"name": "ci", "days": "90"}),
    ],
)
def test_sensitive_acts_ask_for_a_fresh_proof(
    seat: Client,
    settings: Settings,
    path: str,
    form: dict[str, str],
) -> None:
    mail_on(settings)
    AuthSession.objects.update(proved_at=clock.now() - timedelta(minutes=6))
    answer = seat.post(f"/settings/{path}", form)
    assert answer.status_code == 302
    assert "/settings/confirm" in answer["Location"]
    assert not ApiKey.objects.exists()
    assert not User.objects.exclude(delete_after=None).exists()


def link_google(user: User) -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider="google", uid=user.pk)


def test_a_linked_account_is_unlinked_while_there_is_another_way(
    seat: Client,
    owner: User,
) -> None:
    account = link_google(owner)
    User.objects.filter(pk=owner.pk).update(provider="google")
    assert "Unlink Google" in seat.get("/settings/account").content.decode()
    page = seat.post(f"/settings/account/linked/{account.pk}/unlink", follow=True)
    assert "no longer signs you in" in page.content.decode()
    owner.refresh_from_db()
    assert owner.provider == "local"
    assert not SocialAccount.objects.exists()
    event = AuditEvent.objects.get(action="identity.unlinked")
    assert event.metadata == {"provider": "google"}


def test_the_only_way_in_stays(seat: Client, owner: User, settings: Settings) -> None:
    account = link_google(owner)
    settings.ALLOW_EMAIL_LOGIN = False
    url = f"/settings/account/linked/{account.pk}/unlink"
    assert "only way you can sign in" in seat.post(url, follow=True).content.decode()
    assert SocialAccount.objects.exists()
    Authenticator.objects.create(user=owner, type=Authenticator.Type.WEBAUTHN, data={})
    seat.post(url)
    assert not SocialAccount.objects.exists()


def test_the_linked_account_of_somebody_else_does_not_exist(seat: Client) -> None:
    account = link_google(person())
    for name in (account.pk, "x"):
        page = seat.post(f"/settings/account/linked/{name}/unlink", follow=True)
        assert "no such linked account" in page.content.decode()
    assert SocialAccount.objects.exists()


def test_an_account_is_closed_by_whoever_types_its_address(
    seat: Client,
    owner: User,
    admin: User,
) -> None:
    assert seat.post("/settings/data", {"email": "other@example.org"}).status_code == 422
    assert seat.post("/settings/data", {"email": ""}).status_code == 422
    assert not User.objects.exclude(delete_after=None).exists()
    answer = seat.post("/settings/data", {"email": " OWNER@example.org "}, follow=True)
    assert "until then you can bring it back" in answer.content.decode()
    assert list(User.objects.exclude(delete_after=None)) == [owner]
    assert seat.get("/settings/data").status_code == 302
    assert admin.delete_after is None


def test_without_grace_the_page_says_that_all_is_gone(
    seat: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ACCOUNT_DELETION_GRACE_DAYS = 0
    assert "at once, for good" in seat.get("/settings/data").content.decode()
    answer = seat.post("/settings/data", {"email": owner.email}, follow=True)
    assert "everything in it is deleted" in answer.content.decode()
    assert not User.objects.exists()


def test_where_people_may_not_delete_there_is_no_form(
    seat: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_ACCOUNT_DELETION = False
    assert "Delete my account" not in seat.get("/settings/data").content.decode()
    assert seat.post("/settings/data", {"email": owner.email}).status_code == 403
    owner.refresh_from_db()
    assert owner.delete_after is None


def test_keys_are_made_and_ended_on_the_page(client: Client) -> None:
    role("programmers", REMOTE_AGENTS={"USE": True})
    user = person("programmer@example.org", role="programmers")
    client.post("/login", {"email": user.email, "password": PASSWORD})
    assert client.post("/settings/keys", {"name": "", "days": "90"}).status_code == 422
    page = client.post("/settings/keys", {"name": "ci", "days": "30", "scopes": ["read"]})
    row = ApiKey.objects.get()
    assert row.scopes == ["read"]
    assert row.expires_at is not None
    text = page.context["text"]
    assert text.startswith("sk-")
    assert text in page.content.decode()
    assert text not in client.get("/settings/keys").content.decode()
    client.post("/settings/keys", {"name": "for ever", "days": "0"})
    assert ApiKey.objects.get(name="for ever").expires_at is None
    ended = client.post(f"/settings/keys/{row.pk}/end", follow=True)
    assert "opens nothing any more" in ended.content.decode()
    assert (
        "no such key" in client.post(f"/settings/keys/{row.pk}/end", follow=True).content.decode()
    )
    assert [key.name for key in ApiKey.objects.alive()] == ["for ever"]


def test_who_may_not_have_keys_is_told(seat: Client) -> None:
    assert "no access keys" in seat.get("/settings/keys").content.decode()
    answer = seat.post("/settings/keys", {"name": "ci", "days": "30"})
    assert answer.status_code == 403
    assert not ApiKey.objects.exists()


def test_a_notification_is_switched_at_once(seat: Client, owner: User) -> None:
    page = seat.get("/settings/notifications").content.decode()
    assert 'aria-checked="true"' in page
    form = {"name": "key_created", "value": "off"}
    assert seat.post("/settings/notifications", form).status_code == 302
    owner.refresh_from_db()
    assert owner.preferences["notifications"] == {"key_created": False}
    assert 'aria-checked="false"' in seat.get("/settings/notifications").content.decode()
    assert seat.post("/settings/notifications", {"name": "x", "value": "on"}).status_code == 422


def test_the_terms_come_first_where_they_are_wanted(owner: User) -> None:
    with yaml_config.override(TERMS):
        browser = Client()
        browser.force_login(owner)
        asked = browser.get("/models?x=1")
        assert asked["Location"] == "/terms?next=%2Fmodels%3Fx%3D1"
        page = browser.get(asked["Location"]).content.decode()
        assert "Rules of the house" in page
        assert "Be kind." in page
        assert "<script>alert" not in page
        assert 'href="https://example.org/terms"' in page
        assert browser.get("/settings/data").status_code == 200
        assert browser.get("/models", headers={"HX-Request": "true"}).status_code == 200
        accepted = browser.post("/terms", {"next": "/models?x=1"})
        assert accepted["Location"] == "/models?x=1"
        assert browser.get("/models").status_code == 200
    owner.refresh_from_db()
    assert owner.terms_accepted_at is not None


def test_terms_can_be_wanted_of_some_only(owner: User, stranger: User) -> None:
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides=TERMS,
    )
    mine, theirs = Client(), Client()
    mine.force_login(owner)
    theirs.force_login(stranger)
    assert mine.get("/models")["Location"] == "/terms?next=%2Fmodels"
    assert "Be kind." in mine.get("/terms").content.decode()
    assert theirs.get("/models").status_code == 200
    assert "Be kind." not in theirs.get("/terms").content.decode()


def test_guests_are_not_asked_for_the_terms() -> None:
    with yaml_config.override(TERMS):
        assert Client().get("/signup").status_code == 200


def test_without_terms_nobody_is_asked(seat: Client) -> None:
    assert seat.get("/models").status_code == 200
    assert seat.get("/terms").status_code == 200
    assert seat.post("/terms", {"next": "https://evil.example"})["Location"] == "/c/new"
