"""What lists of models tell, kept beside the lists."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from accounts.models import User
from agents.errors import ProviderAuthError, ProviderMalformedError
from agents.llm import available, model_facts, model_lists
from agents.llm.endpoint import Endpoint
from agents.llm.health import connection_to
from agents.llm.model_facts import facts_keep, facts_known, facts_told
from agents.llm.wire.model_list import UNKNOWN, ModelFacts
from librechat.kernel import yaml_config
from tests.fakes.provider import FakeProvider, Script, refuses

pytestmark = pytest.mark.django_db

LARGE = {"id": "large", "context_length": 9000, "max_completion_tokens": 700}
FACTS = ModelFacts(context_window=9000, max_output=700)


def listing(*lines: Any) -> Script:
    """Return a list of models as a provider's answer."""
    return Script(body=json.dumps({"data": lines}).encode(), content_type="application/json")


@pytest.fixture
def house(provider: FakeProvider) -> Endpoint:
    provider.script("models", listing(LARGE, {"id": "small"}))
    return Endpoint(
        name="House",
        type="custom",
        dialect="openai",
        order=0,
        label="House",
        base_url=f"{provider.url}/v1",
        api_key="sk-house-1234567890",
        models=("large",),
    )


@pytest.fixture
def configured(provider: FakeProvider, settings: LazySettings) -> Iterator[dict[str, Any]]:
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = []
    block = {
        "name": "House",
        "apiKey": "sk-house-1234567890",
        "baseURL": f"{provider.url}/v1",
        "models": {"default": ["fallback"], "fetch": True},
        "tokenConfig": {"set": {"prompt": 1, "completion": 2, "context": 500}},
    }
    with yaml_config.override({"endpoints": {"custom": [block]}}):
        yield block


def test_a_refreshed_list_tells_what_its_models_can_do(house: Endpoint, admin: User) -> None:
    assert facts_told(house) == {}
    model_lists.list_refresh(connection_to(house, "", admin))
    assert facts_told(house) == {"large": FACTS}


def test_an_address_tells_the_same_whosever_key_asks(house: Endpoint, admin: User) -> None:
    line = connection_to(house, "", admin)
    model_lists.list_refresh(replace(line, api_key="sk-of-another"))
    assert facts_told(house) == {"large": FACTS}


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Other"},
        {"base_url": "https://models.example.org/v1"},
        {"dialect": "anthropic"},
        {"is_trusted": False},
    ],
)
def test_another_address_is_told_nothing(
    house: Endpoint, admin: User, change: dict[str, Any]
) -> None:
    facts_keep(replace(connection_to(house, "", admin), **change), {"large": FACTS})
    assert facts_told(house) == {}


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (refuses(401), ProviderAuthError),
        (listing(), ProviderMalformedError),
        (listing("large", 7), ProviderMalformedError),
        (Script(body=b'{"data": "large"}'), ProviderMalformedError),
        (Script(body=b"[" * 2000), ProviderMalformedError),
    ],
    ids=["refused", "empty", "no models", "no list", "nested"],
)
def test_a_list_that_is_none_changes_nothing(
    house: Endpoint,
    admin: User,
    provider: FakeProvider,
    answer: Script,
    refusal: type[Exception],
) -> None:
    line = connection_to(house, "", admin)
    model_lists.list_refresh(line)
    provider.script("models", answer)
    with pytest.raises(refusal):
        model_lists.list_refresh(line)
    assert facts_told(house) == {"large": FACTS}
    assert model_lists.last_list(line) == ("large", "small")


def test_a_line_that_tells_nothing_leaves_what_was_told(
    house: Endpoint, admin: User, provider: FakeProvider
) -> None:
    line = connection_to(house, "", admin)
    model_lists.list_refresh(line)
    odd = {"id": "large", "context_length": -9000, "max_completion_tokens": "lots"}
    provider.script("models", listing(odd, {"id": "new", "context_length": 5}))
    model_lists.list_refresh(line)
    assert facts_told(house) == {"large": FACTS, "new": ModelFacts(context_window=5)}
    provider.script("models", listing({"id": "new", "context_length": 6}))
    model_lists.list_refresh(line)
    assert facts_told(house) == {"new": ModelFacts(context_window=6)}


def test_a_list_without_end_is_cut(house: Endpoint, admin: User, provider: FakeProvider) -> None:
    lines = [{"id": f"m{number:05}", "context_length": 5} for number in range(2_500)]
    provider.script("models", listing(*lines))
    assert len(model_lists.list_refresh(connection_to(house, "", admin))) == 2_000
    assert len(facts_told(house)) == 2_000


