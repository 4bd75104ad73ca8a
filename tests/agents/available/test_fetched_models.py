"""Lists of models that providers give."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from accounts.models import User
from agents.llm import available, model_lists
from librechat.kernel import yaml_config
from tests.agents.available.configured import custom
from tests.fakes.provider import FakeProvider


def provider_asked(provider: FakeProvider) -> int:
    return sum(request.path == "/v1/models" for request in provider.requests)


def fetching(provider: FakeProvider) -> dict[str, Any]:
    return custom(baseURL=f"{provider.url}/v1", models={"default": ["fallback"], "fetch": True})


def test_a_fetched_list_is_kept_for_a_while(owner: User, provider: FakeProvider) -> None:
    provider.models = ["b", "a"]
    with yaml_config.override(fetching(provider)):
        assert available.models_for(owner) == {"Mine": ["a", "b"]}
        provider.models = ["c"]
        assert available.models_for(owner) == {"Mine": ["a", "b"]}
        assert available.resolve(owner, "Mine", "a").connection.api_key == "sk-mine"


def test_while_the_provider_is_down_the_configured_list_serves(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agents.llm.model_lists.WAIT_SECONDS", 0.2)
    document = custom(baseURL="http://127.0.0.1:9/v1", models={"default": ["one"], "fetch": True})
    with yaml_config.override(document):
        assert available.models_for(owner) == {"Mine": ["one"]}


def test_the_last_list_serves_while_a_new_one_is_fetched(
    owner: User,
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads = ThreadPoolExecutor(max_workers=1)
    monkeypatch.setattr(model_lists, "FRESH_SECONDS", 0)
    monkeypatch.setattr(model_lists, "_threads", threads)
    document = fetching(provider)
    document["endpoints"]["custom"][0]["apiKey"] = "sk-of-this-test"
    with yaml_config.override(document):
        provider.models = ["first"]
        assert available.models_for(owner) == {"Mine": ["first"]}
        provider.models = ["second"]
        assert available.models_for(owner) == {"Mine": ["first"]}
    threads.shutdown(wait=True)
    assert provider_asked(provider) == 2


def test_a_list_is_not_asked_without_one_s_own_key(owner: User, provider: FakeProvider) -> None:
    document = fetching(provider)
    document["endpoints"]["custom"][0]["apiKey"] = "user_provided"
    with yaml_config.override(document):
        assert available.models_for(owner) == {"Mine": ["fallback"]}


def test_an_ollama_that_answers_is_found_by_itself(
    owner: User,
    provider: FakeProvider,
    settings: LazySettings,
) -> None:
    provider.models = ["llama3.2:1b"]
    settings.PROVIDER_VARIABLES = {"OLLAMA_BASE_URL": f"{provider.url}/v1"}
    assert available.models_for(owner) == {"ollama": ["llama3.2:1b"]}
    found = available.resolve(owner, "ollama", "llama3.2:1b")
    assert (found.connection.dialect, found.connection.base_url) == ("ollama", provider.url)
    assert (found.label, found.endpoint_type) == ("Ollama", "custom")


def test_an_ollama_that_does_not_answer_is_not_there(owner: User, settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {"OLLAMA_BASE_URL": "http://127.0.0.1:9"}
    assert list(available.endpoints_for(owner)) == ["demo"]
    assert cache.get("ollama:http://127.0.0.1:9") == []
