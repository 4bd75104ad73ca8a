"""The pages of the bulk import, and five hundred people at once."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import AuditEvent, GroupMember, OneTimeToken, User
from billing.models import Balance, Transaction
from conversations.models import MoveIn
from librechat.kernel import clock
from tests.accounts.mails import mail_on, mails, query_of
from tests.factories.money import balances_on
from tests.factories.people import PASSWORD, person, post_auth
from tests.factories.rights import grant
from tests.librechat.dashboard.tables import HERE, newest, run, signed_in, upload

pytestmark = pytest.mark.django_db

MANY = 500
MOST_QUERIES = 40
TABLE = "email,name,groups,balance_usd\n" + "".join(
    f"p{number}@example.org,Person {number},Class {number % 5}|Everybody,5\n"
    for number in range(MANY)
)


@pytest.fixture(autouse=True)
def _set_up(settings: Settings) -> Iterator[None]:
    settings.ALLOW_PASSWORD_RESET = True
    with balances_on():
        yield


@pytest.fixture
def desk(admin: User) -> Client:
    return signed_in(admin)


def text_of(page: object) -> str:
    return " ".join(page.content.decode().split())  # type: ignore[attr-defined]


@pytest.mark.slow
def test_five_hundred_people_are_invited_with_groups_and_money(
    desk: Client, client: Client, settings: Settings
) -> None:
    mail_on(settings)
    settings.ALLOW_REGISTRATION = False
    upload(desk, TABLE, newcomers="invite")
    with CaptureQueriesContext(connection) as queries:
        page = desk.get(f"{HERE}{newest().pk}/")
    assert len(queries) <= MOST_QUERIES
    assert "To invite: <b>500</b>" in text_of(page)
    assert len(page.context["rows"]) == 100
    move_in = run(desk, newest())
    assert (move_in.state, move_in.counts["account"]) == ("done", {"invited": MANY})
    assert OneTimeToken.objects.filter(purpose="invite").count() == MANY
    letters = {letter.to[0]: letter for letter in mails("invited")}
    assert len(letters) == MANY
    link = next(
        line for line in str(letters["p7@example.org"].body).splitlines() if "/register?" in line
    )
    body = {"name": "Person 7", "email": "p7@example.org", "password": PASSWORD}
    answer = post_auth(client, "register", {**body, "confirm_password": PASSWORD, **query_of(link)})
    assert answer.status_code == 200
    user = User.objects.get(email="p7@example.org")
    assert {one.name for one in user.member_groups.all()} == {"Class 2", "Everybody"}
    assert Balance.objects.get(user=user).credits == 5_000_000


@pytest.mark.slow
def test_five_hundred_accounts_are_made_with_groups_and_money(desk: Client) -> None:
    upload(desk, TABLE)
    move_in = run(desk, newest())
    assert (move_in.state, move_in.counts["account"]) == ("done", {"made": MANY})
    assert User.objects.filter(email__startswith="p").count() == MANY
    assert GroupMember.objects.count() == 2 * MANY
    assert Balance.objects.filter(credits=5_000_000).count() == MANY
    assert Transaction.objects.filter(context="admin").count() == MANY
    upload(desk, TABLE, credits_for="add")
    page = desk.get(f"{HERE}{newest().pk}/")
    assert "Left alone: <b>500</b>" in text_of(page)
    assert not page.context["has_work"]


def test_the_dry_run_names_lines_and_reasons(desk: Client) -> None:
    answer = upload(desk, "email,role,colour\na@example.org,,red\nnobody,,\nb@example.org,king,\n")
    assert answer.status_code == 302
    page = desk.get(answer["Location"])
    text = text_of(page)
    assert "Accounts to make: <b>1</b>" in text
    assert "Refused: <b>2</b>" in text
    assert "left out: colour" in text
    refused = desk.get(f"{answer['Location']}?only=refused").context["rows"]
    assert [(row["line"], row["said"]) for row in refused] == [
        (3, "This is no e-mail address."),
        (4, "There is no role “king”."),
    ]
    assert not User.objects.filter(email="a@example.org").exists()
    started = run(desk, newest())
    assert started.counts["account"] == {"made": 1, "refused": 2}


def test_a_table_is_discarded_once(desk: Client) -> None:
    upload(desk, "email\na@example.org\n")
    move_in = newest()
    assert desk.post(f"{HERE}{move_in.pk}/discard/").status_code == 302
    assert not MoveIn.objects.exists()
    assert desk.post(f"{HERE}{move_in.pk}/discard/").status_code == 404
    assert desk.get(f"{HERE}{move_in.pk}/").status_code == 404


def test_what_was_started_is_neither_discarded_nor_started_again(desk: Client) -> None:
    upload(desk, "email\na@example.org\n")
    move_in = run(desk, newest())
    for act in ("discard", "run"):
        page = desk.post(f"{HERE}{move_in.pk}/{act}/", follow=True)
        assert "It was started, discarded or goes on already." in text_of(page)
    assert AuditEvent.objects.filter(action="people.import_started").count() == 1
    assert AuditEvent.objects.filter(action="people.imported").count() == 1


def test_a_page_of_an_import_that_runs_loads_itself_again(desk: Client) -> None:
    upload(desk, "email\na@example.org\n")
    here = f"{HERE}{newest().pk}/"
    assert 'http-equiv="refresh"' not in text_of(desk.get(here))
    desk.post(f"{here}run/")
    page = desk.get(here)
    assert 'http-equiv="refresh"' in text_of(page)
    assert "starts in a moment" in text_of(page)
    assert not page.context["can_go_on"]


def test_the_report_is_no_formula_and_is_on_record(desk: Client) -> None:
    upload(desk, 'email,role\n"=1+1@example.org",\n"+cmd|x",\na@example.org,"=king"\n')
    move_in = run(desk, newest())
    answer = desk.get(f"{HERE}{move_in.pk}/report.csv")
    head, *rows = list(csv.reader(StringIO(answer.content.decode())))
    assert head == ["line", "email", "outcome", "detail", "link"]
    assert [row[1] for row in rows] == ["'=1+1@example.org", "'+cmd|x", "a@example.org"]
    assert rows[0][4].startswith("http")
    assert AuditEvent.objects.filter(action="people.import_report_exported").count() == 1


def test_running_and_the_report_want_a_fresh_proof(desk: Client, admin: User) -> None:
    upload(desk, "email\na@example.org\n")
    move_in = newest()
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    for path, way in (("run/", desk.post), ("report.csv", desk.get)):
        answer = way(f"{HERE}{move_in.pk}/{path}")
        assert answer.status_code == 302
        assert "/settings/confirm" in answer["Location"]
    move_in.refresh_from_db()
    assert move_in.state == "checked"


def test_who_may_not_manage_people_gets_nowhere(desk: Client) -> None:
    upload(desk, "email\na@example.org\n")
    reader = person("reader@example.org")
    grant(reader, "access:admin", "read:users", "manage:billing")
    client = signed_in(reader)
    here = f"{HERE}{newest().pk}/"
    for path in (HERE, here, f"{here}report.csv"):
        assert client.get(path).status_code == 403
    for path in (HERE, f"{here}run/", f"{here}discard/"):
        assert client.post(path).status_code == 403
    assert newest().state == "checked"


def test_the_import_is_in_the_sidebar_and_its_forms_are_labelled(desk: Client) -> None:
    text = text_of(desk.get(HERE))
    assert f'href="{HERE}"' in text
    for name in ("file", "newcomers", "credits_for", "unit", "makes_groups"):
        assert f'for="id_{name}"' in text
    assert "No mail server is set up." in text


def test_hostile_texts_of_a_table_are_inert(desk: Client) -> None:
    hostile = "<script>alert(1)</script>"
    upload(desk, f"email,{hostile}\n{hostile}@example.org,x\na@example.org,\n")
    for _state in ("checked", "done"):
        text = text_of(desk.get(f"{HERE}{newest().pk}/"))
        assert "<script>alert" not in text
        run(desk, newest())
