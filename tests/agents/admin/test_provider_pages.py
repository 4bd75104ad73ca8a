"""What the pages about providers and models show."""

from collections.abc import Iterator
from html import unescape

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access.capabilities import ACCESS_ADMIN
from accounts.models import User
from agents.llm.endpoint import Endpoint
from agents.services.visibility import Place, visibility_set
from conversations.models import Generation, State
from librechat.dashboard.provider_facts import host_of, key_of, masked
from librechat.kernel import clock, yaml_config
from tests.factories.people import person
from tests.factories.rights import grant, group
from tests.factories.threads import conversation_make, generation_make, turn_make

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>"
HOUSE = {
    "name": "House",
    "apiKey": "sk-house-abcdef1234",
    "baseURL": "https://models.example.org:8443/secret/v1",
    "models": {"default": ["small", "large", "gpt-5"]},
    "tokenConfig": {"small": {"prompt": 1.5, "completion": 2.5, "context": 9000}},
}
OWN = HOUSE | {"name": "Own", "apiKey": "user_provided", "baseURL": "user_provided"}


@pytest.fixture(autouse=True)
def _endpoints(settings: LazySettings) -> Iterator[None]:
    settings.PROVIDER_VARIABLES = {"OPENAI_API_KEY": "sk-open-0123456789wxyz"}
    settings.ENDPOINTS = []
    with yaml_config.override({"endpoints": {"custom": [HOUSE, OWN]}}):
        yield


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def shown(client: Client, page: str = "", **query: str) -> str:
    answer = client.get(f"/admin/providers/{page}", query)
    assert answer.status_code == 200
    return unescape(" ".join(answer.content.decode().split()))


def signed_in(*capabilities: str) -> Client:
    somebody = person()
    grant(somebody, ACCESS_ADMIN, *capabilities)
    client = Client()
    client.force_login(somebody)
    return client


def test_every_endpoint_is_listed_with_its_key_masked(desk: Client) -> None:
    text = shown(desk)
    for part in ("…1234", "…wxyz", "by each person", "models.example.org:8443", "not tested"):
        assert part in text
    for secret in ("sk-house", "sk-open", "/secret/"):
        assert secret not in text
    assert 'href="/admin/providers/endpoint/?endpoint=House"' in text


def test_built_in_endpoints_that_are_not_there_say_what_is_missing(
    desk: Client,
    settings: LazySettings,
) -> None:
    assert "missing: set ANTHROPIC_API_KEY" in shown(desk)
    assert "missing: set OPENAI_API_KEY" not in shown(desk)
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = ["custom", "openAI"]
    text = shown(desk)
    assert "missing: set OPENAI_API_KEY" in text
    assert "left out by ENDPOINTS" in text


@pytest.mark.parametrize(
    ("key", "words"),
    [("short", "set"), ("sk-123456789abcd", "…abcd")],
)
def test_of_a_short_key_nothing_is_told(key: str, words: str) -> None:
    assert masked(key) == words


def test_each_deployment_s_host_and_key_is_told() -> None:
    bare = Endpoint(name="azureOpenAI", type="azureOpenAI", dialect="azure", order=0, label="Azure")
    one = Endpoint(
        name="a",
        type="a",
        dialect="azure",
        order=0,
        label="a",
        api_key="key-number-one-1111",
        options={"instance": "eu"},
    )
    two = Endpoint(
        name="b",
        type="b",
        dialect="azure",
        order=0,
        label="b",
        api_key="key-number-two-2222",
        base_url="https://gate.example.org/x",
    )
    whole = Endpoint(
        name=bare.name,
        type=bare.type,
        dialect="azure",
        order=0,
        label="Azure",
        by_model={"m": one, "n": two},
    )
    assert host_of(whole) == "eu.openai.azure.com, gate.example.org"
    assert key_of(whole) == "…1111, …2222"
    assert key_of(bare) == "none"


def test_what_runs_and_what_failed_is_counted(desk: Client, owner: User) -> None:
    for state, error in ((State.RUNNING, None), (State.FAILED, {"type": "x", "message": HOSTILE})):
        _question, answer = turn_make(conversation_make(owner))
        moment = clock.now() if error else None
        made = generation_make(answer, state, finished_at=moment, error=error)
        Generation.objects.filter(pk=made.pk).update(endpoint="House", model="small")
    text = shown(desk)
    assert "1 running" in text
    assert "of 1, 1 failed" in text
    page = desk.get("/admin/providers/endpoint/", {"endpoint": "House"}).content.decode()
    assert "&lt;script&gt;" in page
    assert HOSTILE not in page


