"""The bulk import: what each row becomes, once, and nothing before somebody says yes."""

from collections.abc import Iterator

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEvent, Group, GroupMember, OneTimeToken, User
from billing.models import Balance, Transaction
from billing.queries.books import trial_balance
from billing.services.balances import balance_get
from conversations.models import MoveIn
from librechat.kernel.jobs.worker import Worker
from tests.accounts.mails import mail_on, mails, query_of
from tests.conversations.web.conftest import text_of
from tests.factories.money import balances_on, purse
from tests.factories.people import PASSWORD, person, post_auth, role
from tests.factories.rights import grant, group
from tests.librechat.dashboard.tables import done, kept, newest, planned, run, signed_in, upload

pytestmark = pytest.mark.django_db

FIVE_USD = 5_000_000


@pytest.fixture(autouse=True)
def _set_up(settings: Settings) -> Iterator[None]:
    settings.ALLOW_PASSWORD_RESET = True
    with balances_on():
        yield


def outcomes(actor: User, text: str, **chosen: object) -> list[tuple[int, str, str]]:
    return [
        (step.entry.line, step.outcome, step.problem) for step in planned(actor, text, **chosen)
    ]


def test_a_table_makes_people_with_groups_and_balances(admin: User) -> None:
    text = "email,name,role,groups,balance_usd\nAda@Example.org,Ada L,user,Red;Blue,5\n"
    found = done(admin, text)
    assert found["ada@example.org"][0] == "made", found
    ada = User.objects.get(email="ada@example.org")
    assert (ada.name, ada.role, ada.email_verified, ada.is_active) == ("Ada L", "USER", True, True)
    assert {one.name for one in ada.member_groups.all()} == {"Red", "Blue"}
    assert Balance.objects.get(user=ada).credits == FIVE_USD
    assert AuditEvent.objects.filter(action="account.added", actor_id=admin.pk).count() == 1


def test_nothing_is_written_before_somebody_says_yes(admin: User) -> None:
    before = User.objects.count(), Group.objects.count(), AuditEvent.objects.count()
    steps = planned(admin, "email,groups,balance\nada@example.org,Red,5\n")
    assert [step.outcome for step in steps] == ["made"]
    assert (User.objects.count(), Group.objects.count(), AuditEvent.objects.count()) == before
    assert not Transaction.objects.exists()


def test_the_same_file_twice_makes_nobody_and_adds_nothing_twice(admin: User) -> None:
    text = "email,groups,balance\nada@example.org,Red,5\n"
    done(admin, text, credits_for="add")
    assert done(admin, text, credits_for="add") == {"ada@example.org": ("same", "")}
    assert Balance.objects.get(user__email="ada@example.org").credits == FIVE_USD
    assert User.objects.filter(email="ada@example.org").count() == 1
    assert (Group.objects.count(), GroupMember.objects.count()) == (1, 1)


def test_a_mended_file_gives_those_who_are_there_nothing_more(admin: User) -> None:
    done(admin, "email,balance\nada@example.org,5\nnobody,5\n")
    again = done(admin, "email,balance\nada@example.org,5\nbob@example.org,5\n")
    assert {name: outcome for name, (outcome, _) in again.items()} == {
        "ada@example.org": "same",
        "bob@example.org": "made",
    }
    assert set(Balance.objects.values_list("credits", flat=True)) == {FIVE_USD}


def test_balances_of_others_are_added_to_or_set_when_that_is_chosen(
    admin: User, owner: User
) -> None:
    assert outcomes(admin, f"email,balance\n{owner.email},5\n") == [(2, "same", "")]
    done(admin, f"email,balance\n{owner.email},5\n", credits_for="add")
    done(admin, f"email,tokenCredits\n{owner.email},2000000\n", credits_for="add")
    assert Balance.objects.get(user=owner).credits == FIVE_USD + 2_000_000
    done(admin, f"email,balance\n{owner.email},1.5\n", credits_for="set")
    assert Balance.objects.get(user=owner).credits == 1_500_000


def test_who_is_there_is_changed_where_the_table_differs(admin: User, owner: User) -> None:
    role("editors")
    group("Red", owner)
    text = f"email,name,role,groups,active\n{owner.email},Owner Two,editors,Red|Blue,no\n"
    assert done(admin, text)[owner.email][0] == "changed"
    owner.refresh_from_db()
    assert (owner.name, owner.role, owner.is_active) == ("Owner Two", "editors", False)
    assert {one.name for one in owner.member_groups.all()} == {"Red", "Blue"}
    assert done(admin, text)[owner.email][0] == "same"


def test_the_password_of_somebody_who_is_there_stays(admin: User, owner: User) -> None:
    text = f"email,password\n{owner.email},another horse battery\n"
    assert done(admin, text)[owner.email][0] == "same"
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_password_of_the_table_signs_in_and_is_kept_nowhere(admin: User, client: Client) -> None:
    move_in = kept(admin, f"email,password\nada@example.org,{PASSWORD}\n")
    key = move_in.survey["file"]
    with default_storage.open(key) as stored:
        assert PASSWORD.encode() not in stored.read()
    assert PASSWORD not in str(MoveIn.objects.values())
    run(signed_in(admin), move_in)
    assert not default_storage.exists(key)
    answer = post_auth(client, "login", {"email": "ada@example.org", "password": PASSWORD})
    assert answer.status_code == 200


