"""Streamed answers of chat completions: neutral events to bytes."""

from collections.abc import Iterable
from typing import assert_never

from agents.llm.wire.neutral import (
    Event,
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
from agents.llm.wire.parts import ThinkingPart, ToolKind
from agents.llm.wire.serving.asked import Answering
from agents.llm.wire.serving.openai_chat_requests import LEGACY
from agents.llm.wire.serving.openai_counts import chat_usage
from agents.llm.wire.serving.openai_failures import error_body
from agents.llm.wire.serving.openai_frames import json_line
from agents.llm.wire.serving.openai_thinking import proof_detail, text_detail, wire_format

FINISH_REASONS: dict[StopReason, str] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "refusal": "content_filter",
    "content_filter": "content_filter",
}
DONE = b"data: [DONE]\n\n"
KEEPALIVE = b": keepalive\n\n"
MARK = b'"delta":"?"'  # stands for the delta while the frame around it is made
DELTA = b'"delta":'
TEXT = b'{"content":'


class ChatEncoder:
    """One answer's chunks; what is the same in all of them is made once."""

    def __init__(self, answering: Answering) -> None:
        asked = answering.asked
        self._answering = answering
        self._wants_usage = asked.wants_usage
        self._is_legacy = LEGACY in asked.echo
        self._hides_thinking = asked.request.parameters.get("reasoning_display") == "omitted"
        before, self._after = self._chunk("?", None).split(MARK)
        self._before = before + DELTA
        self._out: list[bytes] = []
        self._is_begun = False  # the chunk with the role is out
        self._is_over = False
        self._mark = wire_format("", response_id="")
        self._thoughts = 0
        self._calls: dict[int, ToolKind] = {}  # index of a call → its kind
        self._bare: dict[int, None] = {}  # calls without any argument text
        self._usage: Usage | None = None

    def encode(self, events: Iterable[Event]) -> bytes:
        """Return the bytes for events; nothing follows the end or a failure."""
        for event in events:
            if not self._is_over:
                self._take(event)
        encoded = b"".join(self._out)
        self._out.clear()
        return encoded

    def keepalive(self) -> bytes:
        """Return a comment, which is legal at any time."""
        return KEEPALIVE

    def _take(self, event: Event) -> None:
        match event:
            case TextDelta():
                self._say(event.text)
            case ThinkingDelta() | ThinkingSigned():
                self._think(event)
            case ToolCallStarted():
                self._open_call(event)
            case ToolCallDelta():
                self._grow_call(event.index, event.arguments)
            case Started():
                self._mark = wire_format("", response_id=event.id)
            case UsageReported():
                self._usage = event.usage
            case Finished():
                self._end(event)
            case Failed():
                self._out.append(b"data: " + json_line(error_body(event)) + b"\n\n")
                self._is_over = True
            case _:
                assert_never(event)

    def _say(self, text: str) -> None:
        if text:
            self._begin("")
            self._out.append(self._before + TEXT + json_line(text) + b"}" + self._after)

    def _think(self, event: ThinkingDelta | ThinkingSigned) -> None:
        self._begin("")
        if isinstance(event, ThinkingSigned):
            self._prove(event)
        elif event.text and not self._hides_thinking:
            detail = text_detail(event.text, mark=self._mark, index=self._thoughts)
            self._send({"reasoning_content": event.text, "reasoning_details": [detail]})

    def _prove(self, event: ThinkingSigned) -> None:
        mark = wire_format(event.format, response_id="") if event.format else self._mark
        part = ThinkingPart(signature=event.signature, redacted=event.redacted)
        self._send({"reasoning_details": [proof_detail(part, mark=mark, index=self._thoughts)]})
        self._thoughts += 1

    def _open_call(self, event: ToolCallStarted) -> None:
        self._begin(None)
        self._calls[event.index] = event.kind
        self._bare[event.index] = None
        number = self._number(event.index)
        if self._is_legacy:
            if number == 0:
                self._send({"function_call": {"name": event.name, "arguments": ""}})
            return
        field = "input" if event.kind == "custom" else "arguments"
        body = {"name": event.name, field: ""}
        call = {"index": number, "id": event.id, "type": event.kind, event.kind: body}
        self._send({"tool_calls": [call]})

    def _grow_call(self, index: int, arguments: str) -> None:
        if not arguments or index not in self._calls:
            return
        self._bare.pop(index, None)
        number = self._number(index)
        kind = self._calls[index]
        if not self._is_legacy:
            field = "input" if kind == "custom" else "arguments"
            self._send({"tool_calls": [{"index": number, kind: {field: arguments}}]})
        elif number == 0:
            self._send({"function_call": {"arguments": arguments}})

    def _number(self, index: int) -> int:
        """Return a call's number among the calls: clients count from 0, without gaps."""
        return list(self._calls).index(index)

    def _end(self, event: Finished) -> None:
        for index in list(self._bare):
            if self._calls[index] == "function":
                self._grow_call(index, "{}")
        self._begin("")
        if event.explanation:
            self._send({"refusal": event.explanation})
        reason = FINISH_REASONS[event.reason]
        if self._is_legacy and reason == "tool_calls":
            reason = "function_call"
        self._out.append(self._chunk({}, reason))
        if self._wants_usage and self._usage:
            body = self._head() | {"choices": [], "usage": chat_usage(self._usage)}
            self._out.append(b"data: " + json_line(body) + b"\n\n")
        self._out.append(DONE)
        self._is_over = True

    def _begin(self, content: str | None) -> None:
        if not self._is_begun:
            self._is_begun = True
            self._send({"role": "assistant", "content": content})

    def _send(self, delta: object) -> None:
        self._out.append(self._before + json_line(delta) + self._after)

    def _chunk(self, delta: object, reason: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        body = self._head() | {"choices": [choice]}
        if self._wants_usage:
            body["usage"] = None
        return b"data: " + json_line(body) + b"\n\n"

    def _head(self) -> dict[str, object]:
        return {
            "id": f"chatcmpl-{self._answering.id}",
            "object": "chat.completion.chunk",
            "created": self._answering.created,
            "model": self._answering.model,
        }
