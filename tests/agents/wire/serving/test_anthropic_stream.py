"""Streamed answers of the messages API: order of blocks, calls, ends and failures."""

import pytest

from agents.llm.wire.neutral import (
    Event,
    Failed,
    Finished,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
    UsageReported,
)
from agents.llm.wire.serving import anthropic
from tests.agents.wire.serving.anthropic_frames import (
    ANSWERING,
    Frame,
    closed,
    encoded,
    ended,
    failed,
    grown,
    opened,
    opened_call,
    opened_text,
    opened_thinking,
    start,
    usage,
)

NOTHING = usage(0, 0)
STOP = Finished("stop")
CALLS = Finished("tool_calls")


def begin(index: int, name: str = "find", call_id: str = "") -> Event:
    return ToolCallStarted(index, call_id or f"c{index}", name)


def more(index: int, arguments: str) -> Event:
    return ToolCallDelta(index, arguments)


def call(block: int, number: int, *arguments: str) -> list[Frame]:
    """Return the events of a whole block of the call ``c<number>``."""
    deltas = [grown(block, partial_json=text) for text in arguments]
    return [opened_call(block, f"c{number}", "find"), *deltas, closed(block)]


def text(block: int, *texts: str) -> list[Frame]:
    return [opened_text(block), *(grown(block, text=t) for t in texts), closed(block)]


def thinking(block: int, *texts: str, signature: str = "") -> list[Frame]:
    deltas = [grown(block, thinking=t) for t in texts]
    return [opened_thinking(block), *deltas, grown(block, signature=signature), closed(block)]


