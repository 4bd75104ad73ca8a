"""The weather story as a Responses upstream tells it."""

import itertools
from typing import Any

from tests.clients import weather
from tests.fakes.provider.dialects import data_line


def whole(body: dict[str, Any]) -> dict[str, Any]:
    """Return a call of the tool, or the answer once the tool's result is there."""
    return _response(body, _items(body), "completed")


def events(body: dict[str, Any]) -> bytes:
    """Return the same as a stream."""
    numbers = itertools.count()
    sent: list[dict[str, Any]] = [
        {"type": "response.created", "response": _response(body, [], "in_progress")},
    ]
    for index, item in enumerate(_items(body)):
        sent += _growing(index, item)
    sent.append({"type": "response.completed", "response": whole(body)})
    return b"".join(
        data_line(event | {"sequence_number": next(numbers)}, event["type"]) for event in sent
    )


def _growing(index: int, item: dict[str, Any]) -> list[dict[str, Any]]:
    at = {"output_index": index, "item_id": item["id"]}
    is_call = item["type"] == "function_call"
    empty: dict[str, Any] = {"arguments": ""} if is_call else {"content": []}
    begun = {**item, "status": "in_progress", **empty}
    sent: list[dict[str, Any]] = [
        {"type": "response.output_item.added", "output_index": index, "item": begun},
    ]
    if is_call:
        kind = "response.function_call_arguments"
        text = item["arguments"]
        sent += [
            {"type": f"{kind}.delta", **at, "delta": text[:8]},
            {"type": f"{kind}.delta", **at, "delta": text[8:]},
            {"type": f"{kind}.done", **at, "name": item["name"], "arguments": text},
        ]
    else:
        part = item["content"][0]
        at |= {"content_index": 0}
        sent += [
            {"type": "response.content_part.added", **at, "part": {**part, "text": ""}},
            {"type": "response.output_text.delta", **at, "delta": part["text"], "logprobs": []},
            {"type": "response.output_text.done", **at, "text": part["text"], "logprobs": []},
            {"type": "response.content_part.done", **at, "part": part},
        ]
    return [*sent, {"type": "response.output_item.done", "output_index": index, "item": item}]


def _items(body: dict[str, Any]) -> list[dict[str, Any]]:
    said = body["input"] if isinstance(body["input"], list) else []
    if any(item.get("type") == "function_call_output" for item in said):
        part = {"type": "output_text", "text": weather.ANSWER, "annotations": [], "logprobs": []}
        message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
        return [message | {"content": [part]}]
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "status": "completed"}
    return [call | {"name": weather.TOOL, "arguments": weather.ARGUMENTS}]


def _response(body: dict[str, Any], items: list[dict[str, Any]], status: str) -> dict[str, Any]:
    usage = {
        "input_tokens": 30,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 8,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 38,
    }
    return {
        "id": "resp_story",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "model": body["model"],
        "output": items,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": body.get("tools", []),
        "usage": usage if status == "completed" else None,
    }
