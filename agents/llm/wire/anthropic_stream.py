"""Anthropic messages: a streamed answer, bytes to neutral events."""

from typing_extensions import override

from agents.llm.wire import failures
from agents.llm.wire.anthropic_pauses import PAUSE, SpokenContent
from agents.llm.wire.decoding import PayloadDecoder
from agents.llm.wire.fields import JsonObject, count_of, object_of, objects_of, text_of, to_json
from agents.llm.wire.neutral import (
    Failed,
    Finished,
    Started,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
    UsageReported,
)
from agents.llm.wire.payloads import Payload

STOP_REASONS: dict[str, StopReason] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
WRITTEN_LONG = "ephemeral_1h_input_tokens"
WRITTEN = ("ephemeral_5m_input_tokens", WRITTEN_LONG)


class UsageCounts:
    """Counts of one response; a later report overwrites the keys it has."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def update(self, report: JsonObject) -> bool:
        """Take a report and tell whether anything changed; wrong numbers are left out."""
        before = dict(self._counts)
        details = object_of(report.get("output_tokens_details"))
        given = object_of(report.get("input_tokens_details"))
        written = object_of(report.get("cache_creation"))
        for name, value in {**written, **given, **report, **details}.items():
            count = count_of(value)
            if count is not None:
                self._counts[name] = count
        return self._counts != before

    def usage(self) -> Usage | None:
        """Return the usage so far; None when nothing was counted."""
        counts = self._counts
        output = counts.get("output_tokens", 0)
        written = self._written()
        usage = Usage(
            input_tokens=counts.get("input_tokens", 0),
            output_tokens=output,
            cache_read_tokens=counts.get("cache_read_input_tokens", 0),
            cache_write_tokens=written,
            reasoning_tokens=min(counts.get("thinking_tokens", 0), output),
            image_tokens=counts.get("image_tokens", 0),
            cache_write_long_tokens=min(counts.get(WRITTEN_LONG, 0), written),
        )
        return usage if usage != Usage() else None

    def _written(self) -> int:
        """Return the tokens written into the cache; some servers give only the split."""
        split = sum(self._counts.get(name, 0) for name in WRITTEN)
        return self._counts.get("cache_creation_input_tokens", 0) or split


class StreamDecoder(PayloadDecoder):
    """One streamed answer of the messages API."""

    def __init__(self) -> None:
        super().__init__()
        self._usage = UsageCounts()
        self._spoken = SpokenContent()
        self._block = ""  # the open block's type
        self._signature: list[str] = []
        self._input: JsonObject = {}  # of the open tool call, when it came whole
        self._has_arguments = False
        self._calls = 0
        self._stop_sequence = ""
        self._explanation = ""

    @override
    def _take_payload(self, payload: Payload) -> None:
        body = payload.body
        failure = failures.from_stream(body)
        if failure:
            self._fail(failure)
            return
        named = payload.name if payload.name != "message" else ""
        match text_of(body.get("type")) or named:
            case "message_start":
                self._start(object_of(body.get("message")))
            case "content_block_start":
                self._open_block(object_of(body.get("content_block")))
            case "content_block_delta":
                self._grow_block(object_of(body.get("delta")))
            case "content_block_stop":
                self._close_block()
            case "message_delta":
                self._take_end(object_of(body.get("delta")))
                self._report(object_of(body.get("usage")))
            case "message_stop":
                self._end()
            case "message":
                self._take_whole(body)
            case "error":
                self._fail(Failed("error", "The provider reported an error."))
            case _:
                pass  # ping, and what is yet to be invented

    def _take_end(self, fields: JsonObject) -> None:
        self._finish_reason = text_of(fields.get("stop_reason")) or self._finish_reason
        self._stop_sequence = text_of(fields.get("stop_sequence")) or self._stop_sequence
        self._explanation = explanation(fields) or self._explanation
        self._spoken.take_container(fields)

    def _start(self, message: JsonObject) -> None:
        self._events.append(Started(text_of(message.get("id")), text_of(message.get("model"))))
        self._spoken.take_container(message)
        self._report(object_of(message.get("usage")))

    def _open_block(self, block: JsonObject) -> None:
        self._spoken.open(block)
        self._block = text_of(block.get("type"))
        match self._block:
            case "text":
                self._add_text(text_of(block.get("text")))
            case "thinking":
                self._add_thinking(text_of(block.get("thinking")))
                self._signature = [text_of(block.get("signature"))]
            case "redacted_thinking":
                self._events.append(ThinkingSigned(redacted=text_of(block.get("data"))))
            case "tool_use" if not text_of(block.get("name")):
                self._block = ""  # nobody can run what has no name
            case "tool_use":
                self._input = object_of(block.get("input"))
                self._has_arguments = False
                call_id = text_of(block.get("id")) or f"call_{self._calls}"
                name = text_of(block.get("name"))
                self._events.append(ToolCallStarted(self._calls, call_id, name))
                self._calls += 1
            case _:
                pass  # tools that the provider runs itself

    def _grow_block(self, delta: JsonObject) -> None:
        self._spoken.grow(delta)
        match (text_of(delta.get("type")), self._block):
            case ("text_delta", _):
                self._add_text(text_of(delta.get("text")))
            case ("thinking_delta", _):
                self._add_thinking(text_of(delta.get("thinking")))
            case ("signature_delta", "thinking"):
                self._signature.append(text_of(delta.get("signature")))
            case ("input_json_delta", "tool_use"):
                self._add_arguments(text_of(delta.get("partial_json")))
            case _:
                pass  # citations, and what is yet to be invented

    def _add_text(self, text: str) -> None:
        if text:
            self._events.append(TextDelta(text))

    def _add_thinking(self, text: str) -> None:
        if text:
            self._events.append(ThinkingDelta(text))

    def _add_arguments(self, text: str) -> None:
        if text:
            self._has_arguments = True
            self._events.append(ToolCallDelta(self._calls - 1, text))

    def _close_block(self) -> None:
        if self._block == "tool_use" and not self._has_arguments:
            self._add_arguments(to_json(self._input))
        elif self._block == "thinking":
            signature = "".join(self._signature)
            if signature:
                self._events.append(ThinkingSigned(signature))
        self._block = ""

    def _report(self, report: JsonObject) -> None:
        is_changed = self._usage.update(report)
        usage = self._usage.usage()
        if is_changed and usage:
            self._events.append(UsageReported(usage))

    def _take_whole(self, message: JsonObject) -> None:
        """Take an answer that came in one piece: the server only pretends to stream."""
        self._start(message)
        for block in objects_of(message.get("content")):
            self._open_block(block)
            self._close_block()
        self._take_end(message)
        self._end()

    @override
    def _take_done(self) -> None:
        """Pass over it: this dialect has an event for the end, and some proxies send both."""

    @override
    def _end(self) -> None:
        reason = stop_reason(self._finish_reason, has_calls=self._calls > 0)
        # Calls that wait for their results end a turn, whatever the API says.
        is_paused = self._finish_reason == PAUSE and not self._calls
        paused = self._spoken.turn() if is_paused else None
        self._events.append(Finished(reason, self._stop_sequence, self._explanation, paused))
        self._is_over = True


def stop_reason(name: str, *, has_calls: bool) -> StopReason:
    """Return why the model stopped; a turn the provider paused counts as its end."""
    return STOP_REASONS.get(name) or ("tool_calls" if has_calls else "stop")


def explanation(fields: JsonObject) -> str:
    """Return why the model refused, where it says so."""
    return text_of(object_of(fields.get("stop_details")).get("explanation"))
