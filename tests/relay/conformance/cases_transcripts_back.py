"""The reference's transcripts T6 to T10 and the rules of 3.3, for messages clients."""

from tests.relay.conformance.frames import (
    argued,
    call_begun,
    call_grown,
    closed,
    ended,
    grown,
    opened,
    opened_call,
    opened_text,
    wrote,
)
from tests.relay.conformance.tables import Exact, Has
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import chunk, chunks

HEAD = chunk({"role": "assistant", "content": ""})
EMPTY = chunk({"role": "assistant", "content": None})
COMMENT = b": OPENROUTER PROCESSING\n\n"
NO_USAGE: Json = {
    "input_tokens": 0,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "output_tokens": 0,
}


def counts(prompt: int, output: int, *, cached: int = 0, reasoning: int = 0) -> Json:
    """Return the last chunk, which counts."""
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return {**chunk({}), "choices": [], "usage": usage}


def begun(model: str) -> Json:
    message = {
        "id": "msg_ID",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
    }
    return {
        "type": "message_start",
        "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": NO_USAGE},
    }


def finished(
    reason: str, given: int, output: int, *, cached: int = 0, thinking: int = 0
) -> list[Json]:
    usage = {
        "input_tokens": given,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": output,
    }
    details = {"output_tokens_details": {"thinking_tokens": thinking}} if thinking else {}
    return ended(reason, **usage, **details)


def error(kind: str, message: object = ...) -> Has:
    return Has({"type": "error", "error": {"type": kind, "message": message}})


def back(
    name: str, stream: bytes, got: list[object], *, model: str = "gpt", is_cut: bool = False
) -> Exact:
    """Return a row of a messages client before OpenAI's dialect."""
    return Exact(name, "messages", model, stream, [begun(model), *got], {}, is_cut)


