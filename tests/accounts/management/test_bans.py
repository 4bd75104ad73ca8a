"""Banning by command."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Ban, User
from accounts.services.bans import ban_add

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_somebody_is_banned_for_some_minutes(owner: User) -> None:
    printed = run("ban_user", owner.email.upper(), "90", "--reason", "Rude")
    ban = Ban.objects.get()
    assert printed.startswith(f"{owner.email} is banned until ")
    assert ban.expires_at == ban.created_at + timedelta(minutes=90)
    assert (ban.user, ban.reason, ban.kind, ban.banned_by) == (owner, "Rude", "manual", None)


def test_the_answer_can_be_json_and_what_is_left_out_is_asked(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([owner.email, "5"])
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    printed = json.loads(run("ban_user", json=True))
    assert printed["email"] == owner.email
    assert printed["expiresAt"].endswith("Z")


@pytest.mark.parametrize("minutes", ["0", "-5", "many", "1.5", "99999999999"])
def test_minutes_that_are_none_ban_nobody(owner: User, minutes: str) -> None:
    with pytest.raises(CommandError, match="whole number above zero"):
        call_command("ban_user", owner.email, minutes=minutes)
    assert not Ban.objects.exists()


def test_the_last_administrator_and_unknown_people_are_refused(admin: User, owner: User) -> None:
    for email in (admin.email, "nobody@example.org"):
        with pytest.raises(CommandError):
            run("ban_user", email, "5")
    assert not Ban.objects.exists()


def test_bans_are_lifted(owner: User) -> None:
    assert run("unban_user", owner.email) == f"{owner.email} was not banned.\n"
    ban_add(user=owner)
    assert run("unban_user", owner.email) == f"{owner.email}: 1 lifted.\n"
    assert json.loads(run("unban_user", owner.email, "--json")) == {
        "email": owner.email,
        "lifted": 0,
    }
