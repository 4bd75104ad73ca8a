"""The page of who saw or took away whose data."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AuditEvent, DataAccess, User
from accounts.queries.data_access import ACCESSES
from accounts.services.audit import Act, Target, audit_record
from conversations.queries.readings import ACTION
from librechat.dashboard.exports import TAKEN
from librechat.kernel import clock
from tests.accounts.admin.people_desk import act
from tests.factories.people import person
from tests.factories.rights import grant
from tests.librechat.dashboard.tables import signed_in

pytestmark = pytest.mark.django_db

HERE = "/admin/accounts/dataaccess/"
WHY = "They asked for help"
# What is taken away and holds no data of people, or is taken by whose it is.
OTHERS = {"config.exported", "data.exported"}


def read(reader: User, owner: User, reason: str = WHY) -> AuditEvent:
    facts = {"conversation": "c1", "reason": reason}
    target = Target.person(owner)
    return audit_record(
        Act(category="x", action=ACTION, actor=reader, target=target, metadata=facts)
    )


def relay_read(reader: User, owner: User) -> AuditEvent:
    facts = {"reason": "A wrong answer", "owner": owner.pk}
    target = Target("relay_call", "0123", "gpt-4o")
    return audit_record(
        Act(
            category="key", action="relay_content.read", actor=reader, target=target, metadata=facts
        )
    )


def found(desk: Client, query: str = "") -> list[str]:
    return [row.pk for row in desk.get(f"{HERE}?{query}").context["cl"].result_list]


def test_reading_is_shown_with_who_whose_and_why(desk: Client, admin: User, owner: User) -> None:
    read(admin, owner)
    text = desk.get(HERE).content.decode()
    for shown in (admin.email, "read a conversation", owner.email, WHY, "conversation: c1"):
        assert shown in text


def test_whose_call_was_read_is_told_by_address(desk: Client, admin: User, owner: User) -> None:
    event = relay_read(admin, owner)
    text = desk.get(HERE).content.decode()
    assert owner.email in text
    assert "relay_call: gpt-4o" in text
    assert owner.email in desk.get(f"{HERE}{event.pk}/change/").content.decode()


def test_what_is_no_access_to_data_is_left_out(desk: Client, admin: User) -> None:
    event = audit_record(Act(category="role", action="role.changed", actor=admin))
    assert found(desk) == []
    assert desk.get(f"{HERE}{event.pk}/change/").status_code == 302


def test_acting_as_somebody_and_taking_lists_away_are_there(desk: Client, owner: User) -> None:
    act(desk, "act_as", owner, reason=WHY)
    assert DataAccess.objects.filter(action="impersonation.started").count() == 1
    assert set(TAKEN) - set(ACCESSES) == OTHERS


def test_the_list_is_filtered_and_searched(desk: Client, admin: User, owner: User) -> None:
    other = person()
    first, second = read(admin, owner), relay_read(other, owner)
    third = audit_record(Act(category="account", action="account.exported", actor=admin))
    assert found(desk) == [third.pk, second.pk, first.pk]
    assert found(desk, "kind=read") == [second.pk, first.pk]
    assert found(desk, "kind=lists") == [third.pk]
    assert found(desk, "kind=nonsense") == [third.pk, second.pk, first.pk]
    assert found(desk, f"q={other.email}") == [second.pk]
    assert found(desk, f"q={owner.email}") == [first.pk]
    assert found(desk, f"q={owner.pk}") == [second.pk, first.pk]
    assert found(desk, "q=wrong") == [second.pk]
    assert found(desk, "q=help") == [first.pk]


def test_what_the_list_shows_is_taken_away_as_a_table(
    desk: Client, admin: User, owner: User
) -> None:
    read(admin, owner, reason='=HYPERLINK("http://evil.example")')
    relay_read(admin, owner)
    answer = desk.get(f"{HERE}export/?kind=read")
    assert "data-access-" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["action"] for row in rows] == ["relay_content.read", ACTION]
    assert [row["owner"] for row in rows] == [owner.email, owner.email]
    assert rows[1]["reason"] == '\'=HYPERLINK("http://evil.example")'
    event = AuditEvent.objects.get(action="data_access.exported")
    assert (event.actor_id, event.metadata) == (admin.pk, {"filter": "kind=read"})
    assert event.pk in found(desk)


def test_the_table_wants_the_capability_and_a_fresh_proof(desk: Client, admin: User) -> None:
    reader = person()
    grant(reader, "access:admin", "manage:users")
    assert signed_in(reader).get(f"{HERE}export/").status_code == 403
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    assert "/settings/confirm" in desk.get(f"{HERE}export/")["Location"]
    assert not AuditEvent.objects.filter(action="data_access.exported").exists()
