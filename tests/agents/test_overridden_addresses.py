"""The operator's secrets stay at the operator's addresses."""

import asyncio
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.access.overrides import overrides_changed
from accounts.models import ConfigOverride, PrincipalType, User
from accounts.services.overrides import For
from agents import errors
from agents.llm import available
from agents.llm.providers.provider import Connection
from agents.llm.providers.providers import build
from librechat.kernel import outbound, yaml_config
from tests.agents.overriding import ELSEWHERE, FILE, HOUSE, names, put
from tests.agents.providers.calls import asking, collect
from tests.fakes.provider import FakeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_configured(settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = []


def lay(kind: str, name: str, section: dict[str, Any], **fields: Any) -> None:
    """Store an override past the checks of the service."""
    ConfigOverride.objects.create(
        principal_type=kind,
        principal_id=name,
        overrides={"endpoints": section},
        **fields,
    )
    overrides_changed()


def ask(way: Connection) -> None:
    """Send a message the way a chat does."""

    async def sent() -> None:
        try:
            await collect(build(way).stream(asking(model="small")))
        finally:
            await outbound.close()

    asyncio.run(sent())


def test_another_address_gets_the_overrides_own_key_and_nothing_else(
    owner: User,
    admin: User,
) -> None:
    with yaml_config.override(FILE):
        put(admin, {"custom": [ELSEWHERE | {"headers": {"X-Own": "h"}}]})
        found = available.resolve(owner, "House", "small").connection
        assert available.resolve(admin, "House", "small").connection.api_key == "sk-operator"
    assert (found.base_url, found.api_key) == ("https://else.example.com/v1", "sk-theirs")
    assert (found.headers, found.extra, found.is_trusted) == ({"X-Own": "h"}, {}, False)


def test_a_key_of_its_own_goes_to_the_operators_address(owner: User, admin: User) -> None:
    with yaml_config.override(FILE):
        put(admin, {"custom": [{"name": "House", "apiKey": "sk-team"}]})
        found = available.resolve(owner, "House", "small").connection
    assert (found.base_url, found.api_key) == ("https://models.example.org/v1", "sk-team")
    assert (found.headers["X-House"], found.is_trusted) == ("secret-header", True)


@pytest.mark.parametrize("address", ["https://else.example.com/v1", "user_provided", None, ""])
def test_an_address_that_was_stored_without_a_key_has_none(
    owner: User,
    settings: LazySettings,
    address: str | None,
) -> None:
    settings.PROVIDER_VARIABLES = {
        "OPENAI_API_KEY": "sk-1",
        "ANTHROPIC_API_KEY": "sk-2",
        "GOOGLE_KEY": "g",
        "BEDROCK_AWS_DEFAULT_REGION": "eu-central-1",
        "OPENAI_REVERSE_PROXY": "https://proxy.example.org",
    }
    kinds = ("openAI", "anthropic", "google", "bedrock")
    blocks = {kind: {"baseURL": address} for kind in kinds}
    base = {kind: {"baseURL": "https://gate.example.org", "headers": {"X": "y"}} for kind in kinds}
    with yaml_config.override({"endpoints": {**base, "custom": [HOUSE]}}):
        lay("user", owner.pk, {**blocks, "custom": [{"name": "House", "baseURL": address}]})
        assert names(owner) == []


def test_a_built_in_endpoint_takes_another_address_with_its_key(
    owner: User,
    admin: User,
    settings: LazySettings,
) -> None:
    settings.PROVIDER_VARIABLES = {
        "OPENAI_API_KEY": "sk-1",
        "OPENAI_ORGANIZATION": "org-1",
        "OPENAI_REVERSE_PROXY": "https://proxy.example.org",
        "OPENAI_MODELS": "gpt-4o",
    }
    own = {"baseURL": "https://else.example.com/v1", "apiKey": "sk-theirs"}
    with yaml_config.override({"endpoints": {"openAI": {"headers": {"X-House": "secret"}}}}):
        put(admin, {"openAI": own})
        found = available.resolve(owner, "openAI", "gpt-4o").connection
        theirs = available.resolve(admin, "openAI", "gpt-4o").connection
    assert (found.base_url, found.api_key, found.is_trusted) == (*own.values(), False)
    assert (found.headers, found.options) == ({}, {})
    assert (theirs.base_url, theirs.api_key) == ("https://proxy.example.org", "sk-1")


def test_azure_groups_at_other_addresses_bring_all_they_need(
    owner: User,
    admin: User,
) -> None:
    house = {"group": "eu", "apiKey": "az-1", "instanceName": "house", "models": {"gpt-4o": True}}
    theirs = house | {"instanceName": "theirs", "apiKey": "az-2"}
    same = house | {"group": "own", "apiKey": "az-3", "models": {"o3": True}}
    file = {"groups": [house], "headers": {"X-House": "secret"}}
    with yaml_config.override({"endpoints": {"azureOpenAI": file}}):
        put(admin, {"azureOpenAI": {"groups": [theirs, same]}})
        far = available.resolve(owner, "azureOpenAI", "gpt-4o").connection
        near = available.resolve(owner, "azureOpenAI", "o3").connection
    assert (far.options["instance"], far.api_key, far.headers) == ("theirs", "az-2", {})
    assert (near.api_key, far.is_trusted, near.is_trusted) == ("az-3", False, True)


def test_the_key_of_one_override_stays_behind_when_another_changes_the_address(
    owner: User,
    admin: User,
) -> None:
    first = ELSEWHERE | {"models": {"default": ["m"]}, "headers": {"X-First": "secret"}}
    with yaml_config.override({"endpoints": {"custom": []}}):
        put(admin, {"custom": [first]})
        second = {"name": "House", "baseURL": "https://third.example.com", "apiKey": "sk-3"}
        put(admin, {"custom": [second]}, For(PrincipalType.USER, owner.pk), priority=50)
        found = available.resolve(owner, "House", "m").connection
    assert (found.base_url, found.api_key) == ("https://third.example.com", "sk-3")
    assert found.headers == {}


def test_the_operators_key_never_reaches_another_address(
    owner: User,
    admin: User,
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The stand-in's address is a private one: here it plays one on the public internet.
    for module in ("client", "pool"):
        monkeypatch.setattr(
            f"librechat.kernel.outbound.{module}.check_address",
            lambda *_args, **_kwargs: None,
        )
    provider.models = ["small"]
    models = {"default": ["small"], "fetch": True}
    block = ELSEWHERE | {"baseURL": f"{provider.url}/v1", "models": models}
    with yaml_config.override(FILE):
        lay("role", "USER", {"custom": [block]})
        ask(available.resolve(owner, "House", "small").connection)
    listing, chat = provider.requests
    assert (listing.path, chat.path) == ("/v1/models", "/v1/chat/completions")
    for sent in (listing, chat):
        assert sent.headers["authorization"] == "Bearer sk-theirs"
        assert not {"x-house", "x-all"} & {*sent.headers}
    assert "token" not in chat.body


def test_a_private_address_of_an_override_is_refused(
    owner: User,
    provider: FakeProvider,
) -> None:
    block = ELSEWHERE | {"baseURL": f"{provider.url}/v1", "models": {"default": ["m"]}}
    with yaml_config.override(FILE):
        lay("role", "USER", {"custom": [block]})
        with pytest.raises(errors.InvalidBaseUrlError):
            ask(available.resolve(owner, "House", "m").connection)
    assert provider.requests == []


def test_lists_of_models_are_kept_apart(
    owner: User,
    admin: User,
    provider: FakeProvider,
) -> None:
    models = {"default": ["fallback"], "fetch": True}
    file = HOUSE | {"baseURL": f"{provider.url}/v1", "models": models}
    with yaml_config.override({"endpoints": {"custom": [file]}}):
        put(admin, {"custom": [{"name": "House", "apiKey": "sk-team"}]})
        provider.models = ["everybodys"]
        assert available.models_for(admin) == {"House": ["everybodys"]}
        provider.models = ["teams"]
        assert available.models_for(owner) == {"House": ["teams"]}
        assert available.models_for(admin) == {"House": ["everybodys"]}
    assert [sent.headers["authorization"] for sent in provider.requests] == [
        "Bearer sk-operator",
        "Bearer sk-team",
    ]


def test_the_files_key_goes_nowhere_else_even_if_an_override_repeats_it(owner: User) -> None:
    with yaml_config.override(FILE):
        lay("user", owner.pk, {"custom": [ELSEWHERE | {"apiKey": "sk-operator"}]})
        assert names(owner) == []


def test_the_other_spelling_of_an_address_carries_nothing_away(owner: User) -> None:
    with yaml_config.override(FILE):
        lay("user", owner.pk, {"custom": [{"name": "House", "base_url": "https://x.example"}]})
        assert names(owner) == []


def test_a_tombstone_on_an_address_takes_the_key_and_the_headers_along(
    owner: User,
    settings: LazySettings,
) -> None:
    settings.PROVIDER_VARIABLES = {"OPENAI_API_KEY": "sk-1", "OPENAI_MODELS": "m"}
    own = {"baseURL": "https://gate.example.org", "headers": {"X-House": "secret"}}
    with yaml_config.override({"endpoints": {"openAI": own}}):
        lay("role", "USER", {}, tombstones=["endpoints.openAI.baseURL"])
        assert names(owner) == []
        lay("user", owner.pk, {"openAI": {"apiKey": "sk-theirs"}}, priority=9)
        found = available.resolve(owner, "openAI", "m").connection
    assert (found.base_url, found.api_key, found.headers) == ("", "sk-theirs", {})
