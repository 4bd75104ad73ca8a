"""Azure OpenAI: a deployment is part of the path."""

from functools import partial
from urllib.parse import quote, urlencode

from agents.errors import NoBaseUrlError
from agents.llm.providers.provider import Connection, Provider
from agents.llm.providers.wire_provider import OPENAI_CHAT, Address, WireProvider

API_VERSION = "2024-10-21"
HOST = "https://{instance}.openai.azure.com"


def build(connection: Connection) -> Provider:
    """Return the provider.

    Options: ``instance`` (or a ``base_url``), ``api_version``, ``deployment`` (else the model's
    name is the deployment) and ``serverless`` ("true": the address needs no deployment).

    Raises:
        NoBaseUrlError: neither an address nor an instance is set.
    """
    options = connection.options
    instance = options.get("instance", "").removesuffix(".openai.azure.com")
    base = connection.base_url or (HOST.format(instance=quote(instance)) if instance else "")
    if not base:
        raise NoBaseUrlError.of()
    base = base.rstrip("/")
    query = urlencode({"api-version": options.get("api_version") or API_VERSION})

    def path_url(path: str, model: str) -> str:
        if options.get("serverless") == "true" or "/openai/deployments/" in base:
            return f"{base}{path}?{query}"
        deployment = quote(options.get("deployment") or model, safe="")
        return f"{base}/openai/deployments/{deployment}{path}?{query}"

    address = Address(
        path_url=path_url,
        chat_url=partial(path_url, "/chat/completions"),
        models_url=f"{base}/openai/models?{query}",
        headers={"api-key": connection.api_key, **connection.headers},
    )
    return WireProvider(connection, OPENAI_CHAT, address)