def test_a_retired_model_is_not_offered(
    house: Endpoint, admin: User, provider: FakeProvider
) -> None:
    gone = {"id": "gone", "lifecycle": "retired"}
    provider.script("models", listing(LARGE, gone))
    assert model_lists.list_refresh(connection_to(house, "", admin)) == ("large",)
    provider.script("models", listing(gone))
    with pytest.raises(ProviderMalformedError):
        model_lists.list_refresh(connection_to(house, "", admin))


def test_what_another_version_kept_is_read_as_far_as_it_is_known(
    house: Endpoint, admin: User
) -> None:
    key = model_facts._key(house)
    cache.set_many({key: {"large": {"context_window": 7, "mood": 1}}, f"{key}:mark": "x"})
    assert facts_told(house) == {"large": ModelFacts(context_window=7)}


def test_lists_are_read_once_for_as_long_as_they_stay(house: Endpoint, admin: User) -> None:
    line = connection_to(house, "", admin)
    facts_keep(line, {"large": FACTS})
    first = facts_told(house)
    assert facts_known([house])["House"] is first
    others = [replace(house, name=f"H{number}") for number in range(model_facts.MOST_READ + 2)]
    for other in others:
        facts_keep(connection_to(other, "", admin), {"large": FACTS})
    facts_known(others)
    assert len(model_facts._read) <= model_facts.MOST_READ
    facts_keep(line, {"large": UNKNOWN})
    assert facts_told(house) == {"large": FACTS}


# --- Where it shows ------------------------------------------------------------------------


def test_a_fetched_list_gives_windows_and_limits(
    configured: dict[str, Any], owner: User, provider: FakeProvider
) -> None:
    set_by_operator = {"id": "set", "context_length": 64, "max_completion_tokens": 32}
    provider.script("models", listing(LARGE, {"id": "gpt-4o"}, set_by_operator))
    assert available.models_for(owner) == {"House": ["gpt-4o", "large", "set"]}
    found = available.resolve(owner, "House", "large")
    assert (found.context_window, found.max_output, found.facts) == (9000, 700, FACTS)
    chosen = available.resolve(owner, "House", "set")
    assert (chosen.context_window, chosen.max_output) == (500, 32)  # tokenConfig goes before
    known = available.resolve(owner, "House", "gpt-4o")
    assert (known.context_window, known.max_output) == (127_500, None)
    (group,) = available.picker_for(owner)
    assert [model.context_window for model in group.models] == [127_500, 9000, 500]
    rates = available.token_config_for(owner)["House"]
    assert rates["large"].context_window == 9000


# --- Asked without anybody's wish ----------------------------------------------------------


@pytest.fixture
def built_in(settings: LazySettings, provider: FakeProvider) -> Iterator[None]:
    settings.ENDPOINTS = []
    settings.PROVIDER_VARIABLES = {
        "ANTHROPIC_API_KEY": "sk-ant",
        "ANTHROPIC_REVERSE_PROXY": provider.url,
        "ANTHROPIC_MODELS": "claude-house",
        "OPENAI_API_KEY": "user_provided",
        "OPENAI_REVERSE_PROXY": f"{provider.url}/v1",
    }
    house = {
        "name": "House",
        "apiKey": "sk-house",
        "baseURL": f"{provider.url}/v1",
        "models": {"default": ["large"], "fetch": False},
    }
    with yaml_config.override({"endpoints": {"custom": [house]}}):
        yield


@pytest.mark.usefixtures("built_in")
async def test_the_big_providers_are_asked_with_the_operator_s_key_alone(
    provider: FakeProvider,
) -> None:
    lines = {"id": "claude-house", "max_input_tokens": 9000, "max_tokens": 700}
    provider.script("models", listing(lines))
    assert await model_lists.facts_refresh() == 1
    assert [one.headers["x-api-key"] for one in provider.requests] == ["sk-ant"]


@pytest.mark.usefixtures("built_in")
def test_what_they_tell_holds_for_everybody(owner: User, provider: FakeProvider) -> None:
    lines = {"id": "claude-house", "max_input_tokens": 9000, "max_tokens": 700}
    provider.script("models", listing(lines))
    assert available.resolve(owner, "anthropic", "claude-house").context_window != 9000
    model_lists._threads.submit(_refreshed).result()
    found = available.resolve(owner, "anthropic", "claude-house")
    assert (found.context_window, found.max_output) == (9000, 700)


@pytest.mark.usefixtures("built_in")
async def test_a_big_provider_that_is_away_changes_nothing(
    provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.script("models", refuses(500))
    assert await model_lists.facts_refresh() == 0
    assert "cannot be had" in caplog.text


def _refreshed() -> int:
    return asyncio.run(model_lists.facts_refresh())
