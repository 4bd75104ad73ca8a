"""/api/endpoints, /api/models, /api/endpoints/token-config and what is empty yet."""

from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts.models import ConfigOverride, User
from librechat.kernel import yaml_config

CONFIG = {
    "endpoints": {
        "custom": [
            {
                "name": "MockAI",
                "apiKey": "sk",
                "baseURL": "https://models.example.org",
                "models": {"default": ["mock-1"]},
                "modelDisplayLabel": "MockAI",
                "customParams": {"defaultParamsEndpoint": "openAI"},
                "tokenConfig": {"mock-1": {"prompt": 1, "completion": 2, "context": 9000}},
            },
        ],
    },
}


@pytest.fixture(autouse=True)
def _one_key(settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {"OPENAI_API_KEY": "user_provided", "OPENAI_MODELS": "gpt-4o"}
    settings.ENDPOINTS = []


def answer(user: User, path: str) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    response = client.get(path)
    assert response.status_code == 200
    return response.json()


def test_endpoints_are_told_without_addresses_and_keys(owner: User) -> None:
    with yaml_config.override(CONFIG):
        assert answer(owner, "/api/endpoints") == {
            "openAI": {"userProvide": True, "order": 0},
            "MockAI": {
                "userProvide": False,
                "order": 9999,
                "type": "custom",
                "userProvideURL": False,
                "modelDisplayLabel": "MockAI",
                "customParams": {"defaultParamsEndpoint": "openAI"},
            },
        }


def test_every_endpoint_has_its_list_of_models(owner: User) -> None:
    with yaml_config.override(CONFIG):
        assert answer(owner, "/api/models") == {"openAI": ["gpt-4o"], "MockAI": ["mock-1"]}


def test_prices_are_told_only_where_costs_are_shown(owner: User) -> None:
    with yaml_config.override(CONFIG):
        assert answer(owner, "/api/endpoints/token-config") == {
            "openAI": {"gpt-4o": {"context": 127500}},
            "MockAI": {"mock-1": {"context": 9000}},
        }
    with yaml_config.override(CONFIG | {"interface": {"contextCost": True}}):
        shown = answer(owner, "/api/endpoints/token-config")
    assert shown["MockAI"] == {"mock-1": {"context": 9000, "prompt": 1.0, "completion": 2.0}}
    assert shown["openAI"]["gpt-4o"]["prompt"] == 2.5


def test_costs_can_be_shown_to_some_only(owner: User, stranger: User) -> None:
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"interface": {"contextCost": True}},
    )
    with yaml_config.override(CONFIG):
        mine, theirs = (answer(user, "/api/endpoints/token-config") for user in (owner, stranger))
    assert mine["MockAI"]["mock-1"]["prompt"] == 1.0
    assert theirs["MockAI"]["mock-1"] == {"context": 9000}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/api/agents?requiredPermission=1&limit=1000",
            {
                "object": "list",
                "data": [],
                "first_id": None,
                "last_id": None,
                "has_more": False,
                "after": None,
            },
        ),
        ("/api/agents/categories", []),
        ("/api/agents/tools", []),
        ("/api/agents/tools/calls?conversationId=c", []),
        ("/api/agents/tools/web_search/auth", {"authenticated": False}),
        ("/api/mcp/servers", {}),
        ("/api/mcp/tools", {"servers": {}}),
        ("/api/mcp/connection/status", {"success": True, "connectionStatus": {}}),
        (
            "/api/memories",
            {
                "memories": [],
                "totalTokens": 0,
                "tokenLimit": None,
                "charLimit": 10000,
                "usagePercentage": None,
            },
        ),
    ],
)
def test_features_that_hold_nothing_answer_empty(owner: User, path: str, body: Any) -> None:
    assert answer(owner, path) == body


def test_all_of_it_needs_a_sign_in(db: None) -> None:
    for path in ("endpoints", "models", "endpoints/token-config", "agents", "mcp/servers"):
        assert APIClient().get(f"/api/{path}").status_code == 401
