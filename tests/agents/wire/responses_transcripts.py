"""A streamed answer of OpenAI's Responses API, its items, and short ways to write more."""

from agents.llm.wire.neutral import (
    Event,
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
from agents.llm.wire.relayed_proofs import packed
from tests.agents.wire.transcripts import named

Json = dict[str, object]
HEAD: Json = {"id": "resp_1", "object": "response", "model": "gpt-5", "error": None}
COUNTS: Json = {
    "input_tokens": 1025,
    "input_tokens_details": {"cached_tokens": 1000, "cache_write_tokens": 5},
    "output_tokens": 40,
    "output_tokens_details": {"reasoning_tokens": 33},
    "total_tokens": 1065,
}
COUNTED = Usage(20, 40, cache_read_tokens=1000, cache_write_tokens=5, reasoning_tokens=33)
REASONING: Json = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}],
    "encrypted_content": "gAAA",
}
MESSAGE: Json = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Looking."}],
}
CALL: Json = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "c1",
    "name": "find",
    "arguments": '{"q":1}',
}
CUSTOM: Json = {
    "type": "custom_tool_call",
    "id": "ct_1",
    "call_id": "c2",
    "name": "patch",
    "input": "*** Begin",
}
REFUSAL: Json = {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}
PROOF = packed("gAAA")


def response(*output: Json, **more: object) -> Json:
    return {**HEAD, "status": "completed", "output": list(output), **more}


def event(kind: str, **fields: object) -> bytes:
    return named({"type": f"response.{kind}", **fields})


def added(place: int, item: Json) -> bytes:
    return event("output_item.added", output_index=place, item=item)


def done(place: int, item: Json) -> bytes:
    return event("output_item.done", output_index=place, item=item)


def delta(kind: str, place: int, text: str) -> bytes:
    return event(f"{kind}.delta", output_index=place, delta=text)


CREATED = event("created", response={**HEAD, "status": "in_progress", "output": []})
COMPLETED = event("completed", response=response(usage=COUNTS))
BEGIN = Started("resp_1", "gpt-5")
OPEN_CALL: Json = {**CALL, "arguments": ""}
OPEN_CUSTOM: Json = {**CUSTOM, "input": ""}
FULL = b"".join(
    [
        CREATED,
        event("in_progress", response=HEAD),
        added(0, {"type": "reasoning", "id": "rs_1", "summary": []}),
        event("reasoning_summary_part.added", output_index=0, summary_index=0),
        delta("reasoning_summary_text", 0, "a"),
        event("reasoning_summary_part.added", output_index=0, summary_index=1),
        delta("reasoning_summary_text", 0, "b"),
        done(0, REASONING),
        added(1, {**MESSAGE, "content": []}),
        event("content_part.added", output_index=1, part={"type": "output_text", "text": ""}),
        delta("output_text", 1, "Grüße "),
        delta("output_text", 1, "🌧"),
        event("output_text.done", output_index=1, text="Grüße 🌧"),
        done(1, MESSAGE),
        added(2, OPEN_CALL),
        delta("function_call_arguments", 2, '{"q"'),
        delta("function_call_arguments", 2, ":1}"),
        event("function_call_arguments.done", output_index=2, arguments='{"q":1}'),
        done(2, CALL),
        added(3, OPEN_CUSTOM),
        delta("custom_tool_call_input", 3, "*** Begin"),
        event("custom_tool_call_input.done", output_index=3, input="*** Begin"),
        done(3, CUSTOM),
        COMPLETED,
    ]
)
COUNT = UsageReported(COUNTED)
FULL_EVENTS: list[Event] = [
    BEGIN,
    ThinkingDelta("a"),
    ThinkingDelta("\n\n"),
    ThinkingDelta("b"),
    ThinkingSigned(PROOF, format="openai"),
    TextDelta("Grüße "),
    TextDelta("🌧"),
    ToolCallStarted(0, "c1", "find"),
    ToolCallDelta(0, '{"q"'),
    ToolCallDelta(0, ":1}"),
    ToolCallStarted(1, "c2", "patch", "custom"),
    ToolCallDelta(1, "*** Begin"),
    COUNT,
    Finished("tool_calls"),
]
