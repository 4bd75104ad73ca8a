"""Anthropic, and servers that speak its dialect."""

from agents.llm.providers.provider import Connection, Provider
from agents.llm.providers.wire_provider import ANTHROPIC, Address, WireProvider

BASE_URL = "https://api.anthropic.com"
VERSION = "2023-06-01"
MOST_MODELS = 1000


def build(connection: Connection) -> Provider:
    """Return the provider; option ``beta`` is sent as ``anthropic-beta``."""
    base = (connection.base_url or BASE_URL).rstrip("/").removesuffix("/v1")
    headers = {"x-api-key": connection.api_key, "anthropic-version": VERSION}
    if connection.options.get("beta"):
        headers["anthropic-beta"] = connection.options["beta"]
    address = Address(
        path_url=lambda path, _model: f"{base}/v1{path}",
        chat_url=lambda _model: f"{base}/v1/messages",
        models_url=f"{base}/v1/models?limit={MOST_MODELS}",
        headers=headers | dict(connection.headers),
    )
    return WireProvider(connection, ANTHROPIC, address)
