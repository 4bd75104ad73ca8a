"""Streamed responses: neutral events to bytes."""

from collections.abc import Iterable

from agents.llm.wire.neutral import (
    Event,
    Failed,
    Finished,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
    UsageReported,
)
from agents.llm.wire.serving.asked import Answering
from agents.llm.wire.serving.openai_responses_bodies import (
    ItemIds,
    ending,
    failure_fields,
    response_body,
)
from agents.llm.wire.serving.openai_responses_items import (
    OpenCall,
    OpenMessage,
    OpenThought,
    Outlet,
)

KEEPALIVE = b": keepalive\n\n"


class ResponsesEncoder:
    """One response: items that open, grow and close, between its start and its end."""

    def __init__(self, answering: Answering) -> None:
        parameters = answering.asked.request.parameters
        self._answering = answering
        self._shows_thinking = parameters.get("reasoning_display") != "omitted"
        self._outlet = Outlet()
        self._ids = ItemIds(answering.id)
        self._message: OpenMessage | None = None
        self._thought: OpenThought | None = None
        self._calls: dict[int, OpenCall] = {}  # index of a call → the call, while it is open
        self._usage: Usage | None = None
        self._is_begun = False
        self._is_over = False

    def encode(self, events: Iterable[Event]) -> bytes:
        """Return the bytes for events; nothing follows the end or a failure."""
        for event in events:
            if not self._is_over:
                self._take(event)
        return self._outlet.drain()

    def keepalive(self) -> bytes:
        """Return a comment, which is legal at any time."""
        return KEEPALIVE

    def _take(self, event: Event) -> None:
        self._begin()
        match event:
            case TextDelta():
                self._say(event.text)
            case ThinkingDelta() | ThinkingSigned():
                self._think(event)
            case ToolCallStarted():
                self._open_call(event)
            case ToolCallDelta() if event.index in self._calls:
                self._calls[event.index].grow(event.arguments)
            case UsageReported():
                self._usage = event.usage
            case Finished():
                self._end(event)
            case Failed():
                self._fail(event)
            case _:
                pass

    def _begin(self) -> None:
        if not self._is_begun:
            self._is_begun = True
            response = response_body(self._answering, status="in_progress", output=[])
            self._outlet.send("response.created", response=response)
            self._outlet.send("response.in_progress", response=response)

    def _say(self, text: str) -> None:
        if not text:
            return
        if self._message is None:
            self._close("completed")
            self._message = OpenMessage(self._outlet, self._ids.of("msg"))
        self._message.say(text)

    def _think(self, event: ThinkingDelta | ThinkingSigned) -> None:
        if isinstance(event, ThinkingDelta) and not event.text:
            return
        if self._thought is None:
            self._close("completed")
            item_id = self._ids.of("rs")
            self._thought = OpenThought(self._outlet, item_id, shows_text=self._shows_thinking)
        if isinstance(event, ThinkingSigned):
            self._thought.prove(event)
            self._close_thought()
        else:
            self._thought.grow(event.text)

    def _open_call(self, event: ToolCallStarted) -> None:
        self._close("completed")
        item_id = self._ids.of_call(event.kind)
        self._calls[event.index] = OpenCall(self._outlet, item_id, event)

    def _close(self, status: str) -> None:
        """Close what another item ends: words and thoughts at once, calls that are whole."""
        self._close_thought()
        if self._message:
            self._message.close(status)
            self._message = None
        for index in [index for index, call in self._calls.items() if call.is_whole()]:
            self._calls.pop(index).close(status)

    def _close_thought(self) -> None:
        if self._thought:
            self._thought.close()
            self._thought = None

    def _end(self, event: Finished) -> None:
        status, fields = ending(event.reason)
        if event.explanation:
            if self._message is None:
                self._close(status)
                self._message = OpenMessage(self._outlet, self._ids.of("msg"))
            self._message.refuse(event.explanation)
        self._close(status)
        for call in self._calls.values():
            call.close(status)
        response = response_body(
            self._answering,
            status=status,
            output=self._outlet.output(),
            usage=self._usage,
            **fields,
        )
        self._outlet.send(f"response.{status}", response=response)
        self._is_over = True

    def _fail(self, failed: Failed) -> None:
        response = response_body(
            self._answering,
            status="failed",
            output=self._outlet.output(),
            usage=self._usage,
            **failure_fields(failed),
        )
        self._outlet.send("response.failed", response=response)
        self._is_over = True
