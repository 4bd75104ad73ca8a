"""Responses and their output items, as bodies."""

from collections.abc import Mapping

from agents.llm.wire.neutral import Failed, StopReason, Usage
from agents.llm.wire.parts import ToolKind
from agents.llm.wire.serving.asked import Answering
from agents.llm.wire.serving.openai_counts import responses_usage

INCOMPLETE: dict[StopReason, str] = {
    "length": "max_output_tokens",
    "refusal": "content_filter",
    "content_filter": "content_filter",
}
FAILED_CODES = {  # part of a failure's kind → the name that clients of this dialect know
    "overloaded": "server_is_overloaded",
    "rate_limit": "rate_limit_exceeded",
    "context": "context_length_exceeded",
    "invalid_request": "invalid_prompt",
}
CALL_TYPES: dict[ToolKind, str] = {"function": "function_call", "custom": "custom_tool_call"}
CALL_FIELDS: dict[ToolKind, str] = {"function": "arguments", "custom": "input"}


class ItemIds:
    """Ids for the output items of one response: a kind's mark and the response's id."""

    def __init__(self, answer_id: str) -> None:
        self._answer_id = answer_id
        self._counts: dict[str, int] = {}

    def of(self, mark: str) -> str:
        """Return an unused id, ``fc_…`` for the mark ``fc``."""
        count = self._counts[mark] = self._counts.get(mark, 0) + 1
        return f"{mark}_{self._answer_id}" + (f"_{count}" if count > 1 else "")

    def of_call(self, kind: ToolKind) -> str:
        """Return an unused id for a call."""
        return self.of("ctc" if kind == "custom" else "fc")


def response_body(
    answering: Answering,
    *,
    status: str,
    output: list[object],
    usage: Usage | None = None,
    **fields: object,
) -> dict[str, object]:
    """Return a response with what it repeats of the request."""
    echo: Mapping[str, object] = answering.asked.echo
    defaults: dict[str, object] = {
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "temperature": None,
        "top_p": None,
    }
    head: dict[str, object] = {
        "id": f"resp_{answering.id}",
        "object": "response",
        "created_at": answering.created,
        "status": status,
        "model": answering.model,
        "output": output,
    }
    tail = {"store": False, "usage": responses_usage(usage) if usage else None}
    return {**head, **defaults, **echo, **tail, **fields}


def ending(reason: StopReason) -> tuple[str, dict[str, object]]:
    """Return the status of a whole response, and the fields that explain it."""
    why = INCOMPLETE.get(reason)
    return ("incomplete", {"incomplete_details": {"reason": why}}) if why else ("completed", {})


def failure_fields(failed: Failed) -> dict[str, object]:
    """Return the fields that explain a failed response."""
    codes = (code for word, code in FAILED_CODES.items() if word in failed.kind)
    return {"error": {"code": next(codes, "server_error"), "message": failed.message}}


def text_part(text: str) -> dict[str, object]:
    """Return a message's text."""
    return {"type": "output_text", "text": text, "annotations": []}


def refusal_part(text: str) -> dict[str, object]:
    """Return a message's refusal."""
    return {"type": "refusal", "refusal": text}


def message_item(item_id: str, content: list[object], *, status: str) -> dict[str, object]:
    """Return the item of what the model says."""
    return {
        "type": "message",
        "id": item_id,
        "role": "assistant",
        "status": status,
        "content": content,
    }


def call_item(
    item_id: str, kind: ToolKind, *, call: tuple[str, str], arguments: str, status: str
) -> dict[str, object]:
    """Return the item of a call; ``call``: its id and its tool's name."""
    return {
        "type": CALL_TYPES[kind],
        "id": item_id,
        "call_id": call[0],
        "name": call[1],
        CALL_FIELDS[kind]: arguments,
        "status": status,
    }
