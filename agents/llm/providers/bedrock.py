"""Amazon Bedrock through ``langchain-aws``."""

import asyncio
from importlib import import_module
from typing import Any

from agents.errors import ProviderMissingError, ProviderUnreachableError
from agents.llm.providers.langchain_model import Built, LangChainProvider, Recipe, chosen
from agents.llm.providers.provider import Connection, Provider
from agents.llm.wire.neutral import ChatRequest

NAMES = {
    "temperature": "temperature",
    "top_p": "top_p",
    "max_tokens": "max_tokens",
    "stop": "stop_sequences",
}
# Option → keyword, for the chat model and for boto3 alike.
CREDENTIALS = {
    "region": "region_name",
    "access_key_id": "aws_access_key_id",
    "session_token": "aws_session_token",
}


def build(connection: Connection) -> Provider:
    """Return the provider.

    ``api_key`` is the secret access key, or with the option ``auth`` = "bearer" a Bedrock API
    key. Other options: ``region``, ``access_key_id``, ``session_token``. Without any of them
    boto3's own search for credentials applies.
    """
    return LangChainProvider(connection, Recipe(_make, _list_models))


def _credentials(connection: Connection) -> dict[str, str]:
    options = connection.options
    known = {keyword: options[name] for name, keyword in CREDENTIALS.items() if options.get(name)}
    if connection.api_key and not _has_bearer_key(connection):
        known["aws_secret_access_key"] = connection.api_key
    return known


def _has_bearer_key(connection: Connection) -> bool:
    return connection.options.get("auth") == "bearer"


def _make(connection: Connection, request: ChatRequest) -> Built:
    package = import_module("langchain_aws")
    settings: dict[str, Any] = dict(_credentials(connection))
    if _has_bearer_key(connection):
        settings["bedrock_api_key"] = connection.api_key
    if connection.base_url:
        settings["base_url"] = connection.base_url
    model = package.ChatBedrockConverse(
        model=request.model,
        max_retries=1,
        **settings,
        **chosen(request, NAMES),
    )

    async def close() -> None:
        await asyncio.to_thread(model.client.close)

    return Built(model, close)


async def _list_models(connection: Connection) -> list[str]:
    return await asyncio.to_thread(_listed, connection)


def _listed(connection: Connection) -> list[str]:
    try:
        boto3 = import_module("boto3")
        failures = import_module("botocore.exceptions")
    except ImportError as exc:
        raise ProviderMissingError.by(connection.name) from exc
    try:
        client = boto3.client("bedrock", **_credentials(connection))
        summaries = client.list_foundation_models(byOutputModality="TEXT")["modelSummaries"]
    except (failures.BotoCoreError, failures.ClientError) as exc:
        raise ProviderUnreachableError.by(connection.name) from exc
    return [str(summary["modelId"]) for summary in summaries]
