"""Bedrock's stream, as its service model describes it, through LangChain's own reader."""

from collections.abc import Iterator
from typing import Any

import pytest

from agents import errors
from agents.llm.providers import bedrock
from agents.llm.providers.langchain_model import Built, LangChainProvider, Recipe
from agents.llm.providers.provider import Connection
from agents.llm.wire.neutral import (
    ChatRequest,
    Finished,
    ThinkingDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from tests.agents.providers.calls import asking, collect, text_of

pytestmark = pytest.mark.slow  # the package takes seconds to import

CONNECTION = Connection("Bedrock", "bedrock", options={"region": "eu-west-1"})
MODEL = "anthropic.claude-3-5-sonnet-20240620-v1:0"
TOOL = {"toolUse": {"toolUseId": "c1", "name": "weather"}}
USAGE = {"inputTokens": 20, "outputTokens": 9, "totalTokens": 29}
FRAMES: list[dict[str, Any]] = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}}},
    {"contentBlockStop": {"contentBlockIndex": 0}},
    {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"text": "I look."}}},
    {"contentBlockStop": {"contentBlockIndex": 1}},
    {"contentBlockStart": {"contentBlockIndex": 2, "start": TOOL}},
    {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"a":'}}}},
    {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"toolUse": {"input": "1}"}}}},
    {"contentBlockStop": {"contentBlockIndex": 2}},
    {"messageStop": {"stopReason": "tool_use"}},
    {
        "metadata": {
            "usage": {"inputTokens": 20, "outputTokens": 9, "totalTokens": 29},
            "metrics": {},
        }
    },
]


class Client:
    """The two calls of boto3's client."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self.is_closed = False
        self._failure = failure

    def converse_stream(self, **body: Any) -> dict[str, Iterator[dict[str, Any]]]:
        self.asked.append(body)
        if self._failure:
            raise self._failure
        return {"stream": iter(FRAMES)}

    def close(self) -> None:
        self.is_closed = True


def _provider(client: Client) -> LangChainProvider:
    package = pytest.importorskip("langchain_aws")

    def make(_connection: Connection, request: ChatRequest) -> Built:
        model = package.ChatBedrockConverse(
            model=request.model,
            client=client,
            bedrock_client=client,
            region_name="eu-west-1",
        )

        async def close() -> None:
            client.close()

        return Built(model, close)

    async def no_list(_connection: Connection) -> list[str]:
        return []

    return LangChainProvider(CONNECTION, Recipe(make, no_list))


async def test_a_stream_of_blocks_becomes_neutral_events() -> None:
    client = Client()
    events = await collect(_provider(client).stream(asking("hi", MODEL)))
    assert [e.text for e in events if isinstance(e, ThinkingDelta)] == ["hm"]
    assert text_of(events) == "I look."
    assert [e.name for e in events if isinstance(e, ToolCallStarted)] == ["weather"]
    assert "".join(e.arguments for e in events if isinstance(e, ToolCallDelta)) == '{"a":1}'
    usage = next(e.usage for e in events if isinstance(e, UsageReported))
    assert (usage.input_tokens, usage.output_tokens) == (20, 9)
    assert events[-1] == Finished("tool_calls")
    assert client.is_closed


@pytest.mark.parametrize(
    ("status", "name", "error"),
    [
        (403, "AccessDeniedException", errors.ProviderAuthError),
        (429, "ThrottlingException", errors.ProviderRateLimitedError),
        (400, "ValidationException", errors.ProviderRejectedError),
    ],
)
async def test_a_refusal_becomes_its_error(
    status: int,
    name: str,
    error: type[errors.ProviderError],
) -> None:
    exceptions = pytest.importorskip("botocore.exceptions")
    report = {
        "Error": {"Code": name, "Message": "No."},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    client = Client(exceptions.ClientError(report, "ConverseStream"))
    with pytest.raises(error):
        await collect(_provider(client).stream(asking("hi", MODEL)))
    assert client.is_closed


async def test_models_that_cannot_be_listed_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    boto3 = pytest.importorskip("boto3")
    exceptions = pytest.importorskip("botocore.exceptions")

    def no_client(*_names: str, **_settings: str) -> None:
        raise exceptions.NoCredentialsError

    monkeypatch.setattr(boto3, "client", no_client)
    with pytest.raises(errors.ProviderUnreachableError):
        await bedrock.build(CONNECTION).list_models()


async def test_text_models_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    boto3 = pytest.importorskip("boto3")

    class Catalog:
        def list_foundation_models(self, **_filters: str) -> dict[str, Any]:
            return {"modelSummaries": [{"modelId": "amazon.nova-lite-v1:0"}]}

    monkeypatch.setattr(boto3, "client", lambda *_names, **_settings: Catalog())
    assert await bedrock.build(CONNECTION).list_models() == ["amazon.nova-lite-v1:0"]
