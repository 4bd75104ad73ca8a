"""What the bulk import refuses, row by row and as a whole; each time nothing is done."""

import pytest
from pytest_django import Settings

from accounts.access.capabilities import BASE
from accounts.models import Grant, Group, User
from librechat.kernel import yaml_config
from librechat.maintenance.people_import import reading
from librechat.maintenance.people_import.errors import PeopleFileError, PeopleFileTooLargeError
from librechat.maintenance.people_import.reading import sheet_read
from tests.factories.money import balances_on
from tests.factories.people import PASSWORD, person, role
from tests.factories.rights import grant, group
from tests.librechat.dashboard.tables import done, planned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _links_work(settings: Settings) -> None:
    settings.ALLOW_PASSWORD_RESET = True


@pytest.fixture
def keeper() -> User:
    """Return somebody who manages people and nothing else."""
    found = person("keeper@example.org")
    grant(found, "access:admin", "manage:users")
    return found


def problem_of(actor: User, text: str, **chosen: object) -> str:
    *_others, last = planned(actor, text, **chosen)
    assert (last.outcome == "refused") == bool(last.problem)
    return last.problem


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("nobody,,,,", "This is no e-mail address."),
        (f"{'a' * 250}@example.org,,,,", "This is no e-mail address."),
        ("a@example.org,x,,,", "Name: Must be 3 to 80 characters long"),
        ("a@example.org,,kings,,", "There is no role “kings”."),
        ("a@example.org,,,maybe,", "“active” is yes or no."),
        ("a@example.org,,,,short", "Password: Must be 8 to 128 characters long"),
        ("a@example.org,,,,,x", "There are more cells than headings."),
        (f"a@example.org,{'x' * 2_001},,,", "A cell is too long."),
        ("OWNER@example.org,,,,", ""),
        ("a@example.org,,pending,,", ""),
    ],
)
def test_a_row_is_refused_with_its_reason(admin: User, owner: User, row: str, problem: str) -> None:
    assert problem_of(admin, f"email,name,role,active,password\n{row}\n") == problem


@pytest.mark.parametrize(
    ("heading", "given", "amount", "problem"),
    [
        ("balance_usd", "5", 5_000_000, ""),
        ("Balance (USD)", "$2.50", 2_500_000, ""),
        ("balance", '"2,5"', 2_500_000, ""),
        ("balance", "700 credits", 700, ""),
        ("tokenCredits", "700", 700, ""),
        ("balance", "0", 0, ""),
        ("balance_usd", "0.0000001", 0, "The balance is a number"),
        ("balance_credits", "0.5", 0, "Credits are whole numbers."),
        ("balance", "-5", 0, "The balance is a number"),
        ("balance", '"1,000.00"', 0, "The balance is a number"),
        ("balance", "5000000", 0, "More than 10000 USD for one person"),
        ("balance", "NaN", 0, "The balance is a number"),
        ("balance", "\u0665", 0, "The balance is a number"),
    ],
)
def test_an_amount_says_what_it_is_in(
    admin: User, heading: str, given: str, amount: int, problem: str
) -> None:
    with balances_on():
        [step] = planned(admin, f"email,{heading}\na@example.org,{given}\n")
    assert (step.credits, step.problem.startswith(problem)) == (amount, True)
    assert bool(step.problem) == bool(problem)


def test_an_address_and_a_user_name_count_once(admin: User, owner: User) -> None:
    text = "email,username\na@example.org,\nA@example.org,\n"
    assert problem_of(admin, text) == "The address stands in line 2 already."
    text = "email,username\na@example.org,ann\nb@example.org,Ann\n"
    assert problem_of(admin, text) == "The user name stands in line 2 already."
    assert problem_of(admin, "email,username\na@example.org,owner\n") == (
        "The user name belongs to somebody else."
    )


def test_domains_that_are_not_accepted_are_refused(admin: User) -> None:
    with yaml_config.override({"registration": {"allowedDomains": ["example.org"]}}):
        problem = problem_of(admin, "email\na@elsewhere.example\n")
    assert problem == "Addresses of this domain are not accepted here."


def test_nobody_gives_a_role_or_a_group_that_may_do_more(keeper: User, owner: User) -> None:
    red = group("Red")
    Grant.objects.create(principal_type="group", principal_id=red.pk, capability="manage:roles")
    more = "brings capabilities that you do not have yourself."
    for person_or_newcomer in ("a@example.org", owner.email):
        given = f"email,role,groups\n{person_or_newcomer}"
        assert problem_of(keeper, f"{given},ADMIN,\n").endswith(more)
        assert problem_of(keeper, f"{given},,Red\n").endswith(more)
    assert not Group.objects.get(name="Red").members.exists()


def test_who_may_do_more_is_not_changed(keeper: User, admin: User, owner: User) -> None:
    grant(owner, "manage:roles")
    inside = person("inside@example.org")
    blue = group("Blue", inside)
    Grant.objects.create(principal_type="group", principal_id=blue.pk, capability="manage:roles")
    for above in (admin, owner, inside):
        problem = problem_of(keeper, f"email,name\n{above.email},Renamed\n")
        assert problem == "This person may do what you may not."


