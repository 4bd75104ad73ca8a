"""What administrators did: on record, and shown side by side."""

import csv
from io import StringIO

import pytest
from django.test import Client

from accounts.admin.audit import differences
from accounts.models import (
    AuditEvent,
    User,
)
from accounts.services.bans import ban_add
from tests.accounts.admin.people_desk import PEOPLE, act
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db


def test_changes_on_the_page_of_a_person_are_on_record(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    body = {
        "email": owner.email,
        "name": "New name",
        "username": owner.username,
        "role": "USER",
        "is_active": "on",
        "email_verified": "on",
        "new_password": "another password!",
    }
    assert desk.post(f"{PEOPLE}{owner.pk}/change/", body).status_code == 302
    event = AuditEvent.objects.get(action="account.changed")
    assert event.metadata == {"before": {"name": "Owner"}, "after": {"name": "New name"}}
    assert AuditEvent.objects.get(action="password.changed").actor_id == admin.pk


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, []),
        (
            {"before": {"a": 1, "b": "x"}, "after": {"a": 1, "b": ["y"], "c": None}},
            [("b", "x", '["y"]')],
        ),
        (
            {"before": "USER", "after": "ADMIN", "why": "asked"},
            [
                ("", "USER", "ADMIN"),
                ("why", "", "asked"),
            ],
        ),
        ({"after": {"a": 1}}, [("", "", '{"a": 1}')]),
    ],
)
def test_what_changed_is_shown_side_by_side(
    facts: dict[str, object],
    shown: list[tuple[str, str, str]],
) -> None:
    assert differences(facts) == shown


class TestAudit:
    """The record in the admin."""

    def test_it_is_read_filtered_and_never_edited(self, desk: Client, owner: User) -> None:
        act(desk, "change_role", owner, role="ADMIN")
        path = "/admin/accounts/auditevent/"
        text = desk.get(f"{path}?category__exact=role&q={owner.email}").content.decode()
        assert text.count("field-action") == 1
        event = AuditEvent.objects.get(action="role.changed")
        page = desk.get(f"{path}{event.pk}/change/").content.decode()
        assert "<code>USER</code></td><td><code>ADMIN</code>" in page
        assert desk.get(f"{path}add/").status_code == 403
        assert desk.post(f"{path}{event.pk}/change/", {}).status_code == 403
        assert desk.post(f"{path}{event.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_the_page_shows_fields_that_differ_and_further_facts(
        self,
        desk: Client,
        owner: User,
    ) -> None:
        ban_add(user=owner, reason="<script>")
        event = AuditEvent.objects.get(action="ban.added")
        page = desk.get(f"/admin/accounts/auditevent/{event.pk}/change/").content.decode()
        assert "&lt;script&gt;" in page
        assert "<code><script>" not in page

    def test_it_is_verified_by_a_click(self, desk: Client) -> None:
        path = "/admin/accounts/auditevent/verify/"
        assert "The audit record is whole" in desk.get(path, follow=True).content.decode()
        row = AuditEvent.objects.latest("sequence")
        row.action = "forged"
        row.save()
        assert "Broken at event 1" in desk.get(path, follow=True).content.decode()

    def test_it_is_taken_away_as_shown(self, desk: Client, owner: User) -> None:
        act(desk, "change_role", owner, role="ADMIN")
        path = "/admin/accounts/auditevent/export"
        table = desk.get(f"{path}/csv/?category__exact=role")
        lines = list(csv.reader(StringIO(table.getvalue().decode())))
        assert [line[3] for line in lines] == ["action", "role.changed"]
        rows = desk.get(f"{path}/json/").getvalue().decode().splitlines()
        assert len(rows) == AuditEvent.objects.count()
        assert AuditEvent.objects.filter(action="audit.exported").count() == 2

    def test_it_is_for_administrators(self, client: Client, owner: User) -> None:
        client.post("/login", {"email": owner.email, "password": PASSWORD})
        for name in ("verify/", "export/csv/", ""):
            assert client.get(f"/admin/accounts/auditevent/{name}").status_code == 302
