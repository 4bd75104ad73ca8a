"""Lists of models that are none, break off, never come or are refused."""

import pytest
from django.conf import settings

from agents import errors
from agents.llm.providers import transport
from agents.llm.providers.provider import Dialect
from tests.agents.providers.calls import provider_for
from tests.fakes.provider import (
    Cut,
    FakeProvider,
    Raw,
    Script,
)


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "google", "ollama"])
async def test_a_list_of_models_that_is_no_list_is_malformed(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    provider.script("models", Script(body=b"not json", content_type="application/json"))
    with pytest.raises(errors.ProviderMalformedError):
        await provider_for(dialect, provider).list_models()


async def test_a_list_of_models_that_breaks_off_is_unreachable(provider: FakeProvider) -> None:
    provider.script("models", Script(steps=(Raw(b'{"data": ['), Cut())))
    with pytest.raises(errors.ProviderUnreachableError):
        await provider_for("openai", provider).list_models()


async def test_a_list_of_models_that_never_comes_is_a_timeout(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(settings, "PROVIDER_FIRST_BYTE_SECONDS", 0.1)
    provider.script("models", Script(headers={"Content-Length": "99"}, body=b""))
    with pytest.raises(errors.ProviderTimeoutError):
        await provider_for("openai", provider).list_models()


async def test_a_refused_list_of_models_says_so(provider: FakeProvider) -> None:
    with pytest.raises(errors.ProviderAuthError):
        await provider_for("openai", provider, api_key="wrong-key").list_models()
