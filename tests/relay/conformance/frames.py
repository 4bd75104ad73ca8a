"""Short ways to write the events of streams, as providers send them and as clients get them."""

from tests.relay.conformance.tables import Exact, Like
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import events

DONE = "[DONE]"
ASKS_USAGE: Json = {"stream_options": {"include_usage": True}}


def started(**counts: int) -> Json:
    usage = {
        "input_tokens": 25,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 1,
    }
    head = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [],
    }
    return {
        "type": "message_start",
        "message": {
            **head,
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**usage, **counts},
        },
    }


def opened(index: int, **block: object) -> Json:
    return {"type": "content_block_start", "index": index, "content_block": block}


def opened_text(index: int) -> Json:
    return opened(index, type="text", text="")


def opened_call(index: int, call_id: str, name: str) -> Json:
    return opened(index, type="tool_use", id=call_id, name=name, input={})


def grown(index: int, kind: str, **delta: str) -> Json:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}


def wrote(index: int, said: str) -> Json:
    return grown(index, "text_delta", text=said)


def argued(index: int, part: str) -> Json:
    return grown(index, "input_json_delta", partial_json=part)


def closed(index: int) -> Json:
    return {"type": "content_block_stop", "index": index}


def ended(reason: str, **counts: object) -> list[Json]:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return [{"type": "message_delta", "delta": delta, "usage": counts}, {"type": "message_stop"}]


PING: Json = {"type": "ping"}


def given(
    finish: str | None = None, *, asked: bool = False, model: str = "sonnet", **delta: object
) -> Json:
    """Return a chunk as the client gets it."""
    body = {"id": "chatcmpl-ID", "object": "chat.completion.chunk", "created": 0, "model": model}
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {**body, "choices": [choice], **({"usage": None} if asked else {})}


def counted(prompt: int, output: int, *, cached: int = 0, reasoning: int = 0) -> Json:
    """Return the counts of chat completions."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def usage_chunk(counts: Json) -> Json:
    return {**given(), "choices": [], "usage": counts}


def call_begun(index: int, call_id: str, name: str) -> Json:
    function = {"name": name, "arguments": ""}
    return {
        "tool_calls": [{"index": index, "id": call_id, "type": "function", "function": function}]
    }


def call_grown(index: int, part: str) -> Json:
    return {"tool_calls": [{"index": index, "function": {"arguments": part}}]}


def detail(index: int = 0, **fields: object) -> Json:
    mark = Like("^anthropic-claude-v1")
    return {
        "reasoning_details": [{"type": "reasoning.text", "format": mark, "index": index, **fields}]
    }


def failed(kind: str, code: object, message: object = ...) -> Json:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def chat(name: str, sent: list[Json], got: list[object], **fields: object) -> Exact:
    """Return a row of a chat client before Anthropic's API."""
    is_cut = bool(fields.pop("is_cut", False))
    return Exact(name, "chat", "sonnet", events(sent), got, fields, is_cut)
