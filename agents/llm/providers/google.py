"""Google's Gemini models through ``langchain-google-genai``."""

from importlib import import_module
from typing import Any

import orjson

from agents.errors import ProviderMalformedError
from agents.llm.providers.langchain_model import Built, LangChainProvider, Recipe, chosen
from agents.llm.providers.provider import Connection, Provider
from agents.llm.providers.transport import Call, Transport
from agents.llm.wire.failures import from_response
from agents.llm.wire.fields import object_of, objects_of, text_of, texts_of
from agents.llm.wire.neutral import ChatRequest

BASE_URL = "https://generativelanguage.googleapis.com"
NAMES = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "max_tokens": "max_tokens",
    "stop": "stop_sequences",
    "seed": "seed",
    "thinking_budget": "thinking_budget",
}


def build(connection: Connection) -> Provider:
    """Return the provider."""
    return LangChainProvider(connection, Recipe(_make, _list_models))


def _make(connection: Connection, request: ChatRequest) -> Built:
    package = import_module("langchain_google_genai")
    settings: dict[str, Any] = {"include_thoughts": True} if _thinks(request) else {}
    if connection.base_url:
        settings["base_url"] = connection.base_url
    model = package.ChatGoogleGenerativeAI(
        model=request.model,
        api_key=connection.api_key,
        additional_headers=dict(connection.headers) or None,
        max_retries=1,  # ours come on top of it
        **settings,
        **chosen(request, NAMES),
    )
    return Built(model, model.aclose)


def _thinks(request: ChatRequest) -> bool:
    return request.parameters.get("thinking") is not False and "gemini-1" not in request.model


async def _list_models(connection: Connection) -> list[str]:
    base = (connection.base_url or BASE_URL).rstrip("/")
    headers = {"x-goog-api-key": connection.api_key, **connection.headers}
    transport = Transport(connection, from_response)
    content = await transport.fetch(Call("GET", f"{base}/v1beta/models?pageSize=1000", headers))
    try:
        listed = objects_of(object_of(orjson.loads(content)).get("models"))
    except orjson.JSONDecodeError as exc:
        raise ProviderMalformedError.by(connection.name) from exc
    return [
        text_of(model.get("name")).removeprefix("models/")
        for model in listed
        if "generateContent" in texts_of(model.get("supportedGenerationMethods"))
    ]
