"""Endpoints that differ by role, group or person."""

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access.overrides import effective
from accounts.models import PrincipalType, User
from accounts.services.overrides import For, override_delete
from agents import errors
from agents.config import EndpointsConfig
from agents.llm import available
from agents.visibility import sight_of
from librechat.kernel import yaml_config
from tests.agents.overriding import ELSEWHERE, FILE, HOUSE, names, put
from tests.factories.people import bearer
from tests.factories.rights import group
from tests.fakes.provider import FakeProvider

pytestmark = pytest.mark.django_db
PATHS = ("/api/endpoints", "/api/models", "/api/endpoints/token-config")


@pytest.fixture(autouse=True)
def _nothing_configured(settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = []


def test_a_role_sees_an_endpoint_of_its_own_and_others_do_not(owner: User, admin: User) -> None:
    with yaml_config.override(FILE):
        row = put(admin, {"custom": [ELSEWHERE | {"name": "Extra", "models": {"default": ["m"]}}]})
        assert names(owner) == ["House", "Extra"]
        assert available.models_for(owner) == {"House": ["small"], "Extra": ["m"]}
        assert [one.endpoint for one in available.picker_for(owner)] == ["House", "Extra"]
        assert available.resolve(owner, "Extra", "m").connection.api_key == "sk-theirs"
        assert names(admin) == ["House"]
        with pytest.raises(errors.UnknownEndpointError):
            available.resolve(admin, "Extra", "m")
        with pytest.raises(errors.UnknownEndpointError):
            available.check_offered(admin, "Extra")
        override_delete(row=row, actor=admin)
        assert names(owner) == ["House"]


def test_clients_are_told_of_the_endpoints_that_are_for_them(
    client: Client,
    owner: User,
    admin: User,
) -> None:
    block = ELSEWHERE | {"name": "Extra", "models": {"default": ["m"]}, "modelDisplayLabel": "X"}
    with yaml_config.override(FILE):
        put(admin, {"custom": [block, {"name": "House", "hidden": True}]})
        mine = [client.get(path, headers=bearer(owner)).json() for path in PATHS]
        theirs = [client.get(path, headers=bearer(admin)).json() for path in PATHS]
    assert [list(found) for found in mine] == [["Extra"], ["Extra"], ["Extra"]]
    assert [list(found) for found in theirs] == [["House"], ["House"], ["House"]]
    assert mine[0]["Extra"]["modelDisplayLabel"] == "X"
    assert "sk-theirs" not in str(mine)


def test_a_hidden_endpoint_of_the_file_is_shown_to_a_group(
    owner: User,
    stranger: User,
    admin: User,
) -> None:
    staff = For(PrincipalType.GROUP, group("Staff", owner).pk)
    with yaml_config.override({"endpoints": {"custom": [HOUSE | {"hidden": True}]}}):
        assert names(owner) == []
        row = put(admin, {"custom": [{"name": "House", "hidden": False}]}, staff)
        found = available.resolve(owner, "House", "small").connection
        assert (found.api_key, found.is_trusted) == ("sk-operator", True)
        assert names(stranger) == []
        with pytest.raises(errors.UnknownEndpointError):
            available.resolve(stranger, "House", "small")
        override_delete(row=row, actor=admin)
        assert names(owner) == []


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ("endpoints.openAI", ["azureOpenAI", "House"]),
        ("endpoints.azureOpenAI", ["openAI", "House"]),
        ("endpoints.custom.House", ["openAI", "azureOpenAI"]),
        ("endpoints.custom", ["openAI", "azureOpenAI"]),
        ("endpoints", []),
    ],
)
def test_an_endpoint_that_is_taken_away_is_hidden(
    owner: User,
    admin: User,
    settings: LazySettings,
    gone: str,
    left: list[str],
) -> None:
    settings.PROVIDER_VARIABLES = {"OPENAI_API_KEY": "sk-1", "AZURE_API_KEY": "az-1"}
    with yaml_config.override(FILE):
        put(admin, {}, tombstones=[gone])
        assert names(owner) == left
        assert names(admin) == ["openAI", "azureOpenAI", "House"]


def test_a_value_of_a_custom_endpoint_can_be_taken_away(owner: User, admin: User) -> None:
    with yaml_config.override(FILE):
        put(admin, {}, tombstones=["endpoints.custom.House.headers", "endpoints.all"])
        assert available.resolve(owner, "House", "small").connection.headers == {}
        assert len(available.resolve(admin, "House", "small").connection.headers) == 2


def test_an_ollama_that_is_found_by_itself_can_be_hidden(
    owner: User,
    admin: User,
    settings: LazySettings,
    provider: FakeProvider,
) -> None:
    settings.PROVIDER_VARIABLES = {"OLLAMA_BASE_URL": provider.url}
    put(admin, {}, tombstones=["endpoints.custom.ollama"])
    assert (names(owner), names(admin)) == ([], ["ollama"])


def test_what_an_override_says_counts_and_the_rest_of_the_endpoint_stays(
    owner: User,
    admin: User,
) -> None:
    rates = {"small": {"prompt": 1, "completion": 2, "context": 9000}}
    block = {"name": "House", "tokenConfig": rates, "titleModel": "tiny", "titlePrompt": "{convo}!"}
    with yaml_config.override(FILE):
        put(admin, {"custom": [block], "all": {"titlePrompt": "Name: {convo}"}})
        mine = available.resolve(owner, "House", "small")
        theirs = available.resolve(admin, "House", "small")
    assert mine.endpoint_rates == rates
    assert (mine.title.model, mine.title.prompt) == ("tiny", "Name: {convo}")
    assert mine.connection == theirs.connection
    assert mine.connection.headers == {"X-All": "secret-all", "X-House": "secret-header"}
    assert (theirs.endpoint_rates, theirs.title.model) == (None, "small")


def test_without_an_override_the_file_itself_serves_and_nothing_is_read(owner: User) -> None:
    with yaml_config.override(FILE):
        held = effective("endpoints", EndpointsConfig, owner)
        sight_of(owner)
        with CaptureQueriesContext(connection) as queries:
            available.resolve(owner, "House", "small")
        assert held is yaml_config.value("endpoints")
    assert len(queries) == 0


def test_with_an_override_asking_again_costs_no_query(owner: User, admin: User) -> None:
    with yaml_config.override(FILE):
        put(admin, {"custom": [ELSEWHERE]})
        available.resolve(owner, "House", "small")
        with CaptureQueriesContext(connection) as queries:
            available.resolve(owner, "House", "small")
            available.models_for(owner)
    assert len(queries) == 0
