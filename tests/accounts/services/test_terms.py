"""Versions of the terms: drafts, publishing, accepting."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, TermsAcceptance, TermsVersion, User
from accounts.services.terms import (
    terms_accept,
    terms_are_due,
    terms_draft_delete,
    terms_draft_write,
    terms_of,
    terms_publish,
    terms_reset,
)
from librechat.kernel import clock, yaml_config
from librechat.kernel.errors import ConflictError, InvalidInputError

pytestmark = pytest.mark.django_db

FILE = {
    "interface": {
        "termsOfService": {
            "modalAcceptance": True,
            "modalTitle": "House rules",
            "modalContent": ["Be", "kind."],
            "externalUrl": "https://example.org/terms",
        },
    },
}


def published(admin: User, text: str, *, must_accept_again: bool = True) -> TermsVersion:
    draft = TermsVersion(text=text, must_accept_again=must_accept_again)
    return terms_publish(draft=terms_draft_write(draft=draft, actor=admin), actor=admin)


def last() -> AuditEvent:
    return AuditEvent.objects.latest("sequence")


def test_the_file_holds_until_a_version_is_published(owner: User, admin: User) -> None:
    with yaml_config.override(FILE):
        terms = terms_of(owner)
        assert (terms.title, terms.text, terms.number) == ("House rules", "Be\nkind.", 0)
        assert terms_are_due(owner)
        terms_draft_write(draft=TermsVersion(text="Draft"), actor=admin)
        assert terms_of(owner).text == "Be\nkind."
        published(admin, "Be **very** kind.")
        terms = terms_of(owner)
    assert (terms.title, terms.text, terms.number) == ("House rules", "Be **very** kind.", 1)
    assert terms.external_url == "https://example.org/terms"
    assert terms.published_at is not None


def test_publishing_counts_up_asks_everybody_again_and_is_on_record(
    owner: User,
    admin: User,
) -> None:
    assert not terms_are_due(owner)
    first = published(admin, "One")
    assert (first.number, first.published_by) == (1, admin)
    assert terms_are_due(owner)
    terms_accept(user=owner, number=1)
    assert not terms_are_due(owner)
    second = published(admin, "Two")
    assert second.number == 2
    owner.refresh_from_db()
    assert owner.terms_accepted_at is None
    assert terms_are_due(owner)
    event = last()
    assert (event.action, event.target_name) == ("terms.published", "Version 2")
    assert event.metadata == {"characters": 3, "must_accept_again": True, "asked_again": 1}


def test_a_version_that_need_not_be_accepted_again_asks_nobody_who_did(
    owner: User,
    stranger: User,
    admin: User,
) -> None:
    published(admin, "One")
    terms_accept(user=owner)
    published(admin, "A comma", must_accept_again=False)
    owner.refresh_from_db()
    assert not terms_are_due(owner)
    assert terms_are_due(stranger)
    terms_accept(user=stranger)
    assert TermsAcceptance.objects.get(user=stranger).version.number == 2
    assert TermsAcceptance.objects.get(user=owner).version.number == 1


def test_an_acceptance_keeps_version_and_moment_and_the_first_counts(
    owner: User,
    admin: User,
) -> None:
    version = published(admin, "One")
    moment = terms_accept(user=owner, number=1)
    assert terms_accept(user=owner, number=1) == moment
    row = TermsAcceptance.objects.get()
    assert (row.user, row.version, row.accepted_at) == (owner, version, moment)
    assert owner.terms_accepted_at == moment


def test_who_read_an_older_version_does_not_accept_the_newer(owner: User, admin: User) -> None:
    published(admin, "One")
    published(admin, "Two")
    with pytest.raises(ConflictError, match="read them again"):
        terms_accept(user=owner, number=1)
    with pytest.raises(ConflictError):
        terms_accept(user=owner, number=0)
    owner.refresh_from_db()
    assert owner.terms_accepted_at is None
    assert not TermsAcceptance.objects.exists()


def test_without_versions_accepting_keeps_no_row(owner: User) -> None:
    terms_accept(user=owner, number=0)
    assert owner.terms_accepted_at is not None
    assert not TermsAcceptance.objects.exists()


def test_a_published_version_stays_as_it_is(admin: User) -> None:
    version = published(admin, "One")
    stale = TermsVersion.objects.get(pk=version.pk)
    stale.text = "Other"
    for act in (terms_draft_write, terms_draft_delete, terms_publish):
        with pytest.raises(ConflictError):
            act(draft=stale, actor=admin)
    kept = TermsVersion.objects.get()
    assert (kept.text, kept.number) == ("One", 1)
    assert last().action == "terms.published"


def test_a_draft_is_changed_and_removed_and_an_empty_one_is_not_published(admin: User) -> None:
    draft = terms_draft_write(draft=TermsVersion(text=" "), actor=admin)
    with pytest.raises(InvalidInputError, match="no text"):
        terms_publish(draft=draft, actor=admin)
    draft.text = "Text"
    terms_draft_write(draft=draft, actor=admin)
    assert (TermsVersion.objects.get().text, last().action) == ("Text", "terms.draft_changed")
    terms_draft_delete(draft=draft, actor=admin)
    assert not TermsVersion.objects.exists()
    assert last().action == "terms.draft_removed"


def test_the_database_knows_no_published_version_without_a_number() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TermsVersion.objects.create(text="One", published_at=clock.now())
    assert not TermsVersion.objects.exists()


def test_a_reset_asks_again_and_the_second_answer_is_a_row_of_its_own(
    owner: User,
    admin: User,
) -> None:
    published(admin, "One")
    terms_accept(user=owner)
    assert terms_reset() == 1
    owner.refresh_from_db()
    assert terms_are_due(owner)
    terms_accept(user=owner)
    assert TermsAcceptance.objects.filter(user=owner).count() == 2


def test_a_page_asks_the_database_once_in_a_while_only(owner: User) -> None:
    terms_are_due(owner)
    with CaptureQueriesContext(connection) as queries:
        assert not terms_are_due(owner)
    assert len(queries) == 0
