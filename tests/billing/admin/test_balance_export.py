"""Balances as a table."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, User
from billing.admin import balance_export
from billing.models import Balance
from librechat.kernel import clock
from tests.factories.people import person
from tests.factories.rights import grant, group
from tests.librechat.dashboard.tables import signed_in

pytestmark = pytest.mark.django_db

HERE = "/admin/billing/balance/"


@pytest.fixture
def desk(admin: User) -> Client:
    return signed_in(admin)


def export(desk: Client, *chosen: Balance, query: str = "") -> Any:
    names = [one.pk for one in chosen]
    return desk.post(f"{HERE}{query}", {"action": "export", "_selected_action": names})


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_what_is_chosen_is_in_the_table(desk: Client, owner: User, viewer: User) -> None:
    mine = Balance.objects.create(user=owner, credits=5_000_000, debt_credits=0)
    Balance.objects.create(user=viewer, credits=7)
    team = Balance.objects.create(group=group("=cmd|' /C calc'!A0"), credits=9, debt_credits=3)
    answer = export(desk, mine, team, query="?auto_refill_enabled__exact=0")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    first, second = rows_of(answer)
    assert (first["user__email"], first["credits"], first["group__name"]) == (
        owner.email,
        "5000000",
        "",
    )
    assert second["group__name"] == "'=cmd|' /C calc'!A0"
    assert (second["debt_credits"], second["spent_this_month"]) == ("3", "0")
    event = AuditEvent.objects.get(action="balances.exported")
    assert event.metadata == {"filter": "auto_refill_enabled__exact=0", "balances": 2}


def test_a_long_list_is_read_in_portions(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balance_export, "READ_AT_ONCE", 2)
    made = [Balance.objects.create(user=person(), credits=number) for number in range(5)]
    rows = rows_of(export(desk, *made))
    assert [row["credits"] for row in rows] == ["4", "3", "2", "1", "0"]


def test_who_may_only_look_may_take_it_away_with_a_fresh_proof(owner: User) -> None:
    mine = Balance.objects.create(user=owner, credits=1)
    reader = person()
    grant(reader, "access:admin", "read:billing")
    client = signed_in(reader)
    assert len(rows_of(export(client, mine))) == 1
    reader.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    assert "/settings/confirm" in export(client, mine)["Location"]
    assert AuditEvent.objects.filter(action="balances.exported").count() == 1
