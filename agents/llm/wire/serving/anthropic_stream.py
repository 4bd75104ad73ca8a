"""The messages API from the server's side: neutral events to the bytes of a streamed answer."""

from collections.abc import Iterable
from typing import assert_never

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
from agents.llm.wire.serving.anthropic_answers import (
    call_id,
    message_id,
    stop_fields,
    usage_fields,
)
from agents.llm.wire.serving.anthropic_blocks import BlockWriter
from agents.llm.wire.serving.anthropic_calls import CallQueue
from agents.llm.wire.serving.anthropic_failures import error_of
from agents.llm.wire.serving.anthropic_frames import MESSAGE_STOP, PING, frame
from agents.llm.wire.serving.asked import Answering


class Encoder:
    """One streamed answer.

    Blocks stand one after the other: of several calls at once one is live and the others wait.
    Text between the halves of a call waits for its end; thinking there is left out. The stop
    reason is held until the stream's end, when the counts are known.
    """

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._out: list[bytes] = []
        self._is_started = False
        self._is_over = False
        self._blocks = BlockWriter()
        self._calls = CallQueue()
        self._call_count = 0
        self._held: list[str] = []  # text that waits for the end of a call
        self._usage = Usage()

    def encode(self, events: Iterable[Event]) -> bytes:
        """Return the bytes for events, in order."""
        for event in events:
            if self._is_over:
                break
            if type(event) is TextDelta and event.text and self._blocks.kind == "text":
                self._out.append(self._blocks.text(event.text))
            else:
                self._take(event)
        return self._drained()

    def keepalive(self) -> bytes:
        """Return a ping, behind the message's start; nothing once the answer is over."""
        if self._is_over:
            return b""
        self._start()
        self._out.append(PING)
        return self._drained()

    def _drained(self) -> bytes:
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _take(self, event: Event) -> None:
        if isinstance(event, Failed):
            self._out.append(frame("error", {"error": error_of(event)}))
            self._is_over = True
            return
        self._start()
        match event:
            case Started():
                pass
            case TextDelta():
                self._add_text(event.text)
            case ThinkingDelta():
                self._add_thinking(event.text)
            case ThinkingSigned():
                self._sign(event)
            case ToolCallStarted():
                self._start_call(event)
            case ToolCallDelta():
                self._grow_call(event)
            case UsageReported():
                self._usage = event.usage
            case Finished():
                self._finish(event)
            case _:
                assert_never(event)

    def _start(self) -> None:
        if self._is_started:
            return
        self._is_started = True
        message: dict[str, object] = {
            "id": message_id(self._answering),
            "type": "message",
            "role": "assistant",
            "model": self._answering.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage_fields(Usage()),
        }
        self._out.append(frame("message_start", {"message": message}))

    def _add_text(self, text: str) -> None:
        if not text:
            return
        if self._held or self._calls.is_broken_off():
            self._held.append(text)
            return
        self._end_calls()
        self._out.append(self._blocks.text(text))

    def _add_thinking(self, text: str) -> None:
        if text and not self._calls.is_broken_off():
            self._end_calls()
            self._out.append(self._blocks.thinking(text))

    def _sign(self, event: ThinkingSigned) -> None:
        if self._calls.is_broken_off():
            return
        self._end_calls()
        if event.redacted:
            self._out.append(self._blocks.redacted(event.redacted))
        elif event.signature:
            self._out += [self._blocks.thinking(""), self._blocks.closed(event.signature)]

    def _start_call(self, event: ToolCallStarted) -> None:
        is_first = not self._calls
        self._calls.start(event)
        if is_first:
            self._open_live()
        else:
            self._change_live()

    def _grow_call(self, event: ToolCallDelta) -> None:
        if self._calls.grow(event.index, event.arguments):
            self._out.append(self._blocks.more(self._calls.live.take_unsent()))
        elif self._calls:
            self._change_live()
        if self._held and not self._calls.is_broken_off():
            self._release_text()

    def _change_live(self) -> None:
        """End live calls that are complete, as long as another one waits behind them."""
        while self._calls.has_others() and self._calls.live.is_complete():
            self._end_live()

    def _open_live(self) -> None:
        live = self._calls.live
        wire_id = call_id(live.id, self._answering, self._call_count)
        self._call_count += 1
        self._out.append(self._blocks.call(wire_id, live.name))
        self._out.append(self._blocks.more(live.take_unsent()))

    def _end_live(self) -> None:
        self._out.append(self._blocks.closed())
        self._calls.close_live()
        if self._calls:
            self._open_live()

    def _end_calls(self) -> None:
        while self._calls:
            self._end_live()

    def _release_text(self) -> None:
        text = "".join(self._held)
        self._held.clear()
        self._add_text(text)

    def _finish(self, event: Finished) -> None:
        self._end_calls()
        self._release_text()
        self._out.append(self._blocks.closed())
        ending = stop_fields(
            event.reason,
            has_calls=self._call_count > 0,
            stop_sequence=event.stop_sequence,
            explanation=event.explanation,
        )
        fields = {"delta": ending, "usage": usage_fields(self._usage)}
        self._out += [frame("message_delta", fields), MESSAGE_STOP]
        self._is_over = True
