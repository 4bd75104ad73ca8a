"""The page about retention: rules in force, what is over its time, removing it."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEvent, OneTimeToken, User
from librechat.dashboard.retention import KINDS
from librechat.kernel import clock, yaml_config
from librechat.kernel.jobs.worker import Worker
from librechat.maintenance import pruning
from tests.factories.people import person
from tests.factories.rights import grant
from tests.librechat.dashboard.tables import signed_in

pytestmark = pytest.mark.django_db

HERE = "/admin/retention/"


@pytest.fixture
def desk(admin: User) -> Client:
    return signed_in(admin)


def over_its_time() -> None:
    OneTimeToken.objects.create(
        purpose="invite",
        email="a@example.org",
        token_hash="x",
        expires_at=clock.now() - timedelta(days=31),
    )


def test_the_rules_are_those_in_force(desk: Client, settings: Settings) -> None:
    settings.TRASH_DAYS = 11
    settings.ACCOUNT_DELETION_GRACE_DAYS = 0
    interface = {"temporaryChatRetention": 5, "retentionMode": "all", "generalChatRetention": 48}
    with yaml_config.override({"interface": interface}):
        rules = {rule.what: (rule.kept, rule.source) for rule in desk.get(HERE).context["rules"]}
    assert rules["The bin"] == ("11 days", "TRASH_DAYS")
    assert rules["Closed accounts"][0] == "deleted at once"
    assert rules["Temporary chats"][0] == "5 hours"
    assert rules["Other chats"][0] == "2 days"
    assert rules["The audit record"][0].startswith("for good")
    untouched = {rule.what: rule.kept for rule in desk.get(HERE).context["rules"]}
    assert untouched["Temporary chats"] == "30 days"
    assert untouched["Other chats"] == "until they are deleted"


def test_the_preview_counts_and_removes_nothing(desk: Client) -> None:
    over_its_time()
    page = desk.get(HERE)
    counts = {str(name): count for name, count, _held in page.context["preview"]}
    assert counts["Ended sign-ins and used links"] == 1
    assert page.context["total"] == sum(counts.values())
    assert OneTimeToken.objects.count() == 1


def test_what_is_over_its_time_is_removed_by_a_job_and_told(desk: Client, admin: User) -> None:
    over_its_time()
    assert desk.post(f"{HERE}run/").status_code == 302
    assert OneTimeToken.objects.count() == 1
    assert "is being removed already" in desk.post(f"{HERE}run/", follow=True).content.decode()
    Worker(queues=("default",)).run_waiting()
    assert not OneTimeToken.objects.exists()
    text = desk.get(HERE).content.decode()
    assert "Ended sign-ins and used links: 1" in text
    event = AuditEvent.objects.get(action="retention.run")
    assert event.actor_id == admin.pk
    assert event.metadata["counts"]["ended sign-ins and used links"] == 1


def test_removing_wants_the_capability_and_a_fresh_proof(desk: Client, admin: User) -> None:
    over_its_time()
    reader = person()
    grant(reader, "access:admin", "read:system")
    client = signed_in(reader)
    assert client.get(HERE).status_code == 200
    assert 'action="/admin/retention/run/"' not in client.get(HERE).content.decode()
    assert client.post(f"{HERE}run/").status_code == 403
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    assert "/settings/confirm" in desk.post(f"{HERE}run/")["Location"]
    Worker(queues=("default",)).run_waiting()
    assert OneTimeToken.objects.count() == 1


def test_every_kind_that_is_removed_has_words() -> None:
    assert {kind.name for kind in pruning.KINDS} == set(KINDS)
