"""Streams as providers send them, and short ways to write more."""

import json
from collections.abc import Iterable
from typing import Protocol

from agents.llm.wire.neutral import Event, TextDelta

DONE = b"data: [DONE]\n\n"


class Decoder(Protocol):
    def feed(self, chunk: bytes) -> list[Event]: ...

    def finish(self) -> list[Event]: ...


def decoded(decoder: Decoder, chunks: Iterable[bytes]) -> list[Event]:
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return events + decoder.finish()


def text_of(events: Iterable[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def data(body: object) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def named(body: dict[str, object]) -> bytes:
    return b"event: " + str(body["type"]).encode() + b"\n" + data(body)


# --- OpenAI chat completions ---------------------------------------------------------------


def chunk(delta: object = None, finish: str | None = None, **fields: object) -> bytes:
    choices: list[object] = []
    if delta is not None or finish is not None:
        choices = [{"index": 0, "delta": delta or {}, "logprobs": None, "finish_reason": finish}]
    head = {"id": "chatcmpl-7", "object": "chat.completion.chunk", "created": 1795000000}
    return data({**head, "model": "gpt-4.1", "choices": choices, **fields})


def call_fragment(
    arguments: object, *, index: int | None = None, call_id: str = "", name: str = ""
) -> bytes:
    function: dict[str, object] = {"arguments": arguments}
    entry: dict[str, object] = {"type": "function", "function": function}
    if index is not None:
        entry["index"] = index
    if call_id:
        entry["id"] = call_id
    if name:
        function["name"] = name
    return chunk({"tool_calls": [entry]})


OPENAI_USAGE = {
    "prompt_tokens": 1025,
    "completion_tokens": 8,
    "total_tokens": 1033,
    "prompt_tokens_details": {"cached_tokens": 1000, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}

OPENAI_TEXT = b"".join(
    [
        chunk({"role": "assistant", "content": "", "refusal": None}, usage=None),
        chunk({"content": "Grüße aus "}, usage=None),
        chunk({"content": "Bergen 🌧."}, usage=None),
        chunk({}, "stop", usage=None),
        chunk(usage=OPENAI_USAGE),
        DONE,
    ]
)

OPENAI_CALLS = b"".join(
    [
        chunk({"role": "assistant", "content": "Looking."}),
        call_fragment("", index=0, call_id="call_1", name="get_weather"),
        call_fragment("", index=1, call_id="call_2", name="get_time"),
        call_fragment('{"city":', index=0),
        call_fragment("{}", index=1),
        call_fragment('"Oslo"}', index=0),
        chunk({}, "tool_calls"),
        DONE,
    ]
)

OPENAI_REASONING = b"".join(
    [
        chunk({"role": "assistant", "content": None, "reasoning_content": ""}),
        chunk({"reasoning_content": "Weather question. "}),
        chunk({"reasoning_content": "Answer short."}),
        chunk({"content": "Rain."}),
        chunk({"content": ""}, "stop"),
        DONE,
    ]
)

AZURE_TEXT = b"".join(
    [
        data({"id": "", "model": "", "choices": [], "prompt_filter_results": [{}]}),
        chunk({"role": "assistant", "content": ""}),
        b": keepalive\r\n\r\n",
        chunk({"content": "Hi"}),
        chunk({}, "stop"),
        DONE,
    ]
)

# --- Anthropic messages --------------------------------------------------------------------


def message_start(**usage: object) -> bytes:
    message: dict[str, object] = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    return named({"type": "message_start", "message": message})


def block_start(index: int, block: dict[str, object]) -> bytes:
    return named({"type": "content_block_start", "index": index, "content_block": block})


def block_delta(index: int, **delta: object) -> bytes:
    return named({"type": "content_block_delta", "index": index, "delta": delta})


def block_stop(index: int) -> bytes:
    return named({"type": "content_block_stop", "index": index})


def message_delta(reason: str | None, **usage: object) -> bytes:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return named({"type": "message_delta", "delta": delta, "usage": usage})


MESSAGE_STOP = named({"type": "message_stop"})
PING = named({"type": "ping"})

ANTHROPIC_TEXT = b"".join(
    [
        message_start(
            input_tokens=25,
            cache_creation_input_tokens=10,
            cache_read_input_tokens=1000,
            output_tokens=1,
        ),
        block_start(0, {"type": "text", "text": ""}),
        PING,
        block_delta(0, type="text_delta", text="Grüße aus "),
        block_delta(0, type="text_delta", text="Bergen 🌧."),
        block_stop(0),
        message_delta("end_turn", output_tokens=8),
        MESSAGE_STOP,
    ]
)

ANTHROPIC_CALLS = b"".join(
    [
        message_start(input_tokens=25, output_tokens=1),
        block_start(0, {"type": "text", "text": ""}),
        block_delta(0, type="text_delta", text="I will look."),
        block_stop(0),
        block_start(1, {"type": "tool_use", "id": "toolu_01", "name": "get_weather", "input": {}}),
        block_delta(1, type="input_json_delta", partial_json=""),
        block_delta(1, type="input_json_delta", partial_json='{"city": "Ber'),
        block_delta(1, type="input_json_delta", partial_json='gen"}'),
        block_stop(1),
        block_start(2, {"type": "tool_use", "id": "toolu_02", "name": "get_time", "input": {}}),
        block_stop(2),
        message_delta("tool_use", output_tokens=52),
        MESSAGE_STOP,
    ]
)

ANTHROPIC_THINKING = b"".join(
    [
        message_start(input_tokens=25, output_tokens=1),
        block_start(0, {"type": "thinking", "thinking": "", "signature": ""}),
        block_delta(0, type="thinking_delta", thinking="The user wants "),
        block_delta(0, type="thinking_delta", thinking="the weather."),
        block_delta(0, type="signature_delta", signature="EqQBCgIYAhIM"),
        block_stop(0),
        block_start(1, {"type": "redacted_thinking", "data": "b3BhcXVl"}),
        block_stop(1),
        block_start(2, {"type": "text", "text": ""}),
        block_delta(2, type="text_delta", text="Rain."),
        block_stop(2),
        message_delta("end_turn", output_tokens=40, output_tokens_details={"thinking_tokens": 33}),
        MESSAGE_STOP,
    ]
)

ANTHROPIC_PAUSED = b"".join(
    [
        message_start(input_tokens=25, output_tokens=1),
        block_start(0, {"type": "text", "text": "I "}),
        block_delta(0, type="text_delta", text="look. "),
        block_delta(0, type="citations_delta", citation={"type": "page", "title": "Rain"}),
        block_stop(0),
        block_start(1, {"type": "server_tool_use", "id": "srv_1", "name": "search", "input": {}}),
        block_delta(1, type="input_json_delta", partial_json='{"query": "Ber'),
        block_delta(1, type="input_json_delta", partial_json='gen"}'),
        block_stop(1),
        message_delta("pause_turn", output_tokens=9),
        MESSAGE_STOP,
    ]
)
