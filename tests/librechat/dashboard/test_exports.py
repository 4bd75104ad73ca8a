"""The page of the exports: offers, everything of one person, receipts."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, User
from accounts.services.people import user_delete
from librechat.kernel import clock
from tests.factories.people import person
from tests.factories.rights import grant
from tests.librechat.dashboard.tables import signed_in, whole

pytestmark = pytest.mark.django_db

HERE = "/admin/exports/"


@pytest.fixture
def desk(admin: User) -> Client:
    return signed_in(admin)


def offered(page: Any) -> set[str]:
    return {link for _one, link in page.context["exports"]}


def test_every_export_leads_to_a_page_that_opens(desk: Client) -> None:
    page = desk.get(HERE)
    links = offered(page)
    assert {"/admin/accounts/user/", "/admin/accounts/auditevent/", "/admin/backups/"} <= links
    for link in links:
        assert desk.get(link).status_code == 200, link


def test_exports_keep_to_the_capabilities() -> None:
    keeper = person()
    grant(keeper, "access:admin", "read:billing")
    client = signed_in(keeper)
    page = client.get(HERE)
    assert offered(page) == {"/admin/billing/balance/", "/admin/billing/transaction/"}
    assert page.context["form"] is None
    assert page.context["receipts"] is None
    assert client.post(HERE, {"email": keeper.email, "reason": "x"}).status_code == 403


def test_everything_of_a_person_is_a_zip_with_a_receipt(
    desk: Client, owner: User, admin: User
) -> None:
    answer = desk.post(HERE, {"email": owner.email.upper(), "reason": "She asked for it"})
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(whole(answer))) as archive:
        assert owner.email in archive.read("accounts/profile.json").decode()
    event = AuditEvent.objects.get(action="data.exported_for")
    assert (event.actor_id, event.target_id) == (admin.pk, owner.pk)
    assert event.metadata["reason"] == "She asked for it"
    assert "data.exported_for" in desk.get(f"{HERE}?only=taken").content.decode()


def test_nothing_is_exported_without_a_reason_a_proof_or_the_rank(
    desk: Client, owner: User, admin: User
) -> None:
    assert "This field is required." in desk.post(HERE, {"email": owner.email}).content.decode()
    nobody = desk.post(HERE, {"email": "x@example.org", "reason": "x"})
    assert "There is no account x@example.org" in nobody.content.decode()
    keeper = person()
    grant(keeper, "access:admin", "manage:users", "read:conversations", "read:audit_log")
    above = signed_in(keeper).post(HERE, {"email": admin.email, "reason": "x"})
    assert "This person may do what you may not." in above.content.decode()
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    stale = desk.post(HERE, {"email": owner.email, "reason": "x"})
    assert "/settings/confirm" in stale["Location"]
    assert not AuditEvent.objects.filter(action__startswith="data.exported").exists()


def test_an_erasure_leaves_a_receipt_of_what_was_removed(desk: Client, owner: User) -> None:
    email = owner.email
    user_delete(user=owner)
    text = desk.get(f"{HERE}?only=erased").content.decode()
    assert email in text
    assert "user: 1" in text
    assert "account.deleted" not in desk.get(f"{HERE}?only=taken").content.decode()
