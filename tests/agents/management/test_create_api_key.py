"""Access keys made at the console."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiKey, AuditEvent, User
from billing.models import Budget
from tests.factories.people import person, role
from tests.factories.rights import group

pytestmark = pytest.mark.django_db


@pytest.fixture
def programmer() -> User:
    role("programmers", REMOTE_AGENTS={"USE": True})
    return person("programmer@example.org", role="programmers")


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out, **options)
    return out.getvalue()


def test_a_key_is_made_with_all_it_may_be_given(programmer: User) -> None:
    team = group("Builders", programmer)
    told = json.loads(
        run(
            programmer.email.upper(),
            "--name=ci",
            "--team=Builders",
            "--models=gpt-*,claude-*",
            "--addresses=192.0.2.0/24",
            "--scopes=relay:chat",
            "--rpm=60",
            "--tpm=9000",
            "--parallel=2",
            "--expires=2999-01-31T00:00Z",
            "--budget=2.50/day",
            "--json",
        )
    )
    key = ApiKey.objects.get()
    assert told["key"].startswith(key.prefix)
    assert (key.user, key.group) == (programmer, team)
    assert key.allowed_models == ["gpt-*", "claude-*"]
    assert (key.requests_per_minute, key.tokens_per_minute, key.parallel_requests) == (60, 9000, 2)
    assert key.expires_at is not None
    rule = Budget.objects.get()
    assert (rule.scope_id, rule.limit, rule.period) == (key.pk, 2_500_000, "day")
    assert told["key"] not in str(list(AuditEvent.objects.values()))


def test_the_key_alone_is_printed(programmer: User) -> None:
    text = run(programmer.email, "--name=ci").strip()
    assert text.startswith("sk-")
    assert not Budget.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ("--team=Nobody",),
        ("--rpm=0",),
        ("--models=a[b",),
        ("--expires=soon",),
        ("--budget=much",),
        ("--budget=NaN",),
        ("--budget=0",),
        ("--budget=5/rolling",),
    ],
)
def test_what_makes_no_sense_makes_nothing(programmer: User, wrong: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(programmer.email, "--name=ci", *wrong)
    assert not ApiKey.objects.exists()


def test_somebody_unknown_or_without_the_permission_gets_none() -> None:
    for email in ("nobody@example.org", person().email):
        with pytest.raises(CommandError):
            run(email, "--name=ci")
    assert not ApiKey.objects.exists()