def test_an_invitation_gives_role_groups_and_balance_when_it_is_accepted(
    admin: User, client: Client
) -> None:
    text = "email,groups,balance\nada@example.org,Red,5\n"
    assert done(admin, text, newcomers="invite")["ada@example.org"][0] == "invited"
    assert not User.objects.filter(email="ada@example.org").exists()
    report = signed_in(admin).get(f"/admin/people/import/{newest().pk}/report.csv")
    link = report.content.decode().split(",")[-1].strip()
    body = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}
    answer = post_auth(client, "register", {**body, "confirm_password": PASSWORD, **query_of(link)})
    assert answer.status_code == 200
    ada = User.objects.get(email="ada@example.org")
    assert [one.name for one in ada.member_groups.all()] == ["Red"]
    assert Balance.objects.get(user=ada).credits == FIVE_USD
    assert done(admin, text, credits_for="add")["ada@example.org"][0] == "same"


def test_an_open_invitation_is_left_alone_and_keeps_its_link(admin: User) -> None:
    text = "email,groups,balance\nada@example.org,Red,5\n"
    done(admin, text, newcomers="invite")
    token = OneTimeToken.objects.get(purpose="invite").token_hash
    assert done(admin, text, newcomers="invite")["ada@example.org"][0] == "same"
    assert OneTimeToken.objects.get(purpose="invite").token_hash == token


def test_credits_of_an_invitation_are_promised_until_balances_are_on(
    admin: User, client: Client
) -> None:
    text = "email,balance\nada@example.org,5\n"
    done(admin, text, newcomers="invite")
    row = OneTimeToken.objects.get(purpose="invite")
    assert row.data["credits"] == FIVE_USD
    link = signed_in(admin).get(f"/admin/people/import/{newest().pk}/report.csv")
    query = query_of(link.content.decode().split(",")[-1].strip())
    body = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}
    with balances_on(enabled=False):
        answer = post_auth(client, "register", {**body, "confirm_password": PASSWORD, **query})
        ada = User.objects.get(email="ada@example.org")
        tab = f"/admin/accounts/user/{ada.pk}/tab/ledger/"
        assert "$5.00, given with their first balance" in text_of(signed_in(admin).get(tab))
        listed = text_of(signed_in(admin).get("/admin/accounts/user/"))
        assert "$5.00 promised" in listed
    assert answer.status_code == 200
    assert not Transaction.objects.exists()
    assert balance_get(ada) is not None
    assert purse(ada) == (FIVE_USD, 0, 0)
    assert trial_balance() == 0
    event = AuditEvent.objects.get(action="balance.added")
    assert (event.actor_id, event.target_id) == (admin.pk, ada.pk)
    assert event.metadata["reason"]
    assert "promised" not in text_of(signed_in(admin).get(tab))
    assert done(admin, text, credits_for="add")["ada@example.org"][0] == "same"
    assert purse(ada) == (FIVE_USD, 0, 0)


def test_who_gets_an_account_gets_a_link_that_sets_a_password(
    admin: User, settings: Settings, client: Client
) -> None:
    mail_on(settings)
    done(admin, "email\nada@example.org\n")
    [letter] = mails("account")
    assert "seven days" in letter.body
    link = next(line for line in str(letter.body).splitlines() if "reset-password" in line)
    query = query_of(link)
    body = {**query, "password": PASSWORD, "confirm_password": PASSWORD}
    assert post_auth(client, "resetPassword", body).status_code == 200
    assert User.objects.get(email="ada@example.org").check_password(PASSWORD)
    report = signed_in(admin).get(f"/admin/people/import/{newest().pk}/report.csv")
    assert "reset-password" not in report.content.decode()


def test_a_job_that_is_killed_goes_on_without_doing_a_row_twice(
    admin: User, settings: Settings
) -> None:
    lines = "".join(f"p{number}@example.org,Red,5\n" for number in range(60))
    move_in = kept(admin, "email,groups,balance\n" + lines)
    client = signed_in(admin)
    client.post(f"/admin/people/import/{move_in.pk}/run/")
    settings.FAILPOINTS = "people_import.write:raise"
    Worker(queues=("default",)).run_waiting()
    move_in.refresh_from_db()
    assert (move_in.cursor, User.objects.filter(email__startswith="p").count()) == (0, 0)
    settings.FAILPOINTS = ""
    page = client.get(f"/admin/people/import/{move_in.pk}/")
    assert page.context["can_go_on"]
    run(client, move_in)
    assert (move_in.state, move_in.cursor) == ("done", 60)
    assert User.objects.filter(email__startswith="p").count() == 60
    assert Transaction.objects.filter(context="admin").count() == 60


def test_who_lost_the_right_while_it_waits_imports_nobody(admin: User) -> None:
    keeper = person()
    grant(keeper, "access:admin", "manage:users")
    move_in = kept(keeper, "email\nada@example.org\n")
    signed_in(keeper).post(f"/admin/people/import/{move_in.pk}/run/")
    keeper.is_active = False
    keeper.save()
    Worker(queues=("default",)).run_waiting()
    move_in.refresh_from_db()
    assert move_in.state == "failed"
    assert "may not add people" in move_in.failure
    assert not User.objects.filter(email="ada@example.org").exists()


def test_a_file_that_is_refused_names_the_reason_and_keeps_nothing(admin: User) -> None:
    page = upload(signed_in(admin), b"PK\x03\x04rest of a workbook")
    assert "This is no CSV file." in page.content.decode()
    assert not MoveIn.objects.exists()


def test_without_password_reset_nobody_gets_a_link_that_would_not_work(
    admin: User, settings: Settings
) -> None:
    settings.ALLOW_PASSWORD_RESET = False
    [(_line, outcome, problem)] = outcomes(admin, "email\nada@example.org\n")
    assert outcome == "refused"
    assert problem.startswith("Nobody could set a password: password reset is off.")
