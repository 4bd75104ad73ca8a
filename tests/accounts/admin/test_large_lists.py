"""Lists of large tables: searched without joins, read a page at a time, filtered by what is new."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.admin import filters, searching
from accounts.models import AuditEvent, AuthSession, User
from tests.factories.people import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db

SESSIONS = "/admin/accounts/authsession/"


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def whose(client: Client, query: str) -> list[str]:
    """Return the e-mail addresses of the rows of a page, in order."""
    page = client.get(SESSIONS, {"q": query})
    assert page.status_code == 200
    return [row.user.email for row in page.context["cl"].result_list]


def statements(client: Client, path: str, table: str) -> Iterator[str]:
    """Yield what a page asks of a table."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    yield from (one["sql"] for one in asked if f'FROM "{table}"' in one["sql"])


def test_people_are_found_by_a_part_of_their_address(desk: Client, owner: User) -> None:
    sign_in(owner)
    assert whose(desk, "OWNER@exa") == [owner.email]
    assert whose(desk, "owner@exa nothing-of-theirs") == []
    assert whose(desk, '"owner@exa"') == [owner.email]
    assert whose(desk, "nobody@") == []


def test_every_word_of_a_search_must_be_found_somewhere(desk: Client, owner: User) -> None:
    session = sign_in(owner).session
    AuthSession.objects.filter(pk=session.pk).update(address="203.0.113.9")
    sign_in(owner)
    assert len(whose(desk, "owner@")) == 2
    assert len(whose(desk, "owner@ 203.0.113")) == 1


def test_a_search_joins_no_row_to_people(desk: Client, owner: User) -> None:
    sign_in(owner)
    found = [*statements(desk, f"{SESSIONS}?q=owner", "accounts_authsession")]
    searched = [sql for sql in found if "IN (" in sql and "LIKE" in sql]
    assert searched
    assert not [sql for sql in searched if "JOIN" in sql]


def test_an_id_is_compared_as_it_is(desk: Client, owner: User) -> None:
    event = AuditEvent.objects.order_by("sequence").first()
    assert event is not None
    path = f"/admin/accounts/auditevent/?q={event.actor_id}"
    [*found] = statements(desk, path, "accounts_auditevent")
    assert [sql for sql in found if f""""actor_id" = '{event.actor_id}'""" in sql]
    assert desk.get(path).context["cl"].result_count >= 1


def test_a_list_of_many_people_meant_is_cut_off(
    desk: Client, owner: User, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_MEANT", 1)
    sign_in(owner)
    sign_in(viewer)
    assert len(set(whose(desk, "example.org"))) == 1


def test_a_page_reads_its_own_rows_in_their_order(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        person(f"one-{number}")
    page = desk.get("/admin/accounts/user/?p=2&o=1")
    rows = page.context["cl"].result_list
    every = sorted(User.objects.values_list("email", flat=True))
    assert [row.email for row in rows] == every[50:]
    [*found] = statements(desk, "/admin/accounts/user/?p=2&o=1", "accounts_user")
    ordered = [sql for sql in found if "ORDER BY" in sql and "LIMIT 50" in sql]
    assert not [sql for sql in ordered if '"accounts_user"."password"' in sql]


def test_a_filter_knows_the_values_of_the_newest_rows(
    desk: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "NEWEST", 2)
    newest = AuditEvent.objects.order_by("-pk").first()
    assert newest is not None
    cache.clear()
    page = desk.get("/admin/accounts/auditevent/")
    [shown] = [one for one in page.context["cl"].filter_specs if one.field.name == "action"]
    expected = AuditEvent.objects.order_by("-pk").values_list("action", flat=True)[:2]
    assert set(shown.lookup_choices) == set(expected)
