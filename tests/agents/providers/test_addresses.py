"""Where each dialect's calls go."""

import pytest

from agents import errors
from agents.llm.providers import providers
from agents.llm.providers.provider import Connection
from agents.llm.providers.wire_provider import WireProvider
from tests.agents.providers.calls import asking, collect, connection, provider_for
from tests.fakes.provider import FakeProvider

CHATS = [
    (Connection("a", "openai"), "https://api.openai.com/v1/chat/completions"),
    (Connection("a", "openai", "https://x.org/v1/"), "https://x.org/v1/chat/completions"),
    (
        Connection("a", "openai", "https://x.org/chat/completions"),
        "https://x.org/chat/completions",
    ),
    (
        Connection("a", "openai", "https://x.org/run", options={"direct": "true"}),
        "https://x.org/run",
    ),
    (Connection("a", "anthropic"), "https://api.anthropic.com/v1/messages"),
    (Connection("a", "anthropic", "https://x.org/v1"), "https://x.org/v1/messages"),
    (
        Connection("a", "azure", options={"instance": "acme", "api_version": "2025-01-01"}),
        "https://acme.openai.azure.com/openai/deployments/m%2F1/chat/completions"
        "?api-version=2025-01-01",
    ),
    (
        Connection("a", "azure", "https://x.org", options={"deployment": "d"}),
        "https://x.org/openai/deployments/d/chat/completions?api-version=2024-10-21",
    ),
    (
        Connection("a", "azure", "https://x.org/models", options={"serverless": "true"}),
        "https://x.org/models/chat/completions?api-version=2024-10-21",
    ),
]


@pytest.mark.parametrize(("one", "url"), CHATS)
def test_a_chat_goes_to_its_dialects_address(one: Connection, url: str) -> None:
    built = providers.build(one)
    assert isinstance(built, WireProvider)
    assert built._address.chat_url("m/1") == url


def test_azure_without_an_address_says_so() -> None:
    with pytest.raises(errors.NoBaseUrlError) as refused:
        providers.build(Connection("a", "azure"))
    assert refused.value.data["body"] == {"type": "no_base_url"}


async def test_options_become_headers_and_the_endpoints_own_headers_win(
    provider: FakeProvider,
) -> None:
    options = {"organization": "org-1", "project": "p-1"}
    custom = {"OpenAI-Project": "mine", "X-Team": "blue"}
    await collect(
        provider_for("openai", provider, options=options, headers=custom).stream(asking()),
    )
    headers = provider.requests[0].headers
    assert headers["openai-organization"] == "org-1"
    assert headers["openai-project"] == "mine"
    assert headers["x-team"] == "blue"


async def test_anthropic_gets_its_version_and_beta(provider: FakeProvider) -> None:
    await collect(provider_for("anthropic", provider, options={"beta": "b-1"}).stream(asking()))
    headers = provider.requests[0].headers
    assert headers["anthropic-version"] == "2023-06-01"
    assert headers["anthropic-beta"] == "b-1"


async def test_a_server_without_a_key_gets_no_key_header(provider: FakeProvider) -> None:
    await collect(provider_for("openai", provider, api_key="").stream(asking()))
    assert "authorization" not in provider.requests[0].headers


async def test_extra_fields_are_added_and_dropped_ones_left_out(provider: FakeProvider) -> None:
    shaped = provider_for(
        "openai",
        provider,
        extra={"safe_prompt": True},
        dropped=frozenset({"stream_options"}),
    )
    await collect(shaped.stream(asking(parameters={"temperature": 0.5})))
    body = provider.requests[0].body
    assert body["safe_prompt"] is True
    assert "stream_options" not in body


async def test_the_list_of_models_may_be_asked_for_per_user(provider: FakeProvider) -> None:
    await provider_for("openai", provider, options={"models_user": "u 1"}).list_models()
    assert provider.requests[0].query == {"user": "u 1"}


async def test_an_allowed_address_may_be_private(provider: FakeProvider) -> None:
    allowed = {"allowed_addresses": f"10.0.0.1, 127.0.0.1:{provider.port}"}
    own = connection("openai", provider, is_trusted=False, options=allowed)
    assert await collect(providers.build(own).stream(asking()))
    assert len(provider.requests) == 1
