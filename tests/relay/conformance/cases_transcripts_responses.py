"""The reference's transcript T12 and the rules of 3.4, event by event."""

from tests.relay.conformance.frames import (
    PING,
    argued,
    closed,
    ended,
    opened_call,
    opened_text,
    started,
    wrote,
)
from tests.relay.conformance.tables import Exact
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import events


def answered(
    status: str, number: int, output: list[Json], usage: Json | None = None, **fields: object
) -> Json:
    body = {
        "id": "resp_ID",
        "object": "response",
        "created_at": 0,
        "status": status,
        "model": "sonnet",
        "output": output,
    }
    rest = {
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "error": None,
        "incomplete_details": None,
    }
    echo = {
        "instructions": None,
        "metadata": {},
        "temperature": None,
        "top_p": None,
        "store": False,
        "usage": usage,
    }
    name = {"in_progress": "in_progress" if number else "created"}.get(status, status)
    return {
        "type": f"response.{name}",
        "sequence_number": number,
        "response": {**body, **rest, **echo, **fields},
    }


PART: Json = {"type": "output_text", "text": "Looking.", "annotations": []}
ITEM: Json = {
    "type": "message",
    "id": ...,
    "role": "assistant",
    "status": "completed",
    "content": [PART],
}
CALL: Json = {
    "type": "function_call",
    "id": ...,
    "call_id": "toolu_01",
    "name": "get_time",
    "arguments": "{}",
    "status": "completed",
}
AT: Json = {"item_id": ..., "output_index": 0}
COUNTED: Json = {
    "input_tokens": 25,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 45,
}
LOOKING: list[Json] = [
    answered("in_progress", 0, []),
    answered("in_progress", 1, []),
    {
        "type": "response.output_item.added",
        "sequence_number": 2,
        "output_index": 0,
        "item": {**ITEM, "status": "in_progress", "content": []},
    },
    {
        "type": "response.content_part.added",
        "sequence_number": 3,
        **AT,
        "content_index": 0,
        "part": {**PART, "text": ""},
    },
    {
        "type": "response.output_text.delta",
        "sequence_number": 4,
        **AT,
        "content_index": 0,
        "delta": "Looking.",
        "logprobs": [],
    },
]
T12_SENT = [
    started(),
    opened_text(0),
    wrote(0, "Looking."),
    closed(0),
    opened_call(1, "toolu_01", "get_time"),
    argued(1, ""),
    closed(1),
    *ended("tool_use", output_tokens=20),
]
T12_GOT: list[object] = [
    *LOOKING,
    {
        "type": "response.output_text.done",
        "sequence_number": 5,
        **AT,
        "content_index": 0,
        "text": "Looking.",
        "logprobs": [],
    },
    {
        "type": "response.content_part.done",
        "sequence_number": 6,
        **AT,
        "content_index": 0,
        "part": PART,
    },
    {"type": "response.output_item.done", "sequence_number": 7, "output_index": 0, "item": ITEM},
    {
        "type": "response.output_item.added",
        "sequence_number": 8,
        "output_index": 1,
        "item": {**CALL, "arguments": "", "status": "in_progress"},
    },
    {
        "type": "response.function_call_arguments.delta",
        "sequence_number": 9,
        **AT,
        "output_index": 1,
        "delta": "{}",
    },
    {
        "type": "response.function_call_arguments.done",
        "sequence_number": 10,
        **AT,
        "output_index": 1,
        "name": "get_time",
        "arguments": "{}",
    },
    {"type": "response.output_item.done", "sequence_number": 11, "output_index": 1, "item": CALL},
    answered("completed", 12, [ITEM, CALL], COUNTED),
]
FAILED: Json = {"type": "response.failed", "sequence_number": 5, "response": ...}
EXACT = [
    Exact("T12-responses-text-then-a-call", "responses", "sonnet", events(T12_SENT), T12_GOT),
    Exact(
        "responses-error-in-mid-stream",
        "responses",
        "sonnet",
        events(
            [
                started(),
                opened_text(0),
                wrote(0, "Looking."),
                PING,
                {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            ]
        ),
        [*LOOKING, FAILED],
    ),
    Exact(
        "responses-end-before-the-end-is-a-failure",
        "responses",
        "sonnet",
        events([started(), opened_text(0), wrote(0, "Looking.")]),
        [*LOOKING, FAILED],
    ),
]
