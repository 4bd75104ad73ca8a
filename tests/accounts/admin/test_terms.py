"""Versions of the terms in the admin."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AuditEvent, AuthSession, TermsAcceptance, TermsVersion, User
from accounts.services.terms import terms_accept, terms_draft_write, terms_publish
from librechat.kernel import clock
from tests.accounts.admin.settings_visits import browser, text_of
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

TERMS = "/admin/accounts/termsversion/"


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def draft_of(admin: User, text: str = "Be **kind**.") -> TermsVersion:
    return terms_draft_write(draft=TermsVersion(text=text), actor=admin)


def test_a_version_is_drafted_looked_at_and_published(desk: Client, owner: User) -> None:
    made = desk.post(f"{TERMS}add/", {"text": "Be **kind**.", "must_accept_again": "on"})
    assert made.status_code == 302
    draft = TermsVersion.objects.get()
    page = text_of(desk.get(f"{TERMS}{draft.pk}/change/"))
    assert "<strong>kind</strong>" in page
    assert f"{TERMS}{draft.pk}/publish/" in page
    asked = text_of(desk.get(f"{TERMS}{draft.pk}/publish/"))
    assert "2 people must accept it" in asked
    assert "<strong>kind</strong>" in asked
    assert TermsVersion.objects.get().number is None
    answer = desk.post(f"{TERMS}{draft.pk}/publish/", {"confirmed": "yes"}, follow=True)
    assert "Version 1 is published." in text_of(answer)
    assert AuditEvent.objects.latest("sequence").action == "terms.published"


def test_a_published_version_has_no_form(desk: Client, admin: User) -> None:
    version = terms_publish(draft=draft_of(admin), actor=admin)
    here = f"{TERMS}{version.pk}/"
    page = desk.get(f"{here}change/").content.decode()
    assert "<textarea" not in page
    assert desk.post(f"{here}change/", {"text": "Other"}).status_code == 403
    assert desk.post(f"{here}delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{here}publish/", {"confirmed": "yes"}).status_code == 404
    assert TermsVersion.objects.get().text == "Be **kind**."


def test_a_draft_is_changed_and_deleted(desk: Client, admin: User) -> None:
    draft = draft_of(admin)
    desk.post(f"{TERMS}{draft.pk}/change/", {"text": "Other"})
    draft.refresh_from_db()
    assert (draft.text, draft.must_accept_again) == ("Other", False)
    asked = text_of(desk.get(f"{TERMS}{draft.pk}/publish/"))
    assert "Nobody who accepted earlier terms is asked again." in asked
    desk.post(f"{TERMS}{draft.pk}/delete/", {"post": "yes"})
    assert not TermsVersion.objects.exists()


def test_an_empty_draft_is_refused_in_words(desk: Client, admin: User) -> None:
    draft = draft_of(admin, " ")
    answer = desk.post(f"{TERMS}{draft.pk}/publish/", {"confirmed": "yes"}, follow=True)
    assert "The version has no text" in text_of(answer)
    assert TermsVersion.objects.get().number is None


def test_publishing_wants_a_fresh_proof_and_the_right(desk: Client, admin: User) -> None:
    draft = draft_of(admin)
    reader = browser("read:configs")
    assert reader.post(f"{TERMS}{draft.pk}/publish/", {"confirmed": "yes"}).status_code == 403
    AuthSession.objects.update(proved_at=clock.now() - timedelta(minutes=6))
    answer = desk.post(f"{TERMS}{draft.pk}/publish/", {"confirmed": "yes"})
    assert answer["Location"].startswith("/settings/confirm")
    assert TermsVersion.objects.get().number is None


def test_who_accepted_which_version_is_counted_and_listed(
    desk: Client,
    admin: User,
    owner: User,
    viewer: User,
) -> None:
    version = terms_publish(draft=draft_of(admin), actor=admin)
    for one in (owner, viewer):
        terms_accept(user=one)
    here = f"/admin/accounts/termsacceptance/?version__id__exact={version.pk}"
    assert f'href="{here}">2</a>' in text_of(desk.get(TERMS))
    page = text_of(desk.get(here))
    assert owner.email in page
    assert "Version 1" in page
    other = terms_publish(draft=draft_of(admin, "Two"), actor=admin)
    page = text_of(desk.get(here.replace(version.pk, other.pk)))
    assert owner.email not in page
    assert TermsAcceptance.objects.count() == 2
