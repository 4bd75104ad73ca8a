"""Routes of one dialect whose answers come as events (1.1, 3.5)."""

import json
from itertools import pairwise

import pytest

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.media import (
    COMPLETION,
    FORM,
    IMAGE,
    SAID,
    Door,
    ask,
    counting,
    form,
    used,
)
from tests.relay.conformance.upstream import EVENT_STREAM, Json, Reply
from tests.relay.conformance.wires import pieces_of, sse

pytestmark = pytest.mark.services


def chunks_of(*texts: str, usage: Json | None = None) -> bytes:
    """Return a legacy completion's stream."""
    parts = [{**COMPLETION, "usage": None, "choices": [{"index": 0, "text": t}]} for t in texts]
    parts.append({**COMPLETION, "choices": [{"index": 0, "text": "", "finish_reason": "stop"}]})
    parts[-1]["usage"] = usage
    return b"".join(map(sse, parts)) + b"data: [DONE]\n\n"


def named(*events: Json) -> bytes:
    return b"".join(sse(event, name=event["type"]) for event in events)


SPEECH = Door(
    "/v1/audio/speech",
    b'{"stream_format":"sse","voice":"alloy","input":"MARK","model":"MODEL"}',
    Reply(
        (
            b"".join(
                map(
                    sse,
                    (
                        {"type": "speech.audio.delta", "audio": "AAAA"},
                        {"type": "speech.audio.done", "usage": counting(14, 101)},
                    ),
                )
            ),
        ),
        headers=EVENT_STREAM,
    ),
    (14, 101),
)
STREAMS = [
    Door(
        "/v1/completions",
        b'{"stream":true,"prompt":"MARK","model":"MODEL"}',
        Reply((chunks_of(" Ra", "in.", usage=COMPLETION["usage"]),), headers=EVENT_STREAM),
        (25, 8),
    ),
    Door(
        "/v1/images/generations",
        b'{"stream":true,"partial_images":1,"prompt":"MARK","model":"MODEL"}',
        Reply(
            (
                named(
                    {"type": "image_generation.partial_image", "b64_json": "AAAA"},
                    {"type": "image_generation.completed", **IMAGE},
                ),
            ),
            headers=EVENT_STREAM,
        ),
        (250, 4160),
    ),
    SPEECH,
    Door(
        "/v1/audio/transcriptions",
        form(("stream", b"true"), ("model", b"MODEL")),
        Reply(
            (
                b"".join(
                    map(
                        sse,
                        (
                            {"type": "transcript.text.delta", "delta": "Rain"},
                            {"type": "transcript.text.done", **SAID},
                        ),
                    )
                ),
            ),
            headers=EVENT_STREAM,
        ),
        (14, 45),
        FORM,
    ),
]
STREAMED = pytest.mark.parametrize("door", [pytest.param(one, id=one.path[4:]) for one in STREAMS])


@STREAMED
def test_a_stream_passes_byte_by_byte_and_is_counted(relay: Relay, door: Door) -> None:
    stream = b"".join(door.reply.pieces)
    counts = [used(relay)[1:]]
    for seed in range(4):
        reply = Reply(pieces_of(stream, seed=seed), headers=EVENT_STREAM)
        answer, (received,) = ask(relay, door, reply)
        assert answer.content == stream
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert received.body == door.asking("MARK", "gpt-4.1")
        counts.append(used(relay)[1:])
    for (given, output), (more_given, more_output) in pairwise(counts):
        assert (more_given - given, more_output - output) == door.counted


@STREAMED
def test_a_stream_that_breaks_off_ends_with_an_error(relay: Relay, door: Door) -> None:
    first, _event_end, _rest = b"".join(door.reply.pieces).partition(b"\n\n")
    reply = Reply((first + b"\n\n",), headers=EVENT_STREAM, is_cut=True)
    answer, _requests = ask(relay, door, reply)
    shown, _newline, last = answer.content.rpartition(b"data: ")
    assert shown == first + b"\n\n"
    assert json.loads(last)["error"]["code"] == "upstream_truncated"
