"""Terms of access keys over the API: shown, changed, budgets, another key in the place of one."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey, AuthSession, User
from billing.models import Budget
from librechat.kernel import clock
from tests.factories.people import bearer, person, role
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db
URL = "/api/api-keys"
JSON = "application/json"


@pytest.fixture
def programmer() -> User:
    role("programmers", REMOTE_AGENTS={"USE": True})
    return person("programmer@example.org", role="programmers")


class Asking:
    """Asks the API as one person."""

    def __init__(self, user: User) -> None:
        self.client, self.headers = Client(), bearer(user)

    def __call__(self, method: str, path: str = "", **body: Any) -> Any:
        send = getattr(self.client, method)
        return send(f"{URL}{path}", body, content_type=JSON, headers=self.headers)


@pytest.fixture
def ask(programmer: User) -> Asking:
    return Asking(programmer)


def test_a_key_is_made_with_limits_and_a_budget(ask: Asking) -> None:
    answer = ask(
        "post",
        name="ci",
        allowedModels=["gpt-*"],
        allowedAddresses=["192.0.2.0/24"],
        requestsPerMinute=60,
        tokensPerMinute=1000,
        parallelRequests=2,
        contentDays=7,
        note="build",
        budget={"amount": 2.5, "period": "day"},
    ).json()
    assert answer["allowedModels"] == ["gpt-*"]
    assert (answer["requestsPerMinute"], answer["parallelRequests"]) == (60, 2)
    assert answer["budgets"] == [{"amount": 2.5, "period": "day"}]
    rule = Budget.objects.get()
    assert (rule.scope, rule.scope_id, rule.limit) == ("key", answer["id"], 2_500_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"requestsPerMinute": 0},
        {"allowedAddresses": ["here"]},
        {"allowedModels": "a\nb"},
        {"budget": 5},
        {"budget": {"amount": 0}},
        {"budget": {"amount": True}},
        {"budget": {"amount": 1, "period": "rolling"}},
    ],
)
def test_a_wrong_limit_makes_nothing(ask: Asking, wrong: dict[str, Any]) -> None:
    assert ask("post", name="ci", **wrong).status_code == 400
    assert not ApiKey.objects.exists()
    assert not Budget.objects.exists()


def test_a_change_leaves_what_it_does_not_name(ask: Asking) -> None:
    made = ask("post", name="ci", note="build", requestsPerMinute=60).json()
    changed = ask("patch", f"/{made['id']}", requestsPerMinute=None, name="nightly").json()
    assert (changed["name"], changed["note"], changed["requestsPerMinute"]) == (
        "nightly",
        "build",
        None,
    )
    assert ask("patch", f"/{made['id']}", contentDays=400).status_code == 400


def test_another_key_takes_its_place_with_its_budget(ask: Asking) -> None:
    made = ask("post", name="ci", budget={"amount": 1}).json()
    answer = ask("post", f"/{made['id']}/rotate", overlapHours=2)
    body = answer.json()
    assert answer.status_code == 201
    assert body["key"] != made["key"]
    assert body["budgets"] == [{"amount": 1.0, "period": "month"}]
    assert body["replaced"]["id"] == made["id"]
    assert body["replaced"]["expiresAt"] is not None
    assert ask("post", f"/{made['id']}/rotate", overlapHours=1000).status_code == 400


@pytest.mark.parametrize("act", ["patch", "rotate"])
def test_the_keys_of_others_do_not_exist(ask: Asking, act: str) -> None:
    made = ask("post", name="ci").json()
    stranger = Asking(person(role="programmers"))
    path = f"/{made['id']}"
    answer = stranger("patch", path) if act == "patch" else stranger("post", f"{path}/rotate")
    assert answer.status_code == 404
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("act", ["patch", "rotate"])
def test_a_change_needs_a_fresh_proof(ask: Asking, act: str) -> None:
    made = ask("post", name="ci").json()
    AuthSession.objects.update(proved_at=clock.now() - timedelta(minutes=6))
    path = f"/{made['id']}"
    answer = ask("patch", path, name="x") if act == "patch" else ask("post", f"{path}/rotate")
    assert answer.status_code == 403
    assert ApiKey.objects.get().name == "ci"


def test_a_key_for_a_team_needs_the_right(ask: Asking, programmer: User) -> None:
    team = group("Builders", programmer)
    assert ask("post", name="ci", teamId=team.pk).status_code == 403
    assert ask("post", name="ci", teamId="nothing").status_code == 404
    assert not ApiKey.objects.exists()
    grant(programmer, "manage:relay")
    assert ask("post", name="ci", teamId=team.pk).json()["teamId"] == team.pk