WEATHER = "get_weather"
EXACT = [
    back(
        "T6-text-usage-in-the-last-chunk-cached-prompt",
        chunks(
            HEAD,
            chunk({"content": "Bergen is "}),
            chunk({"content": "rainy."}),
            chunk({}, "stop"),
            counts(1025, 8, cached=1000),
        ),
        [
            opened_text(0),
            wrote(0, "Bergen is "),
            wrote(0, "rainy."),
            closed(0),
            *finished("end_turn", 25, 8, cached=1000),
        ],
    ),
    back(
        "T7-tool-call-with-partial-arguments",
        chunks(
            EMPTY,
            chunk(call_begun(0, "call_9", WEATHER)),
            chunk(call_grown(0, '{"ci')),
            chunk(call_grown(0, 'ty":"Bergen"}')),
            chunk({}, "tool_calls"),
            counts(60, 18),
        ),
        [
            opened_call(0, "call_9", WEATHER),
            argued(0, '{"ci'),
            argued(0, 'ty":"Bergen"}'),
            closed(0),
            *finished("tool_use", 60, 18),
        ],
    ),
    back(
        "T8-interleaved-calls",
        chunks(
            chunk({"role": "assistant", "content": "Looking."}),
            chunk(call_begun(0, "call_1", WEATHER)),
            chunk(call_begun(1, "call_2", WEATHER)),
            chunk(call_grown(0, '{"city":')),
            chunk(call_grown(1, '{"city":')),
            chunk(call_grown(0, '"Oslo"}')),
            chunk(call_grown(1, '"Rome"}')),
            chunk({}, "tool_calls"),
            counts(60, 40),
        ),
        [
            opened_text(0),
            wrote(0, "Looking."),
            closed(0),
            opened_call(1, "call_1", WEATHER),
            argued(1, '{"city":'),
            argued(1, '"Oslo"}'),
            closed(1),
            opened_call(2, "call_2", WEATHER),
            argued(2, '{"city":"Rome"}'),
            closed(2),
            *finished("tool_use", 60, 40),
        ],
    ),
    back(
        "T9-reasoning-then-text",
        chunks(
            chunk({"role": "assistant", "content": None, "reasoning_content": ""}),
            chunk({"reasoning_content": "Weather question. "}),
            chunk({"reasoning_content": "Answer short."}),
            chunk({"content": "Rain."}),
            chunk({"content": ""}, "stop"),
            counts(20, 15, reasoning=11),
        ),
        [
            opened(0, type="thinking", thinking="", signature=""),
            grown(0, "thinking_delta", thinking="Weather question. "),
            grown(0, "thinking_delta", thinking="Answer short."),
            grown(0, "signature_delta", signature=""),
            closed(0),
            opened_text(1),
            wrote(1, "Rain."),
            closed(1),
            *finished("end_turn", 20, 15, thinking=11),
        ],
        model="ds",
    ),
    back(
        "T10-error-in-mid-stream",
        COMMENT
        + chunks(
            chunk({"role": "assistant", "content": "Ber"}),
            {
                "error": {"code": 502, "message": "Provider disconnected"},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            },
            done=False,
        ),
        [opened_text(0), wrote(0, "Ber"), error("api_error", "Provider disconnected")],
    ),
    back(
        "end-without-finish-is-an-error",
        chunks(HEAD, chunk({"content": "Ber"}), done=False),
        [opened_text(0), wrote(0, "Ber"), error("api_error")],
    ),
    back(
        "cut-line-is-an-error-for-messages",
        chunks(HEAD, chunk({"content": "Ber"}), done=False),
        [opened_text(0), wrote(0, "Ber"), error("api_error")],
        is_cut=True,
    ),
    back(
        "end-after-finish-without-done-is-an-end",
        chunks(HEAD, chunk({"content": "Ber"}), chunk({}, "stop"), counts(9, 2), done=False),
        [opened_text(0), wrote(0, "Ber"), closed(0), *finished("end_turn", 9, 2)],
    ),
    back(
        "call-with-empty-arguments-has-no-delta",
        chunks(
            EMPTY, chunk(call_begun(0, "call_9", WEATHER)), chunk({}, "tool_calls"), counts(9, 2)
        ),
        [opened_call(0, "call_9", WEATHER), closed(0), *finished("tool_use", 9, 2)],
    ),
    back(
        "index-repeated-with-another-id-is-another-call",
        chunks(
            EMPTY,
            chunk(
                {
                    "tool_calls": [
                        {
                            "index": 0,
                            "id": "a1",
                            "type": "function",
                            "function": {"name": WEATHER, "arguments": '{"x":1}'},
                        }
                    ]
                }
            ),
            chunk(
                {
                    "tool_calls": [
                        {
                            "index": 0,
                            "id": "a2",
                            "type": "function",
                            "function": {"name": WEATHER, "arguments": '{"x":2}'},
                        }
                    ]
                }
            ),
            chunk({}, "stop"),
            counts(9, 2),
        ),
        [
            opened_call(0, "a1", WEATHER),
            argued(0, '{"x":1}'),
            closed(0),
            opened_call(1, "a2", WEATHER),
            argued(1, '{"x":2}'),
            closed(1),
            *finished("tool_use", 9, 2),
        ],
        model="local",
    ),
    back(
        "finish-in-the-chunk-of-the-last-delta",
        chunks(HEAD, chunk({"content": "Rain."}, "length"), counts(9, 2)),
        [opened_text(0), wrote(0, "Rain."), closed(0), *finished("max_tokens", 9, 2)],
    ),
    back(
        "azures-first-chunk-without-choices",
        chunks(
            {
                "id": "",
                "object": "",
                "created": 0,
                "model": "",
                "choices": [],
                "prompt_filter_results": [],
            },
            HEAD,
            chunk({"content": "Hi"}),
            chunk({}, "stop"),
            counts(9, 2),
        ),
        [opened_text(0), wrote(0, "Hi"), closed(0), *finished("end_turn", 9, 2)],
    ),
    back(
        "usage-of-groq",
        chunks(
            HEAD,
            chunk({"content": "Hi"}),
            {
                **chunk({}, "stop"),
                "x_groq": {
                    "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
                },
            },
        ),
        [opened_text(0), wrote(0, "Hi"), closed(0), *finished("end_turn", 7, 3)],
        model="local",
    ),
    back(
        "odd-framing",
        b"\xef\xbb\xbf: hello\r\n\r\n"
        + chunks(HEAD, done=False).replace(b"\n\n", b"\r\n\r\n")
        + b"data:"
        + chunks(chunk({"content": "R\u00e9\u2028\U0001f327"}), done=False)[6:].replace(
            b"\n\n", b"\r\r"
        )
        + b"event: odd\nid: 3\nretry: 10\n"
        + chunks(chunk({}, "stop"), counts(9, 2)).rstrip(b"\n"),
        [
            opened_text(0),
            wrote(0, "R\u00e9\u2028\U0001f327"),
            closed(0),
            *finished("end_turn", 9, 2),
        ],
    ),
]
