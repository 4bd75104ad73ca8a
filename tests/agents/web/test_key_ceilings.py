"""What an administrator set on a key, on the pages, over the API and in the administration."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey, AuditEvent, User
from accounts.services.api_key_terms import KeyTerms
from accounts.services.api_keys import api_key_create, api_key_limit
from agents.services.relay_keys import Spending, key_budgets, relay_key_make
from billing.models import Budget
from librechat.kernel import clock
from tests.factories.people import PASSWORD, bearer, person, role

pytestmark = pytest.mark.django_db
KEYS = "/settings/keys"
API = "/api/api-keys"
ADMIN = "/admin/accounts/apikey/"
MOST = "An administrator allows this key at most 60 requests per minute."


@pytest.fixture
def programmer() -> User:
    role("programmers", REMOTE_AGENTS={"USE": True})
    return person("programmer@example.org", role="programmers")


@pytest.fixture
def key(programmer: User, admin: User) -> ApiKey:
    made, _text = api_key_create(user=programmer, name="ci")
    terms = KeyTerms(name="ci", requests_per_minute=60, allowed_models=["gpt-*"])
    return api_key_limit(key=made, terms=terms, actor=admin)


def seat(user: User) -> Client:
    client = Client()
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return client


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_page_tells_the_ceiling_and_refuses_more(key: ApiKey, programmer: User) -> None:
    page = seat(programmer)
    shown = words(page.get(f"{KEYS}/{key.pk}"))
    assert MOST in shown
    assert 'max="60"' in shown
    assert "these models: gpt-*." in shown
    sent = {"name": "ci", "requests_per_minute": "61", "allowed_models": "gpt-*"}
    refused = page.post(f"{KEYS}/{key.pk}", sent)
    assert refused.status_code == 422
    assert words(refused).count(MOST) == 2  # beside the field as a hint, and as what is wrong
    key.refresh_from_db()
    assert key.requests_per_minute == 60
    lower = sent | {"requests_per_minute": "6"}
    assert page.post(f"{KEYS}/{key.pk}", lower).status_code == 302
    key.refresh_from_db()
    assert key.requests_per_minute == 6


def test_the_page_of_a_key_without_ceilings_tells_none(programmer: User) -> None:
    made, _text = api_key_create(user=programmer, name="ci")
    assert "administrator" not in words(seat(programmer).get(f"{KEYS}/{made.pk}"))


@pytest.mark.parametrize(
    "more",
    [
        {"requestsPerMinute": 61},
        {"requestsPerMinute": None},
        {"allowedModels": []},
        {"ceilings": {}, "requestsPerMinute": 61},
    ],
)
def test_the_api_tells_the_ceilings_and_refuses_more(
    key: ApiKey, programmer: User, more: dict[str, Any]
) -> None:
    client, headers = Client(), bearer(programmer)
    shown = client.get(f"{API}/{key.pk}", headers=headers).json()
    assert shown["ceilings"] == {"requestsPerMinute": 60, "allowedModels": ["gpt-*"]}
    refused = client.patch(f"{API}/{key.pk}", more, "application/json", headers=headers)
    assert refused.status_code == 400
    assert "An administrator" in refused.json()["message"]
    key.refresh_from_db()
    assert (key.requests_per_minute, key.allowed_models) == (60, ["gpt-*"])
    assert key.ceilings == {"requests_per_minute": 60, "allowed_models": ["gpt-*"]}


def test_what_an_administrator_changes_in_the_administration_is_binding(
    programmer: User, admin: User
) -> None:
    end = clock.now().replace(microsecond=7) + timedelta(days=9)
    made, _text = api_key_create(user=programmer, name="ci", expires_at=end)
    desk = seat(admin)
    path = f"{ADMIN}{made.pk}/change/"
    assert "Nothing yet" in words(desk.get(path))
    lists = dict.fromkeys(("scopes", "allowed_models", "allowed_addresses"), "[]")
    given = {"name": "ci", "note": "", "content_days": "0", "requests_per_minute": "60", **lists}
    given |= {"expires_at_0": f"{end:%Y-%m-%d}", "expires_at_1": f"{end:%H:%M:%S}"}
    assert desk.post(path, given).status_code == 302
    assert MOST in words(desk.get(path))
    made.refresh_from_db()
    assert (made.ceilings, made.expires_at) == ({"requests_per_minute": 60}, end)
    assert "60 requests a minute" in words(desk.get(ADMIN))
    assert desk.post(path, given | {"requests_per_minute": ""}).status_code == 302
    made.refresh_from_db()
    assert (made.ceilings, made.requests_per_minute) == ({}, None)


def test_limits_that_owners_chose_are_made_binding_in_the_administration(
    programmer: User, admin: User
) -> None:
    terms = KeyTerms(name="ci", requests_per_minute=60)
    made, _text = relay_key_make(user=programmer, terms=terms, actor=programmer)
    asked = {"action": "hold", "_selected_action": [made.pk]}
    desk = seat(admin)
    assert "Bind the owners" in words(desk.post(ADMIN, asked))
    made.refresh_from_db()
    assert made.ceilings == {}
    desk.post(ADMIN, asked | {"confirmed": "1"})
    made.refresh_from_db()
    assert made.ceilings == {"requests_per_minute": 60}
    assert AuditEvent.objects.filter(action="key.held", target_id=made.pk).exists()


def test_another_key_in_its_place_has_the_same_budget(programmer: User) -> None:
    terms, spending = KeyTerms(name="ci"), Spending(5_000_000)
    made, _text = relay_key_make(user=programmer, terms=terms, spending=spending, actor=programmer)
    headers, path = bearer(programmer), f"{API}/{made.pk}/rotate"
    shown = Client().post(path, {"overlapHours": 1}, "application/json", headers=headers).json()
    assert Budget.objects.count() == 1
    assert shown["budgets"] == shown["replaced"]["budgets"] != []
    other = ApiKey.objects.get(pk=shown["id"])
    assert other.line == made.pk
    assert key_budgets([other, made]) == {
        other.pk: [Budget.objects.get()],
        made.pk: [Budget.objects.get()],
    }
    assert words(seat(programmer).get(KEYS)).count("5.00") >= 2


def test_a_new_key_of_a_bound_owner_is_bound_over_the_api_and_freed_in_the_administration(
    key: ApiKey, programmer: User, admin: User
) -> None:
    client, headers = Client(), bearer(programmer)
    refused = client.post(
        API, {"name": "x", "requestsPerMinute": 61}, "application/json", headers=headers
    )
    assert (refused.status_code, refused.json()["message"]) == (400, MOST)
    made = client.post(API, {"name": "x"}, "application/json", headers=headers).json()
    assert (made["requestsPerMinute"], made["allowedModels"]) == (60, ["gpt-*"])
    asked = {"action": "free", "_selected_action": [key.pk], "confirmed": "1"}
    seat(admin).post(ADMIN, asked)
    made = client.post(API, {"name": "y"}, "application/json", headers=headers).json()
    assert (made["requestsPerMinute"], made["allowedModels"]) == (None, [])