END = ended("end_turn", NOTHING)
END_CALLS = ended("tool_use", NOTHING)
CASES: list[tuple[str, list[Event], list[Frame]]] = [
    ("nothing but an end", [STOP], END),
    ("a start and an end", [Started("a", "b"), STOP], END),
    ("two starts", [Started("a", "b"), Started("a", "b"), STOP], END),
    ("an empty text", [TextDelta(""), STOP], END),
    ("text", [TextDelta("a"), TextDelta(""), TextDelta("b"), STOP], [*text(0, "a", "b"), *END]),
    ("thinking", [ThinkingDelta("a"), STOP], [*thinking(0, "a"), *END]),
    ("empty thinking", [ThinkingDelta(""), STOP], END),
    (
        "signed thinking, then text",
        [ThinkingDelta("a"), ThinkingSigned("EqQB"), TextDelta("b"), STOP],
        [*thinking(0, "a", signature="EqQB"), *text(1, "b"), *END],
    ),
    (
        "thinking that is not shown",
        [ThinkingSigned("EqQB"), TextDelta("b"), STOP],
        [*thinking(0, signature="EqQB"), *text(1, "b"), *END],
    ),
    (
        "thinking that the relay signed",
        [ThinkingDelta("a"), ThinkingSigned("relay1:eyJ9", format="openai"), STOP],
        [*thinking(0, "a", signature="relay1:eyJ9"), *END],
    ),
    (
        "two blocks of thinking",
        [ThinkingDelta("a"), ThinkingSigned("x"), ThinkingDelta("b"), ThinkingSigned("y"), STOP],
        [*thinking(0, "a", signature="x"), *thinking(1, "b", signature="y"), *END],
    ),
    (
        "redacted thinking",
        [ThinkingDelta("a"), ThinkingSigned(redacted="b3Bh"), STOP],
        [*thinking(0, "a"), opened(1, type="redacted_thinking", data="b3Bh"), closed(1), *END],
    ),
    ("a signature of nothing", [ThinkingSigned(), STOP], END),
    (
        "text, thinking, text",
        [TextDelta("a"), ThinkingDelta("b"), TextDelta("c"), STOP],
        [*text(0, "a"), *thinking(1, "b"), *text(2, "c"), *END],
    ),
    ("a call without arguments", [begin(0), CALLS], [*call(0, 0), *END_CALLS]),
    ("empty arguments", [begin(0), more(0, ""), CALLS], [*call(0, 0), *END_CALLS]),
    (
        "a call in pieces",
        [begin(0), more(0, '{"q":'), more(0, "1}"), CALLS],
        [*call(0, 0, '{"q":', "1}"), *END_CALLS],
    ),
    (
        "two calls one after the other",
        [begin(0), more(0, "{}"), begin(1), more(1, '{"a":'), more(1, "1}"), CALLS],
        [*call(0, 0, "{}"), *call(1, 1, '{"a":', "1}"), *END_CALLS],
    ),
    (
        "a second call while the first has no arguments",
        [begin(0), begin(1), more(1, "{}"), CALLS],
        [*call(0, 0), *call(1, 1, "{}"), *END_CALLS],
    ),
    (
        "three interleaved calls",
        [
            begin(0),
            more(0, "{"),
            begin(1),
            more(1, "{"),
            begin(2),
            more(2, "{}"),
            more(0, "}"),
            more(1, "}"),
            CALLS,
        ],
        [*call(0, 0, "{", "}"), *call(1, 1, "{}"), *call(2, 2, "{}"), *END_CALLS],
    ),
    (
        "braces inside a string end nothing",
        [begin(0), more(0, '{"a":"}'), begin(1), more(1, "{}"), more(0, '"}'), CALLS],
        [*call(0, 0, '{"a":"}', '"}'), *call(1, 1, "{}"), *END_CALLS],
    ),
    (
        "calls that come whole",
        [begin(0), more(0, "{}"), begin(1), more(1, "{}"), begin(2), more(2, "{}"), CALLS],
        [*call(0, 0, "{}"), *call(1, 1, "{}"), *call(2, 2, "{}"), *END_CALLS],
    ),
    (
        "text behind a whole call",
        [begin(0), more(0, "{}"), TextDelta("a"), CALLS],
        [*call(0, 0, "{}"), *text(1, "a"), *END_CALLS],
    ),
    (
        "text behind a call that has no arguments yet waits for the end",
        [begin(0), TextDelta("a"), begin(1), CALLS],
        [*call(0, 0), *call(1, 1), *text(2, "a"), *END_CALLS],
    ),
    (
        "text between a call's start and its arguments waits for their end",
        [begin(0), TextDelta("a"), more(0, "{"), more(0, "}"), TextDelta("b"), CALLS],
        [*call(0, 0, "{", "}"), *text(1, "a", "b"), *END_CALLS],
    ),
    (
        "text behind waiting calls that are whole",
        [begin(0), more(0, "{"), begin(1), more(1, "{}"), more(0, "}"), TextDelta("a"), CALLS],
        [*call(0, 0, "{", "}"), *call(1, 1, "{}"), *text(2, "a"), *END_CALLS],
    ),
    (
        "text between the halves of a call waits for its end",
        [begin(0), more(0, "{"), TextDelta("a"), TextDelta("b"), more(0, "}"), CALLS],
        [*call(0, 0, "{", "}"), *text(1, "ab"), *END_CALLS],
    ),
    (
        "text behind half a call that never ends",
        [begin(0), more(0, "{"), TextDelta("a"), Finished("length")],
        [*call(0, 0, "{"), *text(1, "a"), *ended("max_tokens", NOTHING)],
    ),
    (
        "thinking between the halves of a call is left out",
        [begin(0), more(0, "{"), ThinkingDelta("a"), ThinkingSigned("x"), more(0, "}"), CALLS],
        [*call(0, 0, "{", "}"), *END_CALLS],
    ),
    (
        "thinking between calls",
        [begin(0), more(0, "{}"), ThinkingDelta("a"), begin(1), CALLS],
        [*call(0, 0, "{}"), *thinking(1, "a"), *call(2, 1), *END_CALLS],
    ),
    (
        "arguments of a call that is closed",
        [begin(0), more(0, "{}"), TextDelta("a"), more(0, "{}"), CALLS],
        [*call(0, 0, "{}"), *text(1, "a"), *END_CALLS],
    ),
    ("arguments of a call that never began", [more(3, "{}"), STOP], END),
    ("a stop with calls", [begin(0), STOP], [*call(0, 0), *END_CALLS]),
    ("calls that never came", [TextDelta("a"), CALLS], [*text(0, "a"), *END]),
    (
        "the last count",
        [UsageReported(Usage(9, 1)), TextDelta("a"), UsageReported(Usage(9, 5, 3)), STOP],
        [*text(0, "a"), *ended("end_turn", usage(9, 5, cached=3))],
    ),
    ("a length", [Finished("length")], ended("max_tokens", NOTHING)),
    (
        "a refusal",
        [Finished("refusal", explanation="No.")],
        ended(
            "refusal",
            NOTHING,
            stop_details={"type": "refusal", "category": None, "explanation": "No."},
        ),
    ),
    (
        "a stop sequence",
        [Finished("stop", stop_sequence="END")],
        ended("stop_sequence", NOTHING, stop_sequence="END"),
    ),
    ("an end after the end", [STOP, TextDelta("a"), STOP, Failed("cut", "Cut.")], END),
]


