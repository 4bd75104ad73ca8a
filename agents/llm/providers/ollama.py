"""Models on an Ollama server through ``langchain-ollama``."""

from importlib import import_module

import orjson

from agents.errors import ProviderMalformedError
from agents.llm.providers.langchain_model import Built, LangChainProvider, Recipe, chosen
from agents.llm.providers.provider import Connection, Provider
from agents.llm.providers.transport import Call, Transport
from agents.llm.wire.bodies import model_ids
from agents.llm.wire.failures import from_response
from agents.llm.wire.neutral import ChatRequest

BASE_URL = "http://localhost:11434"
NAMES = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "max_tokens": "num_predict",
    "stop": "stop",
    "seed": "seed",
    "thinking": "reasoning",
}


def build(connection: Connection) -> Provider:
    """Return the provider."""
    return LangChainProvider(connection, Recipe(_make, _list_models))


def _base(connection: Connection) -> str:
    # People write the address of the OpenAI layer, too.
    return (connection.base_url or BASE_URL).rstrip("/").removesuffix("/v1")


def _headers(connection: Connection) -> dict[str, str]:
    key = {"Authorization": f"Bearer {connection.api_key}"} if connection.api_key else {}
    return {**key, **connection.headers}


def _make(connection: Connection, request: ChatRequest) -> Built:
    package = import_module("langchain_ollama")
    model = package.ChatOllama(
        model=request.model,
        base_url=_base(connection),
        client_kwargs={"headers": _headers(connection)},
        **chosen(request, NAMES),
    )

    async def close() -> None:
        # The integration offers no public way to free its two clients.
        private = model.__pydantic_private__
        await private["_async_client"].close()
        private["_client"].close()

    return Built(model, close)


async def _list_models(connection: Connection) -> list[str]:
    transport = Transport(connection, from_response)
    call = Call("GET", f"{_base(connection)}/api/tags", _headers(connection))
    try:
        return model_ids(orjson.loads(await transport.fetch(call)))
    except orjson.JSONDecodeError as exc:
        raise ProviderMalformedError.by(connection.name) from exc
