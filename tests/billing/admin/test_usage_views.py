"""The list of saved views: one's own and shared ones; renamed, sent, deleted after a question."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from billing.models import UsageMail, UsageMailing, UsageView
from billing.services.usage_mailings import usage_mailing_save
from billing.services.usage_mails import REFUSED
from billing.services.usage_views import usage_view_save
from librechat.kernel import clock
from tests.factories.people import PASSWORD, person

LIST = "/admin/billing/usageview/"


@pytest.fixture
def desk(admin: User) -> Client:
    client = Client()
    client.post("/login", {"email": admin.email, "password": PASSWORD})  # a fresh proof
    return client


@pytest.fixture
def colleague() -> User:
    return person("colleague@example.org", role="ADMIN")


def view_of(user: User, name: str, *, is_shared: bool = False) -> UsageView:
    return usage_view_save(user=user, name=name, query="by=user&period=7d", is_shared=is_shared)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_has_ones_own_views_and_shared_ones_with_the_way_to_them(
    desk: Client, admin: User, colleague: User
) -> None:
    view_of(admin, "My own")
    view_of(colleague, "Of a colleague", is_shared=True)
    view_of(colleague, "Hidden")
    page = text(desk, LIST)
    assert "My own" in page
    assert "Of a colleague" in page
    assert "Hidden" not in page
    assert "/admin/billing/usagehour/?period=7d&amp;by=user&amp;measure=money" in page


def test_a_view_of_ones_own_is_renamed_and_shared(desk: Client, admin: User) -> None:
    view, other = view_of(admin, "Old"), view_of(admin, "Taken")
    change = f"{LIST}{view.pk}/change/"
    assert desk.post(change, {"name": "  New   name ", "is_shared": "on"}).status_code == 302
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("New name", True)
    assert view.query == "period=7d&by=user&measure=money"
    refused = desk.post(change, {"name": other.name})
    assert "Another view of yours has this name." in refused.content.decode()
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("New name", True)


def test_a_shared_view_of_somebody_else_is_only_looked_at(desk: Client, colleague: User) -> None:
    view = view_of(colleague, "Theirs", is_shared=True)
    page = text(desk, f"{LIST}{view.pk}/change/")
    assert "Open the view" in page
    assert 'name="rhythm"' not in page
    assert desk.post(f"{LIST}{view.pk}/change/", {"name": "Mine"}).status_code == 403
    assert desk.post(f"{LIST}{view.pk}/delete/", {"post": "yes"}).status_code == 403
    view.refresh_from_db()
    assert view.name == "Theirs"


def test_a_view_that_is_not_shared_is_not_there_for_others(desk: Client, colleague: User) -> None:
    view = view_of(colleague, "Hidden")
    for page in ("change", "delete"):
        answer = desk.post(f"{LIST}{view.pk}/{page}/", {"name": "Mine", "post": "yes"})
        assert answer.status_code in {302, 404}
    assert [row.name for row in UsageView.objects.all()] == ["Hidden"]


def test_deleting_asks_first(desk: Client, admin: User) -> None:
    view = view_of(admin, "Mine")
    assert "Mine" in text(desk, f"{LIST}{view.pk}/delete/")
    assert UsageView.objects.count() == 1
    assert desk.post(f"{LIST}{view.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not UsageView.objects.exists()


def test_a_view_is_sent_from_its_page_and_stopped_there(
    desk: Client, admin: User, colleague: User
) -> None:
    view = view_of(admin, "Mine")
    change = f"{LIST}{view.pk}/change/"
    wanted = {"name": "Mine", "rhythm": "weekly", "addresses": f"{colleague.email}\n{admin.email}"}
    assert desk.post(change, wanted).status_code == 302
    mailing = UsageMailing.objects.get()
    assert mailing.rhythm == "weekly"
    assert {mail.user for mail in mailing.mails.all()} == {admin, colleague}
    assert colleague.email in text(desk, change)
    assert "Weekly" in text(desk, LIST)
    assert desk.post(change, {"name": "Mine", "rhythm": ""}).status_code == 302
    assert not UsageMailing.objects.exists()


def test_a_recipient_who_may_not_see_usage_is_refused_on_the_page(
    desk: Client, admin: User, stranger: User
) -> None:
    view = view_of(admin, "Mine")
    wanted = {"name": "Else", "rhythm": "daily", "addresses": stranger.email}
    answer = desk.post(f"{LIST}{view.pk}/change/", wanted)
    assert "belongs to no administrator who may see usage" in answer.content.decode()
    assert not UsageMailing.objects.exists()
    view.refresh_from_db()
    assert view.name == "Mine"


def test_sending_wants_a_fresh_proof(desk: Client, admin: User) -> None:
    view = view_of(admin, "Mine")
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    wanted = {"name": "Mine", "rhythm": "daily", "addresses": admin.email}
    answer = desk.post(f"{LIST}{view.pk}/change/", wanted)
    assert answer["Location"].startswith("/settings/confirm?next=")
    assert not UsageMailing.objects.exists()
    assert desk.post(f"{LIST}{view.pk}/change/", {"name": "Else"}).status_code == 302
    assert UsageView.objects.get().name == "Else"


def test_the_newest_mail_and_its_failure_are_shown(desk: Client, admin: User) -> None:
    view = view_of(admin, "Mine")
    usage_mailing_save(user=admin, view_id=view.pk, rhythm="daily", addresses=[admin.email])
    sent_at = datetime(2026, 4, 2, 6, 10, tzinfo=UTC)
    UsageMail.objects.update(state="failed", detail=REFUSED, answer="[554]", sent_at=sent_at)
    page = text(desk, f"{LIST}{view.pk}/change/")
    assert "The mail server refused it. ([554])" in page
    assert "April 2, 2026" in page
    assert "Daily, Failed" in text(desk, LIST)
