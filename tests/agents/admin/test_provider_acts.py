"""Testing a provider, asking for its list anew, restricting: from the administration's pages."""

import json
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.access.capabilities import ACCESS_ADMIN
from accounts.models import AuditEvent, User
from agents.llm import available
from agents.llm.health import health_known
from agents.models import ModelVisibility
from librechat.kernel import clock, yaml_config
from tests.factories.people import PASSWORD, person
from tests.factories.rights import grant, group
from tests.fakes.provider import FakeProvider, Script, refuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _an_endpoint(settings: LazySettings, provider: FakeProvider) -> Iterator[None]:
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = []
    provider.models = ["a", "b"]
    block = {
        "name": "House",
        "apiKey": "sk-house-abcdef1234",
        "baseURL": f"{provider.url}/v1",
        "models": {"default": ["a"], "fetch": True},
    }
    with yaml_config.override({"endpoints": {"custom": [block]}}):
        yield


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def post(client: Client, page: str, **fields: Any) -> str:
    """Post and return what the page that follows says."""
    answer = client.post(f"/admin/providers/{page}/", {"endpoint": "House", **fields}, follow=True)
    assert answer.status_code == 200
    return unescape(" ".join(answer.content.decode().split()))


def test_a_provider_is_tested_with_one_token_of_a_model(
    desk: Client,
    provider: FakeProvider,
) -> None:
    text = post(desk, "test", model="echo")
    assert "echo answered; first byte after" in text
    assert "Whole answer" in text
    assert health_known(["House"])["House"].model == "echo"
    assert [one.path for one in provider.requests] == ["/v1/models", "/v1/chat/completions"]
    assert AuditEvent.objects.filter(action="provider.tested").count() == 1


def test_a_refused_test_says_why(desk: Client, provider: FakeProvider) -> None:
    provider.script("echo", refuses(401))
    text = post(desk, "test", model="echo")
    assert "House: It did not accept the key." in text
    assert "refused" in text


def test_a_test_from_a_model_s_page_leads_back_there(desk: Client) -> None:
    post(desk, "refresh")
    body = {"endpoint": "House", "model": "a", "from_model": "1"}
    answer = desk.post("/admin/providers/test/", body)
    page = answer.headers["Location"]
    assert page == "/admin/providers/model/?endpoint=House&model=a"
    assert "Nobody has tested it" not in desk.get(page).content.decode()
    assert "Nobody has tested it" in desk.get(page.replace("model=a", "model=b")).content.decode()


def test_too_many_tests_are_refused(desk: Client, provider: FakeProvider) -> None:
    body = {"endpoint": "House"}
    codes = [desk.post("/admin/providers/refresh/", body).status_code for _ in range(20)]
    assert set(codes) == {302}
    before = len(provider.requests)
    assert desk.post("/admin/providers/refresh/", body).status_code == 429
    assert desk.post("/admin/providers/test/", body).status_code == 429
    assert len(provider.requests) == before


def test_a_refreshed_list_shows_what_came_and_went(
    desk: Client,
    provider: FakeProvider,
    owner: User,
) -> None:
    assert available.models_for(owner) == {"House": ["a", "b"]}
    provider.models = ["b", "c"]
    text = post(desk, "refresh")
    assert "Added: c." in text
    assert "Gone: a." in text
    assert available.models_for(owner) == {"House": ["b", "c"]}
    assert "Nothing changed." in post(desk, "refresh")


def test_a_failed_refresh_keeps_the_list(
    desk: Client,
    provider: FakeProvider,
    owner: User,
) -> None:
    assert available.models_for(owner) == {"House": ["a", "b"]}
    provider.models = []
    assert "so the last one stays" in post(desk, "refresh")
    assert available.models_for(owner) == {"House": ["a", "b"]}


# --- Who may use it ------------------------------------------------------------------------


def test_a_model_is_restricted_to_a_group_and_opened_again(
    desk: Client,
    owner: User,
    stranger: User,
) -> None:
    staff = group("Staff", owner).pk
    text = post(desk, "visibility", model="b", groups=[staff])
    assert "only those you named see House / b" in text
    assert "group Staff" in text
    assert available.models_for(owner) == {"House": ["a", "b"]}
    assert available.models_for(stranger) == {"House": ["a"]}
    assert "everybody sees House / b" in post(desk, "visibility", model="b")
    assert available.models_for(stranger) == {"House": ["a", "b"]}
    assert AuditEvent.objects.filter(action="model_visibility.changed").count() == 2


