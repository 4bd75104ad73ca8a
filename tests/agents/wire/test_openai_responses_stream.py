"""OpenAI's Responses API as an upstream: streamed answers."""

import json

import pytest

from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    Failed,
    Finished,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
)
from agents.llm.wire.openai_responses import prepare
from agents.llm.wire.openai_responses_stream import StreamDecoder
from tests.agents.wire.responses_transcripts import (
    BEGIN,
    CALL,
    COMPLETED,
    COUNT,
    COUNTS,
    CREATED,
    CUSTOM,
    FULL,
    FULL_EVENTS,
    HEAD,
    MESSAGE,
    OPEN_CALL,
    PROOF,
    REASONING,
    REFUSAL,
    Json,
    added,
    delta,
    done,
    event,
    response,
)
from tests.agents.wire.transcripts import DONE, decoded, named

CASES: list[tuple[str, list[bytes], list[Event]]] = [
    ("everything", [FULL], FULL_EVENTS),
    ("everything and a mark behind", [FULL, DONE, FULL], FULL_EVENTS),
    (
        "open reasoning",
        [CREATED, delta("reasoning_text", 0, "a"), COMPLETED],
        [BEGIN, ThinkingDelta("a"), COUNT, Finished("stop")],
    ),
    (
        "items that come whole",
        [CREATED, done(0, REASONING), done(1, MESSAGE), done(2, CALL), done(3, CUSTOM), COMPLETED],
        [
            BEGIN,
            ThinkingDelta("a\n\nb"),
            ThinkingSigned(PROOF, format="openai"),
            TextDelta("Looking."),
            ToolCallStarted(0, "c1", "find"),
            ToolCallDelta(0, '{"q":1}'),
            ToolCallStarted(1, "c2", "patch", "custom"),
            ToolCallDelta(1, "*** Begin"),
            COUNT,
            Finished("tool_calls"),
        ],
    ),
    (
        "arguments that come whole",
        [
            CREATED,
            added(0, OPEN_CALL),
            event("function_call_arguments.done", output_index=0, arguments='{"q":1}'),
            COMPLETED,
        ],
        [
            BEGIN,
            ToolCallStarted(0, "c1", "find"),
            ToolCallDelta(0, '{"q":1}'),
            COUNT,
            Finished("tool_calls"),
        ],
    ),
    (
        "a refusal",
        [CREATED, delta("refusal", 0, "No."), COMPLETED],
        [BEGIN, TextDelta("No."), COUNT, Finished("refusal")],
    ),
    (
        "a refusal that comes whole",
        [CREATED, done(0, REFUSAL), COMPLETED],
        [BEGIN, TextDelta("No."), COUNT, Finished("refusal")],
    ),
    (
        "an end without a start",
        [event("incomplete", response=response(status="incomplete"))],
        [BEGIN, Finished("length")],
    ),
    (
        "empty pieces",
        [
            CREATED,
            delta("reasoning_text", 0, ""),
            done(0, {"type": "reasoning", "summary": []}),
            delta("output_text", 1, ""),
            done(1, {"type": "message", "content": [{"type": "output_text", "text": ""}]}),
            added(2, OPEN_CALL),
            delta("function_call_arguments", 2, ""),
            event("function_call_arguments.paused", output_index=2),
            done(2, OPEN_CALL),
            COMPLETED,
        ],
        [BEGIN, ToolCallStarted(0, "c1", "find"), COUNT, Finished("tool_calls")],
    ),
    (
        "tools of the provider",
        [
            CREATED,
            added(0, {"type": "web_search_call", "id": "ws_1"}),
            event("web_search_call.searching", output_index=0),
            event("mcp_call_arguments.delta", output_index=0, delta="{"),
            event("function_call_arguments.delta", output_index=0, delta="{"),
            done(0, {"type": "web_search_call", "id": "ws_1"}),
            event("invented.in_2031"),
            named({"type": "keepalive"}),
            COMPLETED,
        ],
        [BEGIN, COUNT, Finished("stop")],
    ),
    (
        "an error event",
        [CREATED, named({"type": "error", "code": "rate_limit_exceeded", "message": "Slow."})],
        [BEGIN, Failed("rate_limit_exceeded", "Slow.", is_retryable=True)],
    ),
    (
        "an error event without words",
        [named({"type": "error"})],
        [Failed("unavailable", "The provider reported an error.", is_retryable=True)],
    ),
    (
        "an error inside an event",
        [named({"type": "error", "error": {"code": "server_error", "message": "Oh."}})],
        [Failed("server_error", "Oh.", is_retryable=True)],
    ),
    (
        "a failed response",
        [
            CREATED,
            event(
                "failed",
                response={**HEAD, "error": {"code": "invalid_prompt", "message": "Bad."}},
            ),
        ],
        [BEGIN, Failed("invalid_prompt", "Bad.")],
    ),
    (
        "a cut",
        [CREATED, delta("output_text", 0, "a")],
        [
            BEGIN,
            TextDelta("a"),
            Failed("cut", "The answer was cut off before its end.", is_retryable=True),
        ],
    ),
]


@pytest.mark.parametrize(
    ("sent", "expected"), [pytest.param(*row, id=name) for name, *row in CASES]
)
def test_a_stream_becomes_these_events(sent: list[bytes], expected: list[Event]) -> None:
    assert decoded(StreamDecoder(), [b"".join(sent)]) == expected


WHOLE: list[tuple[str, Json, list[Event]]] = [
    (
        "an answer",
        response(MESSAGE, CALL, usage=COUNTS),
        [
            BEGIN,
            TextDelta("Looking."),
            ToolCallStarted(0, "c1", "find"),
            ToolCallDelta(0, '{"q":1}'),
            COUNT,
            Finished("tool_calls"),
        ],
    ),
    (
        "a failure without words",
        response(status="failed"),
        [Failed("unavailable", "The provider reported an error.", is_retryable=True)],
    ),
    (
        "a failure",
        response(status="failed", error={"code": "rate_limit_exceeded", "message": "Slow."}),
        [Failed("rate_limit_exceeded", "Slow.", is_retryable=True)],
    ),
]


@pytest.mark.parametrize(
    ("body", "expected"), [pytest.param(*row, id=name) for name, *row in WHOLE]
)
def test_a_whole_body_in_place_of_a_stream_is_read(body: Json, expected: list[Event]) -> None:
    assert decoded(StreamDecoder(), [json.dumps(body).encode()]) == expected


def test_a_call_without_an_id_gets_one() -> None:
    nameless = {**OPEN_CALL, "call_id": ""}
    events = decoded(StreamDecoder(), [CREATED, added(0, nameless), COMPLETED])
    assert events[1] == ToolCallStarted(0, "call_resp_1_0", "find")


def test_names_and_ids_come_back() -> None:
    prepared = prepare(ChatRequest("gpt-5", (), (Tool("fs.read"), Tool("run", kind="custom"))))
    assert [(tool.name, tool.kind) for tool in prepared.request.tools] == [
        ("fs_read", "function"),
        ("run", "custom"),
    ]
    assert prepared.restore([ToolCallStarted(0, "c1", "fs_read")]) == [
        ToolCallStarted(0, "c1", "fs.read")
    ]


def test_custom_tools_become_functions_where_they_are_not_known() -> None:
    said = {"has_custom_tools": False}
    request = ChatRequest("gpt-4o", (), (Tool("run", kind="custom"),), capabilities=said)
    assert prepare(request).request.tools[0].kind == "function"
