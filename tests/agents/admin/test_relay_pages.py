"""Names, calls and keys of the relay in the administration."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.access.capabilities import ACCESS_ADMIN
from accounts.models import ApiKey, AuditEvent, AuthSession, User
from accounts.services.api_keys import api_key_create
from agents.models import CallStatus, RelayAlias, RelayCall, RelayContent
from librechat.kernel import clock, secrets, yaml_config
from tests.factories.people import PASSWORD, person
from tests.factories.rights import grant

pytestmark = pytest.mark.django_db
NAMES = "/admin/agents/relayalias/"
CALLS = "/admin/agents/relaycall/"
REASON = {"reason": "A customer asked what went wrong."}
HOUSE = {
    "name": "House",
    "apiKey": "sk-house",
    "baseURL": "https://models.example.org/v1",
    "models": {"default": ["m-1"], "fetch": False},
}


@pytest.fixture(autouse=True)
def _an_endpoint() -> Iterator[None]:
    with yaml_config.override({"endpoints": {"custom": [HOUSE]}}):
        yield


@pytest.fixture
def desk(admin: User) -> Client:
    client = Client()
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def fields(**given: Any) -> dict[str, Any]:
    row = {"endpoint": "House", "model": "m-1", "tier": "0", "weight": "1", "timeout_seconds": ""}
    row |= {name: given.pop(name) for name in list(given) if name in row}
    return {
        "name": "fast",
        "match": "exact",
        "description": "",
        "is_active": "on",
        "parameters": '{"temperature": 0.2}',
        "capabilities": "",
        "rates": "{}",
        "deployments-TOTAL_FORMS": "1",
        "deployments-INITIAL_FORMS": "0",
        **{f"deployments-0-{name}": value for name, value in row.items()},
        **given,
    }


def test_a_name_is_added_with_the_models_behind_it_and_removed(desk: Client) -> None:
    assert desk.post(f"{NAMES}add/", fields()).status_code == 302
    alias = RelayAlias.objects.get()
    assert alias.parameters == {"temperature": 0.2}
    assert [str(one) for one in alias.deployments.all()] == ["House/m-1"]
    assert AuditEvent.objects.filter(action="alias.added", target_id=alias.pk).exists()
    assert "House/m-1" in desk.get(NAMES).content.decode()
    desk.post(f"{NAMES}{alias.pk}/delete/", {"post": "yes"})
    assert not RelayAlias.objects.exists()
    assert AuditEvent.objects.filter(action="alias.removed").exists()


def test_a_change_replaces_the_models(desk: Client) -> None:
    desk.post(f"{NAMES}add/", fields())
    alias = RelayAlias.objects.get()
    row = alias.deployments.get()
    change = fields(name="faster", model="m-2") | {
        "deployments-INITIAL_FORMS": "1",
        "deployments-0-id": row.pk,
        "deployments-0-alias": alias.pk,
    }
    assert desk.post(f"{NAMES}{alias.pk}/change/", change).status_code == 302
    alias.refresh_from_db()
    assert alias.name == "faster"
    assert [one.model for one in alias.deployments.all()] == ["m-2"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"match": "regex", "name": "gpt-(("}, "no regular expression"),
        ({"match": "regex", "name": "(a+)+b"}, "repetition inside a repetition"),
        ({"parameters": "{"}, "no JSON"),
        ({"parameters": "[1]"}, "JSON object is wanted"),
        ({"rates": '{"input": "dear"}'}, "rates"),
        ({"endpoint": ""}, "This field is required"),
        ({"deployments-TOTAL_FORMS": "0"}, "at least one model"),
        ({"weight": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(
    desk: Client, wrong: dict[str, str], told: str
) -> None:
    answer = desk.post(f"{NAMES}add/", fields(**wrong))
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert not RelayAlias.objects.exists()


def test_a_name_is_tried(desk: Client) -> None:
    desk.post(f"{NAMES}add/", fields(match="prefix", name="our-", model="*"))

    def tried(name: str) -> str:
        page = desk.get(f"{NAMES}try/", {"name": name}).content.decode()
        return " ".join(page.split())

    assert "fits the alias our- (prefix)" in tried("our-m-1")
    assert "House, m-1: tier 0, weight 1" in tried("our-m-1")
    assert "it is the name of a model" in tried("m-1")
    assert "leads nowhere" in tried("nothing")


def test_names_are_switched_off_and_on(desk: Client) -> None:
    desk.post(f"{NAMES}add/", fields())
    alias = RelayAlias.objects.get()
    for action, is_active in (("switch_off", False), ("switch_on", True)):
        act = {"action": action, "_selected_action": [alias.pk], "confirmed": "yes"}
        desk.post(NAMES, act)
        alias.refresh_from_db()
        assert alias.is_active is is_active


def made_call(owner: User, *, content: bool = False) -> RelayCall:
    key, _text = ApiKey.objects.filter(user=owner).first(), ""
    call = RelayCall.objects.create(
        user_id=owner.pk,
        api_key_id=key.pk if key else "",
        route="/chat/completions",
        alias="fast",
        model="m-1",
        status=CallStatus.OK,
        credits=1_500_000,
    )
    if content:
        RelayContent.objects.create(
            call=call,
            request=secrets.encrypt("the question"),
            response=secrets.encrypt("the answer"),
            expires_at=clock.now() + timedelta(days=1),
        )
    return call


def test_calls_are_listed_without_what_was_said(desk: Client, admin: User) -> None:
    api_key_create(user=admin, name="ci")
    call = made_call(admin, content=True)
    page = desk.get(CALLS).content.decode()
    assert admin.email in page
    assert "$1.50" in page
    one = desk.get(f"{CALLS}{call.pk}/change/").content.decode()
    assert "the question" not in page + one
    assert desk.get(f"{CALLS}{call.pk}/content/").status_code == 403


def test_what_was_said_is_shown_with_a_reason_and_on_record(desk: Client, admin: User) -> None:
    grant(admin, "read:relay_content")
    path = f"{CALLS}{made_call(admin, content=True).pk}/content/"
    assert "the question" not in desk.get(path).content.decode()
    assert "the question" not in desk.post(path, {"reason": "so"}).content.decode()
    assert not AuditEvent.objects.filter(action="relay_content.read").exists()
    answer = desk.post(path, REASON)
    assert "the question" in answer.content.decode()
    assert "the answer" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert AuditEvent.objects.get(action="relay_content.read").metadata["reason"]
    assert desk.get(f"{CALLS}{made_call(admin).pk}/content/").status_code == 404


def test_what_was_said_needs_a_fresh_proof(desk: Client, admin: User) -> None:
    grant(admin, "read:relay_content")
    path = f"{CALLS}{made_call(admin, content=True).pk}/content/"
    AuthSession.objects.update(proved_at=clock.now() - timedelta(minutes=6))
    answer = desk.post(path, REASON, follow=True)
    assert "the question" not in answer.content.decode()
    assert not AuditEvent.objects.filter(action="relay_content.read").exists()


def test_who_only_looks_changes_no_name(client: Client) -> None:
    looker = person()
    grant(looker, ACCESS_ADMIN, "read:relay")
    client.force_login(looker)
    assert client.get(NAMES).status_code == 200
    assert client.get(f"{NAMES}try/", {"name": "x"}).status_code == 200
    assert client.post(f"{NAMES}add/", fields()).status_code == 403
    assert not RelayAlias.objects.exists()


def test_the_limits_of_a_key_are_changed_by_administrators(desk: Client, admin: User) -> None:
    key, _text = api_key_create(user=admin, name="ci")
    path = f"/admin/accounts/apikey/{key.pk}/change/"
    given = {
        "name": "ci",
        "note": "",
        "scopes": "[]",
        "allowed_models": '["gpt-*"]',
        "allowed_addresses": "[]",
        "requests_per_minute": "5",
        "content_days": "0",
    }
    assert desk.post(path, given).status_code == 302
    key.refresh_from_db()
    assert (key.requests_per_minute, key.allowed_models) == (5, ["gpt-*"])
    refused = desk.post(path, given | {"allowed_addresses": '["here"]'})
    assert "no network such as" in refused.content.decode()
    assert "A list is wanted" in desk.post(path, given | {"scopes": '"king"'}).content.decode()
    key.refresh_from_db()
    assert key.allowed_addresses == []
