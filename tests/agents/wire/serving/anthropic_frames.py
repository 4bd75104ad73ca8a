"""Short ways to write and to read streams of the messages API."""

import json
from collections.abc import Iterable

from agents.llm.wire.neutral import ChatRequest, Event
from agents.llm.wire.serving import anthropic
from agents.llm.wire.serving.asked import Answering, Asked

Frame = tuple[str, dict[str, object]]  # name, data

ASKED = Asked(ChatRequest("gpt", ()))
ANSWERING = Answering(id="r1", model="gpt", created=1795000000, asked=ASKED)


def frames(sent: bytes) -> list[Frame]:
    """Return the events of a stream, read as strictly as the dialect is written."""
    assert sent.endswith(b"\n\n")
    return [_frame(event) for event in sent.removesuffix(b"\n\n").split(b"\n\n")]


def _frame(event: bytes) -> Frame:
    name, data = event.split(b"\n")
    assert name.startswith(b"event: ")
    assert data.startswith(b"data: ")
    body = json.loads(data.removeprefix(b"data: "))
    assert body["type"] == name.removeprefix(b"event: ").decode()
    return body["type"], body


def encoded(events: Iterable[Event]) -> list[Frame]:
    encoder = anthropic.encoder(ANSWERING)
    return frames(b"".join(encoder.encode([event]) for event in events))


def start(model: str = "gpt") -> Frame:
    message: dict[str, object] = {
        "id": "msg_r1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage(0, 0),
    }
    return "message_start", {"type": "message_start", "message": message}


def usage(given: int, output: int, *, cached: int = 0, thinking: int = 0) -> dict[str, object]:
    counts: dict[str, object] = {
        "input_tokens": given,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": output,
    }
    if thinking:
        counts["output_tokens_details"] = {"thinking_tokens": thinking}
    return counts


def opened(index: int, **block: object) -> Frame:
    name = "content_block_start"
    return name, {"type": name, "index": index, "content_block": block}


def opened_text(index: int) -> Frame:
    return opened(index, type="text", text="")


def opened_thinking(index: int) -> Frame:
    return opened(index, type="thinking", thinking="", signature="")


def opened_call(index: int, call_id: str, name: str) -> Frame:
    return opened(index, type="tool_use", id=call_id, name=name, input={})


def grown(index: int, **delta: object) -> Frame:
    """Return a delta; its type is told by its field."""
    kinds = {
        "text": "text_delta",
        "thinking": "thinking_delta",
        "signature": "signature_delta",
        "partial_json": "input_json_delta",
    }
    (field,) = delta
    name = "content_block_delta"
    return name, {"type": name, "index": index, "delta": {"type": kinds[field], **delta}}


def closed(index: int) -> Frame:
    return "content_block_stop", {"type": "content_block_stop", "index": index}


def ended(reason: str, counts: dict[str, object], **details: object) -> list[Frame]:
    delta = {"stop_reason": reason, "stop_sequence": None, **details}
    body: dict[str, object] = {"type": "message_delta", "delta": delta, "usage": counts}
    return [("message_delta", body), ("message_stop", {"type": "message_stop"})]


def failed(kind: str, message: str) -> Frame:
    return "error", {"type": "error", "error": {"type": kind, "message": message}}
