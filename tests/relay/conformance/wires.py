"""Answers as providers write them: whole messages, and the same as streams."""

import json
import random
from collections.abc import Iterable, Iterator

from tests.relay.conformance.upstream import Json

CREATED = 1_795_000_000

# What tools and formatted answers of the tables are made of.
SCHEMA: Json = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def sse(body: object, *, name: str = "") -> bytes:
    """Return one event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(body)}\n\n".encode()


def pieces_of(stream: bytes, *, seed: int, cuts: int = 9) -> tuple[bytes, ...]:
    """Return the bytes cut at random places; seed 0: in one piece."""
    if not seed or len(stream) < 2:
        return (stream,)
    dice = random.Random(seed)
    places = sorted({dice.randrange(1, len(stream)) for _cut in range(cuts)})
    starts, ends = [0, *places], [*places, len(stream)]
    return tuple(stream[start:end] for start, end in zip(starts, ends, strict=True))


# --- Anthropic's messages ------------------------------------------------------------------


def message(
    *blocks: Json, stop: str | None = "end_turn", usage: Json | None = None, **fields: object
) -> Json:
    """Return a whole answer of Anthropic's API."""
    counts = {"input_tokens": 25, "output_tokens": 8}
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": list(blocks),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {**counts, **(usage or {})},
        **fields,
    }


def text(said: str, **fields: object) -> Json:
    return {"type": "text", "text": said, **fields}


def thinking(thought: str, signature: str = "EqQBCgIYAhIM") -> Json:
    return {"type": "thinking", "thinking": thought, "signature": signature}


def tool_use(call_id: str, name: str, arguments: Json | None = None) -> Json:
    return {"type": "tool_use", "id": call_id, "name": name, "input": arguments or {}}


def server_tool_use(call_id: str, name: str, arguments: Json | None = None) -> Json:
    """Return the call of a tool that the provider runs itself."""
    return {"type": "server_tool_use", "id": call_id, "name": name, "input": arguments or {}}


def anthropic_stream(whole: Json) -> bytes:
    """Return a whole answer as the events of its stream."""
    return b"".join(sse(event, name=event["type"]) for event in anthropic_events(whole))


def anthropic_events(whole: Json) -> Iterator[Json]:
    """Yield the events of an answer's stream."""
    counts = dict(whole["usage"])
    late = {
        name: counts.pop(name)
        for name in ("output_tokens", "output_tokens_details")
        if name in counts
    }
    start = {**whole, "content": [], "stop_reason": None, "usage": {**counts, "output_tokens": 1}}
    start.pop("stop_details", None)
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(whole["content"]):
        yield from _block_events(index, block)
    delta = {
        name: whole[name]
        for name in ("stop_reason", "stop_sequence", "stop_details")
        if name in whole
    }
    yield {"type": "message_delta", "delta": delta, "usage": late}
    yield {"type": "message_stop"}


def _block_events(index: int, block: Json) -> Iterator[Json]:
    deltas: list[Json] = []
    opened = dict(block)
    match block["type"]:
        case "text":
            opened["text"] = ""
            deltas = [{"type": "text_delta", "text": part} for part in halves(block["text"])]
            cited = opened.pop("citations", None) or []
            deltas += [{"type": "citations_delta", "citation": one} for one in cited]
        case "thinking":
            opened |= {"thinking": "", "signature": ""}
            deltas = [
                {"type": "thinking_delta", "thinking": part} for part in halves(block["thinking"])
            ]
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
        case "tool_use" | "server_tool_use":
            opened["input"] = {}
            written = json.dumps(block["input"]) if block["input"] else ""
            deltas = [
                {"type": "input_json_delta", "partial_json": part} for part in halves(written)
            ]
        case _:
            pass
    yield {"type": "content_block_start", "index": index, "content_block": opened}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def halves(said: str) -> list[str]:
    """Return a text in two parts, or none of it."""
    middle = len(said) // 2
    return [part for part in (said[:middle], said[middle:]) if part]


# --- OpenAI's chat completions -------------------------------------------------------------


def completion(
    content: object = "Rain.",
    *,
    finish: str | None = "stop",
    usage: Json | None = None,
    **fields: object,
) -> Json:
    """Return a whole answer of chat completions; fields: of its message."""
    said = {"role": "assistant", "content": content, **fields}
    counts = {"prompt_tokens": 25, "completion_tokens": 8, "total_tokens": 33}
    return {
        "id": "chatcmpl-up1",
        "object": "chat.completion",
        "created": CREATED,
        "model": "gpt-4.1",
        "choices": [{"index": 0, "message": said, "logprobs": None, "finish_reason": finish}],
        "usage": {**counts, **(usage or {})},
    }


def call(call_id: str, name: str, arguments: str = "{}") -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def openai_stream(whole: Json) -> bytes:
    """Return a whole answer as the events of its stream."""
    return b"".join(map(sse, openai_chunks(whole))) + b"data: [DONE]\n\n"


def openai_chunks(whole: Json) -> Iterator[Json]:
    """Yield the chunks of an answer's stream."""
    said = dict(whole["choices"][0]["message"])
    calls = said.pop("tool_calls", None) or []
    yield chunk({"role": said.pop("role"), "content": None})
    for name in ("reasoning_content", "reasoning"):
        yield from (chunk({name: part}) for part in halves(said.pop(name, None) or ""))
    content = said.pop("content")
    if isinstance(content, str):
        yield from (chunk({"content": part}) for part in halves(content))
    elif content:
        yield chunk({"content": content})
    yield from (chunk({name: value}) for name, value in said.items() if value)
    for index, one in enumerate(calls):
        yield from _call_chunks(index, one)
    yield chunk({}, whole["choices"][0]["finish_reason"])
    if "usage" in whole:
        yield {**chunk({}), "choices": [], "usage": whole["usage"]}


def _call_chunks(index: int, one: Json) -> Iterator[Json]:
    body = {**one["function"], "arguments": ""}
    yield chunk({"tool_calls": [{**one, "index": index, "function": body}]})
    for part in halves(one["function"]["arguments"] or ""):
        yield chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]})


def chunk(delta: Json, finish: str | None = None, **fields: object) -> Json:
    """Return one chunk."""
    return {
        "id": "chatcmpl-up1",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": "gpt-4.1",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        **fields,
    }


def chunks(*parts: Json, done: bool = True) -> bytes:
    """Return chunks as a stream."""
    return b"".join(map(sse, parts)) + (b"data: [DONE]\n\n" if done else b"")


def events(parts: Iterable[Json]) -> bytes:
    """Return named events as a stream."""
    return b"".join(sse(part, name=part["type"]) for part in parts)
