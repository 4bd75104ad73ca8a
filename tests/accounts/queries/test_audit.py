"""Whether the audit record is whole, and parts of it as rows."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.limits.caller import Caller, Request, served
from accounts.models import AuditEvent, AuditHead, User
from accounts.queries.audit import audit_verify, cell, csv_rows, event_json
from accounts.services.audit import Act, Target, audit_record, event_hash
from tests.accounts.conftest import Together

pytestmark = pytest.mark.django_db

CALLER = Caller("192.0.2.7", "Firefox")


def act(number: int = 0, *, actor: User | None = None, target: Target | None = None) -> Act:
    metadata = {"number": number, "before": {"a": 1.5}, "after": {"a": [1, "ä"]}}
    return Act(
        category="account",
        action="thing.done",
        actor=actor,
        target=target or Target(),
        metadata=metadata,
    )


def change(statement: str, *values: str | int) -> None:
    """Do what the application cannot: write into the table behind its back."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def chain(owner: User) -> list[AuditEvent]:
    return [audit_record(replace(act(number, actor=owner), caller=CALLER)) for number in range(5)]


def verify_command() -> tuple[int, dict[str, object]]:
    out = StringIO()
    try:
        call_command("verify_audit", "--json", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_an_empty_record_is_whole() -> None:
    assert audit_verify().is_whole
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == "The audit record is whole: 0 events.\n"


def test_a_record_that_nobody_touched_is_whole(chain: list[AuditEvent]) -> None:
    assert [event.sequence for event in chain] == [1, 2, 3, 4, 5]
    assert audit_verify().checked == 5
    assert verify_command() == (
        0,
        {"checked": 5, "broken_at": None, "problem": "", "is_whole": True},
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "thing.undone"),
        ("actor_id", "somebody else"),
        ("outcome", "failure"),
        ("metadata", '{"number": 99}'),
        ("created_at", "2020-01-01 00:00:00+00:00"),
        ("address", "198.51.100.1"),
    ],
)
def test_a_changed_field_shows(chain: list[AuditEvent], column: str, value: str) -> None:
    change(f"UPDATE accounts_auditevent SET {column} = %s WHERE sequence = 3", value)
    check = audit_verify()
    assert (check.is_whole, check.broken_at, check.checked) == (False, 3, 2)
    assert check.problem == "The event was changed."


def test_a_changed_field_with_a_new_hash_shows_at_the_next_event(
    chain: list[AuditEvent],
) -> None:
    change("UPDATE accounts_auditevent SET action = 'thing.undone' WHERE sequence = 3")
    forged = event_hash(AuditEvent.objects.get(sequence=3))
    change("UPDATE accounts_auditevent SET hash = %s WHERE sequence = 3", forged)
    check = audit_verify()
    assert (check.broken_at, check.problem) == (4, "The event does not follow the one before it.")


def test_a_missing_event_shows(chain: list[AuditEvent]) -> None:
    change("DELETE FROM accounts_auditevent WHERE sequence = 2")
    check = audit_verify()
    assert (check.broken_at, check.problem) == (2, "Event 2 is missing.")
    code, printed = verify_command()
    assert (code, printed["broken_at"]) == (1, 2)


def test_a_missing_event_shows_also_when_the_rest_is_numbered_again(
    chain: list[AuditEvent],
) -> None:
    change("DELETE FROM accounts_auditevent WHERE sequence = 2")
    for number in (3, 4, 5):
        change(
            "UPDATE accounts_auditevent SET sequence = %s WHERE sequence = %s", number - 1, number
        )
    assert audit_verify().broken_at == 2


@pytest.mark.parametrize("kept", [0, 3])
def test_a_cut_off_end_shows(chain: list[AuditEvent], kept: int) -> None:
    change("DELETE FROM accounts_auditevent WHERE sequence > %s", kept)
    check = audit_verify()
    assert (check.broken_at, check.problem) == (kept + 1, "The end of the record is missing.")


def test_another_order_shows(chain: list[AuditEvent]) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        change("UPDATE accounts_auditevent SET sequence = %s WHERE sequence = %s", new, old)
    assert audit_verify().broken_at == 2


def test_a_forged_last_event_shows_by_the_head(chain: list[AuditEvent]) -> None:
    change("UPDATE accounts_auditevent SET action = 'thing.undone' WHERE sequence = 5")
    forged = event_hash(AuditEvent.objects.get(sequence=5))
    change("UPDATE accounts_auditevent SET hash = %s WHERE sequence = 5", forged)
    check = audit_verify()
    assert (check.broken_at, check.problem) == (
        5,
        "The head names another event as the last one.",
    )


def test_a_head_that_is_gone_shows(chain: list[AuditEvent]) -> None:
    AuditHead.objects.all().delete()
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_audit", stdout=out)
    assert end.value.code == 1
    assert "Broken at event 5" in out.getvalue()


def test_nothing_is_changed_or_taken_away_through_the_application(
    chain: list[AuditEvent],
) -> None:
    for attempt in (chain[0].delete, AuditEvent.objects.all().delete):
        with pytest.raises(TypeError):
            attempt()
    with pytest.raises(TypeError):
        AuditEvent.objects.update(action="x")
    assert audit_verify().checked == 5


def test_an_act_that_is_undone_leaves_no_trace_and_no_gap(chain: list[AuditEvent]) -> None:
    with transaction.atomic():
        audit_record(act())
        transaction.set_rollback(rollback=True)
    audit_record(act())
    assert audit_verify().checked == 6


def test_the_request_says_who_asked_and_who_acts_for_whom(admin: User) -> None:
    with served(Request(caller=CALLER, impersonator=admin.pk)):
        event = audit_record(act())
    assert (event.address, event.user_agent) == ("192.0.2.7", "Firefox")
    assert event.metadata["impersonator"] == admin.pk
    assert audit_verify().is_whole


def test_acts_of_many_threads_make_one_chain(together: Together) -> None:
    def some() -> None:
        for number in range(5):
            audit_record(act(number))

    together.run(*[some] * 6)
    check = audit_verify()
    assert (check.is_whole, check.checked) == (True, 30)


def test_rows_for_a_table_have_a_heading_and_run_no_formula(owner: User) -> None:
    name = "=HYPERLINK(1)"
    event = audit_record(act(target=Target("thing", "x", name)))
    heading, row = csv_rows(AuditEvent.objects.all())
    found = dict(zip(heading, row, strict=True))
    assert (found["sequence"], found["target_name"]) == ("1", f"'{name}")
    assert json.loads(found["metadata"])["number"] == 0
    assert event_json(event)["hash"] == event.hash
    assert cell("plain") == "plain"