def test_the_list_costs_as_many_queries_for_many_as_for_one(desk: Client, admin: User) -> None:
    shown(desk)
    with CaptureQueriesContext(connection) as few:
        shown(desk)
    many = [HOUSE | {"name": f"House {number}"} for number in range(20)]
    for number in range(20):
        place = Place(f"House {number}")
        visibility_set(place=place, roles=["USER"], groups=[group(f"G{number}").pk], actor=admin)
    with yaml_config.override({"endpoints": {"custom": many}}):
        shown(desk)
        with CaptureQueriesContext(connection) as more:
            shown(desk)
    assert len(more) <= len(few) + 1  # the groups' names


def test_an_endpoint_s_models_are_found_by_name(desk: Client) -> None:
    text = shown(desk, "endpoint/", endpoint="House", q="LAR")
    assert "model=large" in text
    assert "model=small" not in text


def test_a_model_s_page_says_what_is_known(desk: Client) -> None:
    text = shown(desk, "model/", endpoint="House", model="small")
    assert "9,000 tokens" in text
    assert "input 1.5" in text
    assert "the endpoint's own tokenConfig" in text
    assert 'href="/admin/billing/price/lookup/?model=small"' in text
    assert "Usage in 30 days" in text
    assert "provider=House" in text
    reasoning = shown(desk, "model/", endpoint="House", model="gpt-5")
    assert "400,000 tokens" in reasoning
    assert "128,000 tokens" in reasoning


def test_prices_and_usage_are_linked_for_who_may_read_them_only() -> None:
    text = shown(signed_in("read:system"), "model/", endpoint="House", model="small")
    for part in ("price/lookup", "Usage in 30 days", "Does somebody see it", '<form method="post"'):
        assert part not in text
    assert "Who may use it" in text


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"endpoint": "Nowhere"},
        {"endpoint": "House", "model": "none-of-them"},
    ],
)
def test_what_is_not_there_is_not_found(desk: Client, query: dict[str, str]) -> None:
    assert desk.get("/admin/providers/model/", query).status_code == 404


def test_a_model_that_left_the_list_can_still_be_opened_up(desk: Client, admin: User) -> None:
    visibility_set(place=Place("House", "gone"), roles=["ADMIN"], groups=[], actor=admin)
    assert "role ADMIN" in shown(desk, "model/", endpoint="House", model="gone")


def test_hostile_names_are_shown_inert(desk: Client) -> None:
    named = HOUSE | {"name": HOSTILE, "models": {"default": [HOSTILE]}}
    with yaml_config.override({"endpoints": {"custom": [named]}}):
        for page, query in (
            ("", {}),
            ("endpoint/", {"endpoint": HOSTILE}),
            ("model/", {"endpoint": HOSTILE, "model": HOSTILE}),
        ):
            answer = desk.get(f"/admin/providers/{page}", query)
            assert answer.status_code == 200
            assert HOSTILE not in answer.content.decode()


# --- Why -----------------------------------------------------------------------------------


def test_it_is_explained_for_somebody_typed(desk: Client, admin: User, owner: User) -> None:
    staff = group("Staff").pk
    visibility_set(place=Place("House"), roles=[], groups=[staff], actor=admin)
    text = shown(desk, "why/", endpoint="House", model="small", person=" OWNER@example.org ")
    assert "owner@example.org does not see House / small" in text
    assert "The endpoint is only for others." in text
    assert "group Staff" in text
    assert "Role: USER." in text
    assert "In no group." in text


def test_nobody_by_this_address_is_said(desk: Client) -> None:
    text = shown(desk, "why/", endpoint="House", person="nobody@example.org")
    assert "There is nobody with this address." in text


def test_who_may_not_read_people_gets_no_explanation(owner: User) -> None:
    client = signed_in("manage:system")
    query = {"endpoint": "House", "person": owner.email}
    assert client.get("/admin/providers/why/", query).status_code == 403