def test_an_endpoint_is_restricted_to_a_role_and_a_group_typed(desk: Client, owner: User) -> None:
    group("Staff", owner)
    post(desk, "visibility", roles=["ADMIN"], another="Staff")
    rows = ModelVisibility.objects.values_list("endpoint", "model", "principal_type")
    assert list(rows) == [("House", "", "group"), ("House", "", "role")]


def test_restricting_wants_a_fresh_proof_and_comes_back_to_its_page(
    desk: Client, admin: User
) -> None:
    admin.auth_sessions.update(proved_at=clock.now() - timedelta(minutes=6))
    answer = desk.post(
        "/admin/providers/visibility/",
        {"endpoint": "House", "roles": ["ADMIN"]},
        headers={"Referer": "http://testserver/admin/providers/endpoint/?endpoint=House"},
    )
    back = quote("/admin/providers/endpoint/?endpoint=House", safe="")
    assert answer["Location"] == f"/settings/confirm?next={back}"
    assert not ModelVisibility.objects.exists()
    assert not AuditEvent.objects.filter(action="model_visibility.changed").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"another": "Nobody's"}, "There is no group by this name."),
        ({"roles": ["Inventors"]}, "Select a valid choice."),
        ({"groups": ["0" * 24]}, "Select a valid choice."),
    ],
)
def test_a_form_that_names_nobody_changes_nothing(
    desk: Client,
    fields: dict[str, Any],
    words: str,
) -> None:
    assert words in post(desk, "visibility", **fields)
    assert not ModelVisibility.objects.exists()


def test_what_does_not_exist_is_not_found(desk: Client) -> None:
    for page in ("test", "refresh", "visibility"):
        answer = desk.post(f"/admin/providers/{page}/", {"endpoint": "Nowhere"})
        assert answer.status_code == 404
    assert not ModelVisibility.objects.exists()


def test_who_may_only_look_can_do_nothing(provider: FakeProvider) -> None:
    looker = person()
    grant(looker, ACCESS_ADMIN, "read:system")
    client = Client()
    client.force_login(looker)
    for page in ("test", "refresh", "visibility"):
        body = {"endpoint": "House", "roles": ["USER"]}
        assert client.post(f"/admin/providers/{page}/", body).status_code == 403
    assert provider.requests == []
    assert not ModelVisibility.objects.exists()


def test_a_list_asked_for_anew_fills_the_model_s_page(desk: Client, provider: FakeProvider) -> None:
    page = {"endpoint": "House", "model": "a"}
    address = "/admin/providers/model/"
    post(desk, "refresh")
    before = unescape(desk.get(address, page).content.decode())
    assert "32,000 tokens (a guess, as nothing is known)" in before
    assert "not told by the name; the provider decides" in before
    line = {
        "id": "a",
        "context_length": 9000,
        "top_provider": {"max_completion_tokens": 700},
        "architecture": {"input_modalities": ["text", "image"]},
        "supported_parameters": ["reasoning"],
    }
    body = json.dumps({"data": [line, {"id": "b"}]}).encode()
    provider.script("models", Script(body=body, content_type="application/json"))
    assert "The list has 2 models." in post(desk, "refresh")
    after = unescape(" ".join(desk.get(address, page).content.decode().split()))
    for part in (
        "9,000 tokens (from the provider's list)",
        "700 tokens (from the provider's list)",
        "<dt>Reasoning</dt> <dd> yes </dd>",
        "<dt>Images</dt> <dd> yes </dd>",
        "<dt>PDF documents</dt> <dd> not known </dd>",
        "<dt>Tools</dt> <dd> no </dd>",
        "<dt>Answers by a schema</dt> <dd> no </dd>",
    ):
        assert part in after
    listed = desk.get("/admin/providers/endpoint/", {"endpoint": "House"}).content.decode()
    assert "9,000" in listed
    provider.script("models", refuses(500))
    post(desk, "refresh")
    assert "9,000 tokens" in desk.get(address, page).content.decode()