def test_groups_and_balances_need_capabilities_of_their_own(keeper: User) -> None:
    assert problem_of(keeper, "email,groups\na@example.org,Red\n") == (
        "There is no group “Red”, and you may not make groups."
    )
    with balances_on():
        problem = problem_of(keeper, "email,balance\na@example.org,5\n")
    assert problem == "You may not give credits: manage:billing is missing."
    grant(keeper, "manage:groups", "manage:billing")
    with balances_on():
        assert problem_of(keeper, "email,groups,balance\na@example.org,Red,5\n") == ""
    problem = problem_of(keeper, "email,groups\na@example.org,Red\n", makes_groups=False)
    assert problem == "There is no group “Red”."


def test_groups_that_cannot_be_meant_are_refused(admin: User) -> None:
    group("Staff", source="ldap", external_id="cn=staff")
    group("Twice")
    group("Twice")
    assert problem_of(admin, "email,groups\na@example.org,Staff\n") == (
        "The group “Staff” is kept by a directory."
    )
    assert problem_of(admin, "email,groups\na@example.org,Twice\n") == (
        "There are several groups “Twice”."
    )


def test_credits_are_refused_while_balances_are_off(admin: User) -> None:
    problem = problem_of(admin, "email,balance\na@example.org,5\n")
    assert problem.startswith("Balances are off: switch on balance.enabled first")


def test_the_last_administrator_and_oneself_stay(admin: User) -> None:
    other = person("other@example.org", role="ADMIN")
    assert problem_of(admin, f"email,role\n{admin.email},USER\n") == (
        "You cannot change your own role, or switch yourself off."
    )
    text = f"email,active\n{other.email},no\n"
    assert done(admin, text)[other.email][0] == "changed"
    assert done(admin, f"email,role\n{other.email},USER\n")[other.email][0] == "changed"
    assert User.objects.get(pk=admin.pk).role == "ADMIN"


def test_two_administrators_who_demote_each_other_leave_one(admin: User) -> None:
    last = person("last@example.org", role="ADMIN")
    role("helpers")
    helper = person("helper@example.org", role="helpers")
    grant(helper, *BASE)
    text = f"email,role\n{admin.email},USER\n{last.email},USER\n"
    assert [step.problem for step in planned(helper, text)] == ["", ""]
    found = done(helper, text)
    assert found[admin.email][0] == "changed"
    assert found[last.email] == (
        "refused",
        "This is the last administrator. Appoint another one first.",
    )


def test_who_is_invited_cannot_be_inactive(admin: User) -> None:
    problem = problem_of(admin, "email,active\na@example.org,no\n", newcomers="invite")
    assert problem.startswith("Who is invited is active.")
    text = f"email,active,password\na@example.org,no,{PASSWORD}\n"
    assert done(admin, text, newcomers="invite")["a@example.org"][0] == "made"
    assert not User.objects.get(email="a@example.org").is_active


@pytest.mark.parametrize(
    "raw",
    [
        b"email,name\na@example.org,Ada L\n",
        "\ufeffemail;name\r\na@example.org;Ada L\r\n".encode(),
        "Name\tE-Mail\tnote\nAda L\ta@example.org\tx\n".encode("utf-16"),
        "sep=;\nE-mail address;Full Name\na@example.org;Ada L\n".encode("utf-16-le"),
        "email;name\na@example.org;Ada L".encode("utf-16-be"),
        b'"email","name"\r"a@example.org","Ada L"\r',
    ],
)
def test_a_table_is_read_whatever_wrote_it(raw: bytes) -> None:
    [line] = sheet_read(raw).lines
    assert line.cells == {"email": "a@example.org", "name": "Ada L"}


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = 'sep=,\nemail,name\n\n"a@example.org","two\nlines"\nb@example.org,\n'
    assert [line.number for line in sheet_read(text.encode()).lines] == [4, 6]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"PK\x03\x04 workbook", "no CSV file"),
        (b"<html>", "no CSV file"),
        (b"name\nAda\n", "No column is called"),
        (b"email\n", "nobody in this file"),
        (b"email,mail\na,b\n", "mean the same: email"),
        (b"email,balance,credits\na,1,2\n", "mean the same: balance"),
        (b'email,name\na@example.org,"open\n', "Line 2 cannot be read"),
        (b"email\n\xff\xfe\xfa", "neither UTF-8 nor UTF-16"),
        (b"email,name\n" + b"a" * 300 + b"\0@example.org,x\n", "bytes that no text has"),
    ],
)
def test_what_is_no_table_of_people_is_refused(raw: bytes, words: str) -> None:
    with pytest.raises(PeopleFileError, match=words):
        sheet_read(raw)


def test_a_table_has_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PeopleFileTooLargeError, match="larger than 5 MB"):
        sheet_read(b"email\n" + b"x" * reading.MAX_BYTES)
    with pytest.raises(PeopleFileTooLargeError, match="more than 50 columns"):
        sheet_read(b"email" + b",x" * 50 + b"\na@example.org\n")
    rows = b"a@example.org\n" * reading.MAX_ROWS
    assert len(sheet_read(b"email\n" + rows).lines) == 10_000
    with pytest.raises(PeopleFileTooLargeError, match="more than 10000 rows"):
        sheet_read(b"email\n" + rows + b"b@example.org\n")


def test_a_cell_larger_than_the_reader_takes_is_a_sentence() -> None:
    with pytest.raises(PeopleFileError, match="Line 2 cannot be read"):
        sheet_read(b"email,name\na@example.org," + b"x" * 200_000 + b"\n")
