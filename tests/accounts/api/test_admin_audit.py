"""The audit record over the API."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.limits.caller import Caller
from accounts.models import AuditEvent, User
from accounts.queries import audit_search
from accounts.services.audit import Act, Target, audit_record
from tests.factories.people import bearer
from tests.factories.rights import grant

pytestmark = pytest.mark.django_db

LOG = "/api/admin/audit-log"


@pytest.fixture
def reader(owner: User) -> User:
    grant(owner, "access:admin", "read:audit_log")
    return owner


@pytest.fixture
def events(clock_at: Callable[[datetime], None], viewer: User) -> list[AuditEvent]:
    made = []
    for day in (1, 2, 3):
        clock_at(datetime(2026, 5, day, 12, tzinfo=UTC))
        made.append(
            audit_record(
                Act(
                    category="grant" if day < 3 else "role",
                    action=f"thing.done{day}",
                    severity="warning" if day == 2 else "info",
                    actor=viewer if day == 1 else None,
                    target=Target("user", f"id{day}", f"=name{day}"),
                    metadata={"capability": f"read:{day}"},
                    caller=Caller("192.0.2.1", "Browser"),
                ),
            ),
        )
    clock_at(datetime(2026, 5, 4, tzinfo=UTC))
    return made


def test_events_are_listed_newest_first(
    client: Client,
    reader: User,
    events: list[AuditEvent],
) -> None:
    headers = bearer(reader)
    body = client.get(f"{LOG}?category=grant&limit=1", headers=headers).json()
    assert (body["total"], body["limit"], body["offset"]) == (2, 1, 0)
    assert body["nextCursor"] == events[1].sequence
    rest = client.get(
        f"{LOG}?category=grant&limit=1&cursor={body['nextCursor']}",
        headers=headers,
    ).json()
    assert rest["nextCursor"] is None
    assert rest["entries"] == [
        {
            "id": events[0].pk,
            "timestamp": "2026-05-01T12:00:00.000Z",
            "category": "grant",
            "action": "thing.done1",
            "outcome": "success",
            "severity": "info",
            "actor": {
                "type": "user",
                "id": events[0].actor_id,
                "name": "viewer@example.org",
            },
            "target": {"type": "user", "id": "id1", "name": "=name1"},
            "metadata": {"capability": "read:1"},
            "context": {
                "requestId": events[0].request_id or None,
                "ip": "192.0.2.1",
                "userAgent": "Browser",
            },
            "integrity": {
                "seq": events[0].sequence,
                "prevHash": events[0].previous_hash,
                "hash": events[0].hash,
            },
        },
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("action=thing.done1&action=thing.done3", [3, 1]),
        ("severity=warning", [2]),
        ("actorType=user&category=grant", [1]),
        ("actorQuery=viewer", [1]),
        ("targetQuery=id2", [2]),
        ("targetType=planet", []),
        ("search=name3", [3]),
        ("capability=read:2", [2]),
        ("from=2026-05-02&to=2026-05-02", [2]),
        ("from=2026-05-02T12:00:00Z&to=2026-05-03", [3, 2]),
        ("to=2026-05-01T11:59:59%2B00:00", []),
        ("offset=1&category=grant", [1]),
        ("cursor=x&outcome=failure", []),
    ],
)
def test_events_are_filtered(
    client: Client,
    reader: User,
    events: list[AuditEvent],
    query: str,
    found: list[int],
) -> None:
    rows = client.get(f"{LOG}?{query}", headers=bearer(reader)).json()["entries"]
    shown = [row["action"] for row in rows if row["action"].startswith("thing.")]
    assert shown == [f"thing.done{day}" for day in found]


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-02-31",
        "to=2026-05-01T12:00:00",
        "from=2026-05-03&to=2026-05-01",
    ],
)
def test_a_period_that_cannot_be_read_is_refused(client: Client, reader: User, query: str) -> None:
    assert client.get(f"{LOG}?{query}", headers=bearer(reader)).status_code == 400


def test_one_event_is_shown(client: Client, reader: User, events: list[AuditEvent]) -> None:
    headers = bearer(reader)
    body = client.get(f"{LOG}/{events[1].pk}", headers=headers).json()
    assert body["entry"]["action"] == "thing.done2"
    assert client.get(f"{LOG}/nothing", headers=headers).status_code == 404


def test_the_record_is_verified(client: Client, reader: User, events: list[AuditEvent]) -> None:
    headers = bearer(reader)
    whole = client.get(f"{LOG}/verify", headers=headers).json()
    assert (whole["valid"], whole["brokenAt"], whole["reason"]) == (True, None, None)
    assert whole["checked"] == AuditEvent.objects.count()
    super(type(AuditEvent.objects.all()), AuditEvent.objects.filter(pk=events[1].pk)).update(
        action="thing.undone",
    )
    broken = client.get(f"{LOG}/verify", headers=headers).json()
    assert (broken["valid"], broken["brokenAt"]) == (False, events[1].sequence)
    assert broken["reason"]


def test_an_export_runs_no_formula_and_says_when_it_is_cut_off(
    client: Client,
    reader: User,
    events: list[AuditEvent],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = bearer(reader)

    def rows() -> list[list[str]]:
        answer = client.get(f"{LOG}/export.csv?targetQuery=name", headers=headers)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["Content-Disposition"] == 'attachment; filename="audit-log-2026-05-04.csv"'
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    heading, *shown = rows()
    assert len(shown) == 3
    assert shown[0][heading.index("target_name")] == "'=name3"
    monkeypatch.setattr(audit_search, "MAX_EXPORTED", 2)
    cut = rows()
    assert len(cut) == 4
    assert cut[-1][0].startswith("# TRUNCATED")


def test_who_takes_the_record_away_is_on_record(
    client: Client, reader: User, events: list[AuditEvent]
) -> None:
    client.get(f"{LOG}/export.csv?severity=warning", headers=bearer(reader))
    event = AuditEvent.objects.get(action="audit.exported")
    assert event.actor_id == reader.pk
    assert event.metadata == {"filter": "severity=warning", "format": "csv"}
