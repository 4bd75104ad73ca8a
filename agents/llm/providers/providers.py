"""The registry of dialects: name → what builds its provider."""

from collections.abc import Callable
from typing import TypeAlias, cast

from django.utils.module_loading import import_string

from agents.llm.providers.provider import Connection, Dialect, Provider

Build: TypeAlias = Callable[[Connection], Provider]

DIALECTS: dict[Dialect, str] = {
    "openai": "agents.llm.providers.openai.build",
    "anthropic": "agents.llm.providers.anthropic.build",
    "azure": "agents.llm.providers.azure.build",
    "google": "agents.llm.providers.google.build",
    "bedrock": "agents.llm.providers.bedrock.build",
    "ollama": "agents.llm.providers.ollama.build",
    "demo": "agents.llm.providers.demo.build",
}


def build(connection: Connection) -> Provider:
    """Return the provider for a connection.

    Raises:
        SetupError: the connection lacks something the dialect needs.
    """
    # import_string knows no types; the contract test builds every entry.
    builder = cast("Build", import_string(DIALECTS[connection.dialect]))  # a name of ours
    return builder(connection)
