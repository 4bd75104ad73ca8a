"""OpenAI chat completions, also for Azure and everything compatible."""

import itertools
from typing import Any

from tests.fakes.provider.dialects import calls, data_line, joined, message_of, pieces
from tests.fakes.provider.script import Script, Text, Thinking, ToolCall, Usage

KINDS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    402: ("insufficient_quota", "insufficient_quota"),
    403: ("invalid_request_error", "model_not_allowed"),
    404: ("invalid_request_error", "model_not_found"),
    413: ("invalid_request_error", "request_too_large"),
    422: ("invalid_request_error", None),
    429: ("requests", "rate_limit_exceeded"),
}


def usage_body(usage: Usage) -> dict[str, Any]:
    """Return the usage object."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.written_tokens,
            "audio_tokens": usage.audio_tokens,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": usage.audio_output_tokens,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


class OpenAI:
    """Chunks of ``chat.completion.chunk`` and ``[DONE]``."""

    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, model: str, *, wants_usage: bool, is_azure: bool = False) -> None:
        self._model = model
        self._wants_usage = wants_usage
        self._is_azure = is_azure
        self._calls = itertools.count()

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return data_line(self._frame(choices=[choice]))

    def _frame(self, **fields: Any) -> dict[str, Any]:
        return {
            "id": "chatcmpl-fake",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": self._model,
            **fields,
        }

    def start(self, usage: Usage | None) -> bytes:
        first = self._chunk({"role": "assistant", "content": ""})
        if not self._is_azure:
            return first
        return data_line(self._frame(choices=[], prompt_filter_results=[])) + first

    def step(self, step: Text | Thinking | ToolCall) -> bytes:
        match step:
            case Text(text=text):
                return self._chunk({"content": text})
            case Thinking(text=text):
                return self._chunk({"reasoning_content": text})
            case ToolCall():
                return self._call(step)

    def _call(self, call: ToolCall) -> bytes:
        index = next(self._calls)
        function: dict[str, Any] = {"name": call.name, "arguments": ""}
        opening = {"index": index, "id": call.id, "type": "function", "function": function}
        sent = self._chunk({"tool_calls": [opening]})
        for piece in pieces(call.arguments):
            delta = {"index": index, "function": {"arguments": piece}}
            sent += self._chunk({"tool_calls": [delta]})
        return sent

    def end(self, script: Script) -> bytes:
        sent = self._chunk({}, script.stop)
        if script.usage and self._wants_usage:
            sent += data_line(self._frame(choices=[], usage=usage_body(script.usage)))
        return sent + b"data: [DONE]\n\n"

    def whole(self, script: Script) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": joined(script, Text)}
        if thought := joined(script, Thinking):
            message["reasoning_content"] = thought
        if wishes := calls(script):
            message["tool_calls"] = [
                {
                    "id": wish.id,
                    "type": "function",
                    "function": {"name": wish.name, "arguments": wish.arguments},
                }
                for wish in wishes
            ]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": script.stop}
        body = {**self._frame(choices=[choice]), "object": "chat.completion"}
        return {**body, "usage": usage_body(script.usage)} if script.usage else body

    def error(self, status: int) -> dict[str, Any]:
        kind, code = KINDS.get(status, ("server_error", None))
        return {
            "error": {"message": message_of(status), "type": kind, "param": None, "code": code},
        }


def models_body(models: list[str]) -> dict[str, Any]:
    """Return the answer of ``/v1/models``."""
    return {
        "object": "list",
        "data": [
            {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "tests"}
            for name in models
        ],
    }
