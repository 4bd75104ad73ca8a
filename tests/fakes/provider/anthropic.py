"""Anthropic messages."""

import json
from typing import Any

from tests.fakes.provider.dialects import data_line, message_of, pieces, spoken
from tests.fakes.provider.script import Script, Text, Thinking, ToolCall, Usage

STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}
KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}
SIGNATURE = "c2lnbmVkLWJ5LXRoZS1mYWtl"


def usage_body(usage: Usage) -> dict[str, Any]:
    """Return the usage object; cached tokens are apart from input here."""
    long = usage.written_long_tokens
    return {
        **sums(usage),
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.written_tokens - long,
            "ephemeral_1h_input_tokens": long,
        },
        "service_tier": "standard",
    }


def sums(usage: Usage) -> dict[str, Any]:
    """Return the counts of all of the answer, as the end of a stream has them."""
    return {
        "input_tokens": usage.input_tokens - usage.cached_tokens - usage.written_tokens,
        "cache_creation_input_tokens": usage.written_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }


class Anthropic:
    """Blocks that open, grow and close between ``message_start`` and ``message_stop``."""

    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, model: str) -> None:
        self._model = model
        self._index = -1
        self._open: type[Text] | type[Thinking] | None = None

    def _event(self, kind: str, **fields: Any) -> bytes:
        return data_line({"type": kind, **fields}, kind)

    def start(self, usage: Usage | None) -> bytes:
        counted = usage_body(usage or Usage(0, 0)) | {"output_tokens": 1}
        message = self._message(content=[], stop_reason=None, usage=counted)
        return self._event("message_start", message=message) + self._event("ping")

    def _message(self, **fields: Any) -> dict[str, Any]:
        return {
            "id": "msg_fake",
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "stop_sequence": None,
            **fields,
        }

    def step(self, step: Text | Thinking | ToolCall) -> bytes:
        match step:
            case Text(text=text):
                opened = self._switch(Text, {"type": "text", "text": ""})
                return opened + self._delta({"type": "text_delta", "text": text})
            case Thinking(text=text):
                block = {"type": "thinking", "thinking": "", "signature": ""}
                opened = self._switch(Thinking, block)
                return opened + self._delta({"type": "thinking_delta", "thinking": text})
            case ToolCall():
                return self._call(step)

    def _switch(self, kind: type[Text] | type[Thinking], block: dict[str, Any]) -> bytes:
        if self._open is kind:
            return b""
        sent = self._close()
        self._open = kind
        return sent + self._start_block(block)

    def _start_block(self, block: dict[str, Any]) -> bytes:
        self._index += 1
        return self._event("content_block_start", index=self._index, content_block=block)

    def _delta(self, delta: dict[str, Any]) -> bytes:
        return self._event("content_block_delta", index=self._index, delta=delta)

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        signed = b""
        if self._open is Thinking:
            signed = self._delta({"type": "signature_delta", "signature": SIGNATURE})
        self._open = None
        return signed + self._event("content_block_stop", index=self._index)

    def _call(self, call: ToolCall) -> bytes:
        block = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        sent = self._close() + self._start_block(block)
        for piece in pieces(call.arguments):
            sent += self._delta({"type": "input_json_delta", "partial_json": piece})
        return sent + self._event("content_block_stop", index=self._index)

    def end(self, script: Script) -> bytes:
        delta = {"stop_reason": STOPS[script.stop], "stop_sequence": None}
        counted = sums(script.usage or Usage(0, 0))
        ending = self._event("message_delta", delta=delta, usage=counted)
        return self._close() + ending + self._event("message_stop")

    def whole(self, script: Script) -> dict[str, Any]:
        return self._message(
            content=[self._block(step) for step in spoken(script)],
            stop_reason=STOPS[script.stop],
            usage=usage_body(script.usage or Usage(0, 0)),
        )

    def _block(self, step: Text | Thinking | ToolCall) -> dict[str, Any]:
        match step:
            case Text(text=text):
                return {"type": "text", "text": text}
            case Thinking(text=text):
                return {"type": "thinking", "thinking": text, "signature": SIGNATURE}
            case ToolCall():
                arguments = json.loads(step.arguments)
                return {"type": "tool_use", "id": step.id, "name": step.name, "input": arguments}

    def error(self, status: int) -> dict[str, Any]:
        kind = KINDS.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message_of(status)}}


def models_body(models: list[str]) -> dict[str, Any]:
    """Return the answer of ``/v1/models``."""
    return {
        "data": [
            {
                "type": "model",
                "id": name,
                "display_name": name,
                "created_at": "2026-01-01T00:00:00Z",
            }
            for name in models
        ],
        "has_more": False,
        "first_id": models[0],
        "last_id": models[-1],
    }
