"""Short ways to write and to read the streams of OpenAI's dialects."""

import json
from collections.abc import Iterable

from agents.llm.wire.neutral import Event
from agents.llm.wire.serving import openai_chat, openai_responses
from agents.llm.wire.serving.asked import Asked
from tests.agents.wire.serving.openai_asking import Json, answering

CLAUDE = "anthropic-claude-v1"


def chunks(sent: bytes) -> list[object]:
    """Return the data of a chat stream in order, read as strictly as the dialect is written."""
    events = sent.split(b"\n\n")
    assert events.pop() == b""
    found: list[object] = []
    for event in events:
        assert event.startswith(b"data: ")
        assert b"\n" not in event
        line = event.removeprefix(b"data: ")
        found.append("[DONE]" if line == b"[DONE]" else json.loads(line))
    return found


def chat_stream(events: Iterable[Event], asked: Asked | None = None) -> list[object]:
    """Return the data of a chat stream whose events come one by one."""
    encoder = openai_chat.encoder(answering(asked))
    return chunks(b"".join(encoder.encode([event]) for event in events))


def frames(sent: bytes) -> list[Json]:
    """Return the events of a Responses stream, whose numbers and names must be right."""
    events = sent.split(b"\n\n")
    assert events.pop() == b""
    found: list[Json] = []
    for number, event in enumerate(events):
        name, line = event.split(b"\n")
        body = json.loads(line.removeprefix(b"data: "))
        assert name == b"event: " + body["type"].encode()
        assert body.pop("sequence_number") == number
        found.append(body)
    return found


def responses_stream(events: Iterable[Event], asked: Asked | None = None) -> list[Json]:
    """Return the events of a Responses stream whose neutral events come one by one."""
    encoder = openai_responses.encoder(answering(asked))
    return frames(b"".join(encoder.encode([event]) for event in events))


HEAD: Json = {
    "id": "chatcmpl-01",
    "object": "chat.completion.chunk",
    "created": 1795000000,
    "model": "sonnet",
}


def chunk(finish: str | None = None, **delta: object) -> Json:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {**HEAD, "choices": [choice]}


def role(content: str | None) -> Json:
    return chunk(role="assistant", content=content)


def call_start(index: int, call_id: str, name: str) -> Json:
    function = {"name": name, "arguments": ""}
    call = {"index": index, "id": call_id, "type": "function", "function": function}
    return chunk(tool_calls=[call])


def call_more(index: int, arguments: str) -> Json:
    return chunk(tool_calls=[{"index": index, "function": {"arguments": arguments}}])


def detail(index: int = 0, mark: str = CLAUDE, **fields: str) -> Json:
    return {"type": "reasoning.text", "format": mark, "index": index, **fields}


def thought(text: str, index: int = 0, mark: str = CLAUDE) -> Json:
    return chunk(reasoning_content=text, reasoning_details=[detail(index, mark, text=text)])


def with_usage(body: Json) -> Json:
    return {**body, "usage": None}


def usage_chunk(prompt: int, output: int, *, cached: int = 0, reasoning: int = 0) -> Json:
    counts = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return {**HEAD, "choices": [], "usage": counts}


# --- Responses ---------------------------------------------------------------------------

USAGE: Json = {
    "input_tokens": 25,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 45,
}


def added(index: int, item: Json) -> Json:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def done(index: int, item: Json) -> Json:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def in_message(name: str, **fields: object) -> Json:
    place: Json = {"item_id": "msg_01", "output_index": 0, "content_index": 0}
    return {"type": f"response.{name}", **place, **fields}


def in_item(event: str, item_id: str, index: int, /, **fields: object) -> Json:
    return {"type": f"response.{event}", "item_id": item_id, "output_index": index, **fields}
