"""The banner: who sees it, when, and closing it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import AuditEvent, Banner, User
from librechat.kernel import clock
from tests.factories.people import bearer


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def banner(message: str = "We move on Friday.", **fields: object) -> Banner:
    return Banner.objects.create(message=message, **fields)


def html(client: Client, path: str = "/settings/appearance") -> str:
    return client.get(path).content.decode()


def test_a_signed_in_person_reads_it_and_a_visitor_only_when_it_is_public(
    client: Client,
    owner: User,
) -> None:
    banner()
    assert "We move on Friday." not in html(client, "/login")
    client.force_login(owner)
    assert "We move on Friday." in html(client)


def test_what_could_run_is_taken_out_of_the_message(client: Client, db: None) -> None:
    banner(
        "<b>New</b> <a href='javascript:alert(1)'>x</a><script>alert(2)</script>", is_public=True
    )
    shown = html(client, "/login")
    assert "<b>New</b>" in shown
    assert "alert(" not in shown


@pytest.mark.parametrize(("starts", "ends"), [(1, 2), (-2, -1)])
def test_before_and_after_its_time_it_is_not_shown(
    client: Client,
    db: None,
    starts: int,
    ends: int,
) -> None:
    now = clock.now()
    banner(
        is_public=True,
        display_from=now + timedelta(hours=starts),
        display_to=now + timedelta(hours=ends),
    )
    assert "data-banner" not in html(client, "/login")
    assert client.get("/api/banner").content == b""


def test_once_closed_it_stays_closed_until_it_says_something_else(
    client: Client,
    owner: User,
) -> None:
    shown = banner()
    client.force_login(owner)
    answer = client.post(f"/banner/{shown.pk}/close", {"next": "/settings/appearance"})
    assert answer["Location"] == "/settings/appearance"
    assert "data-banner" not in html(client)
    Banner.objects.filter(pk=shown.pk).update(updated_at=clock.now() + timedelta(minutes=1))
    cache.clear()
    assert "data-banner" in html(client)


def test_a_visitor_closes_it_in_this_browser_only(client: Client, db: None) -> None:
    shown = banner(is_public=True)
    answer = client.post(f"/banner/{shown.pk}/close", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert "data-banner" not in html(client, "/login")
    assert "data-banner" in html(Client(), "/login")


def test_one_that_must_be_read_cannot_be_closed(client: Client, owner: User) -> None:
    shown = banner(is_persistent=True)
    client.force_login(owner)
    client.post(f"/banner/{shown.pk}/close")
    assert "data-banner" in html(client)
    assert f"/banner/{shown.pk}/close" not in html(client)


def test_closing_one_that_has_ended_closes_no_other(client: Client, owner: User) -> None:
    banner()
    client.force_login(owner)
    assert client.post("/banner/000000000000000000000000/close").status_code == 302
    assert "data-banner" in html(client)


def test_clients_of_librechat_read_it_in_their_shape(client: Client, owner: User) -> None:
    shown = banner(display_to=clock.now() + timedelta(hours=1))
    assert client.get("/api/banner").content == b""
    told = client.get("/api/banner", headers=bearer(owner)).json()
    assert told["bannerId"] == shown.pk
    assert told["message"] == "We move on Friday."
    assert (told["isPublic"], told["persistable"]) == (False, False)


def test_an_administrator_writes_and_removes_it_and_both_are_on_record(
    client: Client,
    admin: User,
) -> None:
    client.force_login(admin)
    form = {
        "message": "Hello all",
        "display_from_0": "2026-01-01",
        "display_from_1": "00:00:00",
        "is_public": "on",
    }
    assert client.post("/admin/accounts/banner/add/", form).status_code == 302
    assert "Hello all" in html(Client(), "/login")
    made = Banner.objects.get()
    client.post(f"/admin/accounts/banner/{made.pk}/delete/", {"post": "yes"})
    assert "Hello all" not in html(Client(), "/login")
    actions = AuditEvent.objects.order_by("sequence").values_list("action", flat=True)
    assert list(actions)[-2:] == ["banner.added", "banner.removed"]
