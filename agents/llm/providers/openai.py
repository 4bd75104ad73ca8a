"""OpenAI itself."""

from dataclasses import replace

from agents.llm.providers import compatible
from agents.llm.providers.provider import Connection, Provider

BASE_URL = "https://api.openai.com/v1"
NAMED = {"organization": "OpenAI-Organization", "project": "OpenAI-Project"}


def build(connection: Connection) -> Provider:
    """Return the provider; options: ``organization``, ``project`` and those of ``compatible``."""
    options = connection.options
    named = {header: options[name] for name, header in NAMED.items() if options.get(name)}
    return compatible.build(
        replace(
            connection,
            base_url=connection.base_url or BASE_URL,
            headers={**named, **connection.headers},
        ),
    )
