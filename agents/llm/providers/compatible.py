"""Everything that speaks OpenAI's dialect at an address of its own (``endpoints.custom``)."""

from urllib.parse import urlencode

from agents.errors import NoBaseUrlError
from agents.llm.providers.provider import Connection, Provider
from agents.llm.providers.wire_provider import OPENAI_CHAT, Address, WireProvider

CHAT_PATH = "/chat/completions"


def build(connection: Connection) -> Provider:
    """Return the provider; options: ``direct`` ("true": the address is the chat's own).

    ``models_user``: the user's id for servers that list models per user (``userIdQuery``).

    Raises:
        NoBaseUrlError: there is no address.
    """
    if not connection.base_url:
        raise NoBaseUrlError.of()
    base = connection.base_url.rstrip("/")
    is_direct = connection.options.get("direct") == "true" or base.endswith(CHAT_PATH)
    chat_url = base if is_direct else f"{base}{CHAT_PATH}"
    user = connection.options.get("models_user")
    query = f"?{urlencode({'user': user})}" if user else ""
    headers = {"Authorization": f"Bearer {connection.api_key}"} if connection.api_key else {}
    root = base.removesuffix(CHAT_PATH)
    address = Address(
        path_url=lambda path, _model: f"{root}{path}",
        chat_url=lambda _model: chat_url,
        models_url=f"{root}/models{query}",
        headers=headers | dict(connection.headers),
    )
    return WireProvider(connection, OPENAI_CHAT, address)