@pytest.mark.parametrize(
    ("events", "expected"), [pytest.param(*row, id=name) for name, *row in CASES]
)
def test_events_become_these_frames(events: list[Event], expected: list[Frame]) -> None:
    assert encoded(events) == [start(), *expected]


@pytest.mark.parametrize(
    ("events", "expected"), [pytest.param(*row, id=name) for name, *row in CASES]
)
def test_the_bytes_are_the_same_all_at_once(events: list[Event], expected: list[Frame]) -> None:
    single = anthropic.encoder(ANSWERING)
    one_by_one = b"".join(single.encode([event]) for event in events)
    assert anthropic.encoder(ANSWERING).encode(events) == one_by_one


FAILURES = [
    ("overloaded_error", "Overloaded", "overloaded_error", "Overloaded"),
    ("overloaded", "Busy", "overloaded_error", "Busy"),
    ("rate_limit_exceeded", "Slow down", "rate_limit_error", "Slow down"),
    ("timeout", "Too slow", "timeout_error", "Too slow"),
    ("cut", "Cut.", "api_error", "Cut."),
    ("malformed", "Not JSON.", "api_error", "Not JSON."),
    ("invalid_api_key", "Wrong key", "api_error", "Wrong key"),
    ("insufficient_quota", "No money", "api_error", "No money"),
    ("permission_error", "Not you", "api_error", "Not you"),
    ("model_not_found", "No such model", "not_found_error", "No such model"),
    ("invalid_request_error", "Bad", "invalid_request_error", "Bad"),
    ("content_filter", "Filtered", "invalid_request_error", "Filtered"),
    (
        "context_length_exceeded",
        "200 tokens are too many",
        "invalid_request_error",
        "prompt is too long: 200 tokens are too many",
    ),
    ("context_too_long", "Prompt is too long!", "invalid_request_error", "Prompt is too long!"),
]


@pytest.mark.parametrize(("kind", "message", "told", "words"), FAILURES)
def test_a_failure_is_told_in_the_dialects_words(
    kind: str, message: str, told: str, words: str
) -> None:
    events: list[Event] = [Started("a", "b"), TextDelta("x"), Failed(kind, message), STOP]
    assert encoded(events) == [
        start(),
        opened_text(0),
        grown(0, text="x"),
        failed(told, words),
    ]


def test_a_failure_before_anything_else_stands_alone() -> None:
    assert encoded([Failed("overloaded", "Busy")]) == [failed("overloaded_error", "Busy")]


def test_foreign_ids_of_calls_become_legal() -> None:
    sent = encoded([begin(0, call_id="functions.find:0"), ToolCallStarted(1, "", "find"), CALLS])
    assert sent[1] == opened_call(0, "functions_find_0", "find")
    assert sent[3] == opened_call(1, "toolu_r1_1", "find")


def test_text_stands_on_one_line_for_careless_readers() -> None:
    encoder = anthropic.encoder(ANSWERING)
    sent = encoder.encode([TextDelta("a\u2028b\u2029c\u0085d\ne"), TextDelta("f\u2028g")])
    assert b"a\\u2028b\\u2029c" in sent
    assert b"f\\u2028g" in sent
    assert "\u2028" not in sent.decode()


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert encoded([TextDelta("a\ud83d"), STOP])[2] == grown(0, text="a?")
    assert encoded([begin(0, "find\ud83d"), STOP])[1] == opened_call(0, "c0", "find?")
    assert encoded([Failed("cut", "a\ud83d")]) == [failed("api_error", "a?")]
