"""Ollama's chat: one JSON object per line."""

import json
from typing import Any

from tests.fakes.provider.dialects import calls, joined, message_of
from tests.fakes.provider.script import Script, Text, Thinking, ToolCall, Usage

CREATED = "2026-01-01T00:00:00.000000Z"


class Ollama:
    """Lines that end with ``done``."""

    content_type = "application/x-ndjson"

    def __init__(self, model: str) -> None:
        self._model = model

    def _body(self, message: dict[str, Any], **fields: Any) -> dict[str, Any]:
        return {
            "model": self._model,
            "created_at": CREATED,
            "message": {"role": "assistant", "content": "", **message},
            "done": False,
            **fields,
        }

    def _line(self, message: dict[str, Any], **fields: Any) -> bytes:
        return json.dumps(self._body(message, **fields)).encode() + b"\n"

    def start(self, usage: Usage | None) -> bytes:
        return b""

    def step(self, step: Text | Thinking | ToolCall) -> bytes:
        match step:
            case Text(text=text):
                return self._line({"content": text})
            case Thinking(text=text):
                return self._line({"thinking": text})
            case ToolCall():
                return self._line({"tool_calls": [self._call(step)]})

    def _call(self, call: ToolCall) -> dict[str, Any]:
        return {"function": {"name": call.name, "arguments": json.loads(call.arguments)}}

    def _done(self, script: Script) -> dict[str, Any]:
        counted = script.usage or Usage(0, 0)
        return {
            "done": True,
            "done_reason": "length" if script.stop == "length" else "stop",
            "total_duration": 1,
            "load_duration": 1,
            "prompt_eval_count": counted.input_tokens,
            "prompt_eval_duration": 1,
            "eval_count": counted.output_tokens,
            "eval_duration": 1,
        }

    def end(self, script: Script) -> bytes:
        return self._line({}, **self._done(script))

    def whole(self, script: Script) -> dict[str, Any]:
        message: dict[str, Any] = {"content": joined(script, Text)}
        if thought := joined(script, Thinking):
            message["thinking"] = thought
        if wishes := calls(script):
            message["tool_calls"] = [self._call(wish) for wish in wishes]
        return self._body(message, **self._done(script))

    def error(self, status: int) -> dict[str, Any]:
        return {"error": message_of(status)}


def tags_body(models: list[str]) -> dict[str, Any]:
    """Return the answer of ``/api/tags``."""
    details = {"family": "fake", "parameter_size": "1B", "quantization_level": "Q4_0"}
    return {
        "models": [
            {
                "name": name,
                "model": name,
                "modified_at": CREATED,
                "size": 1,
                "digest": "0" * 64,
                "details": details,
            }
            for name in models
        ],
    }


def show_body() -> dict[str, Any]:
    """Return the answer of ``/api/show``."""
    return {
        "modelfile": "",
        "parameters": "",
        "template": "",
        "details": {"family": "fake"},
        "model_info": {"general.architecture": "fake", "fake.context_length": 8192},
        "capabilities": ["completion", "tools", "thinking"],
    }
