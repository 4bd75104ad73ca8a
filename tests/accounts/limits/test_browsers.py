"""Telling programs from browsers."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Ban, User, Violation
from tests.factories.people import bearer

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
ACTIVE = "/api/agents/chat/active"


def ask(client: Client, user: User, program: str, path: str = ACTIVE) -> Any:
    return client.get(path, headers={**bearer(user), "User-Agent": program})


def test_programs_are_welcome_by_default(client: Client, owner: User) -> None:
    assert ask(client, owner, "curl/8.0").status_code == 200
    assert not Violation.objects.exists()


def test_where_the_check_is_on_only_browsers_pass_and_others_are_banned(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.NON_BROWSER_CHECK = settings.BAN_VIOLATIONS = True
    assert ask(client, owner, FIREFOX).status_code == 200
    assert ask(client, owner, "curl/8.0", "/api/user").status_code == 200
    answer = ask(client, owner, "curl/8.0")
    assert (answer.status_code, answer.json()) == (403, {"message": "Illegal request"})
    row = Violation.objects.get()
    assert (row.kind, row.score, row.detail) == ("non_browser", 20, {"program": "curl/8.0"})
    assert Ban.objects.get().user == owner
