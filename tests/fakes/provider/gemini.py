"""Google's generateContent."""

import json
from typing import Any

from tests.fakes.provider.dialects import data_line, message_of, spoken
from tests.fakes.provider.script import Script, Text, Thinking, ToolCall, Usage

STOPS = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP"}
KINDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}


def usage_body(usage: Usage) -> dict[str, Any]:
    """Return the usage object; thoughts are apart from candidates here."""
    return {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
        "thoughtsTokenCount": usage.reasoning_tokens,
        "totalTokenCount": usage.input_tokens + usage.output_tokens,
        "cachedContentTokenCount": usage.cached_tokens,
    }


class Gemini:
    """Candidates with parts."""

    content_type = "text/event-stream"

    def __init__(self, model: str) -> None:
        self._model = model

    def _body(self, parts: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
        candidate = {"content": {"role": "model", "parts": parts}, "index": 0, **fields}
        return {"candidates": [candidate], "modelVersion": self._model, "responseId": "fake"}

    def start(self, usage: Usage | None) -> bytes:
        return b""

    def step(self, step: Text | Thinking | ToolCall) -> bytes:
        return data_line(self._body([self._part(step)]))

    def _part(self, step: Text | Thinking | ToolCall) -> dict[str, Any]:
        match step:
            case Text(text=text):
                return {"text": text}
            case Thinking(text=text):
                return {"text": text, "thought": True}
            case ToolCall():
                return {"functionCall": {"name": step.name, "args": json.loads(step.arguments)}}

    def end(self, script: Script) -> bytes:
        body = self._body([{"text": ""}], finishReason=STOPS[script.stop])
        return data_line(body | self._counted(script))

    def whole(self, script: Script) -> dict[str, Any]:
        parts = [self._part(step) for step in spoken(script)]
        body = self._body(parts, finishReason=STOPS[script.stop])
        return body | self._counted(script)

    def _counted(self, script: Script) -> dict[str, Any]:
        return {"usageMetadata": usage_body(script.usage)} if script.usage else {}

    def error(self, status: int) -> dict[str, Any]:
        kind = KINDS.get(status, "INTERNAL")
        return {"error": {"code": status, "message": message_of(status), "status": kind}}


def models_body(models: list[str]) -> dict[str, Any]:
    """Return the answer of ``/v1beta/models``."""
    return {
        "models": [
            {
                "name": f"models/{name}",
                "displayName": name,
                "inputTokenLimit": 1_048_576,
                "outputTokenLimit": 65_536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            }
            for name in models
        ],
    }
