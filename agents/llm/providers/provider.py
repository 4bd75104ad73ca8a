"""The protocol every provider meets."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from agents.llm.wire.neutral import ChatRequest, Event

Dialect: TypeAlias = Literal["openai", "anthropic", "azure", "google", "bedrock", "ollama", "demo"]


@dataclass(frozen=True, slots=True)
class Connection:
    """All a provider needs to be built; keys and headers are already filled in.

    ``name``: the endpoint as shown to people, e.g. ``openAI`` or a custom endpoint's name.
    ``options``: dialect extras, e.g. ``api_version`` (azure), ``region`` (bedrock), ``proxy``.
    ``extra``/``dropped``: addParams and dropParams of the endpoint.
    """

    name: str
    dialect: Dialect
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    # How often a call is tried; 0 for the policy of chats.
    most_attempts: int = 0
    # Until the first byte; 0 for the server's own limit.
    first_byte_seconds: int = 0
    # False for an address a person typed in: then only public addresses are reached.
    is_trusted: bool = True


class Provider(Protocol):
    """One configured way to reach models: an address, a key and a dialect."""

    def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """Yield the events of one call; the last is ``Finished`` or ``Failed``.

        Closing the iterator (``aclose``) cancels the call at the provider.

        Raises:
            ProviderError: the provider refused or could not be reached, before any event.
        """
        ...

    async def list_models(self) -> list[str]:
        """Return the ids of the models the provider offers now.

        Raises:
            ProviderError: the list cannot be had.
        """
        ...
