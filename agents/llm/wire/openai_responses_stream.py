"""OpenAI's Responses API: a streamed answer, bytes to neutral events."""

from dataclasses import dataclass

from typing_extensions import override

from agents.llm.wire import failures
from agents.llm.wire.decoding import PayloadDecoder
from agents.llm.wire.fields import JsonObject, count_of, object_of, objects_of, text_of
from agents.llm.wire.neutral import (
    Failed,
    Finished,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from agents.llm.wire.openai_responses import stop_reason, thinking_part
from agents.llm.wire.openai_usage import in_and_out
from agents.llm.wire.parts import ToolKind
from agents.llm.wire.payloads import Payload
from agents.llm.wire.tool_calls import MOST_CALLS, arguments_text

UNTOLD = Failed("error", "The provider reported an error.")
ENDS = ("response.completed", "response.incomplete")
CALLS: dict[str, ToolKind] = {"function_call": "function", "custom_tool_call": "custom"}
TEXT = ("response.output_text.delta", "response.refusal.delta")
THINKING = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
ARGUMENTS = ("response.function_call_arguments", "response.custom_tool_call_input")


@dataclass(slots=True)
class _Item:
    """An output item; ``has_content``: something of it was told already."""

    call: int = -1  # number of the call that it is, -1 for none
    has_content: bool = False


class StreamDecoder(PayloadDecoder):
    """One streamed answer of the Responses API.

    An item whose pieces were never sent is read from its end, where it stands whole.
    """

    def __init__(self) -> None:
        super().__init__()
        self._items: dict[int, _Item] = {}  # by their place in the output
        self._calls = 0
        self._id = ""
        self._is_started = False
        self._is_refusal = False

    @override
    def _take_payload(self, payload: Payload) -> None:
        body = payload.body
        failure = failures.from_stream(body)
        if failure:
            self._fail(failure)
            return
        kind = text_of(body.get("type"))
        if body.get("object") == "response":
            self._take_whole(body)
        elif kind == "error" or payload.name == "error":
            self._fail_with(body)
        elif kind == "response.failed":
            self._fail_with(object_of(object_of(body.get("response")).get("error")))
        elif kind in ENDS:
            self._take_end(object_of(body.get("response")))
        elif kind.startswith("response."):
            self._take_event(kind, body)

    def _take_event(self, kind: str, body: JsonObject) -> None:
        item = self._item(body)
        if kind in {"response.created", "response.in_progress"}:
            self._start(object_of(body.get("response")))
        elif kind == "response.output_item.added":
            self._open(item, object_of(body.get("item")))
        elif kind == "response.output_item.done":
            self._close(item, object_of(body.get("item")))
        elif kind in TEXT:
            self._is_refusal = self._is_refusal or kind == TEXT[1]
            self._add_text(item, text_of(body.get("delta")))
        elif kind in THINKING:
            self._add_thinking(item, text_of(body.get("delta")))
        elif kind == "response.reasoning_summary_part.added" and item.has_content:
            self._add_thinking(item, "\n\n")
        else:
            self._take_arguments(kind, item, body)

    def _take_arguments(self, kind: str, item: _Item, body: JsonObject) -> None:
        if item.call < 0 or not kind.startswith(ARGUMENTS):
            return  # of tools that the provider runs itself, or yet to be invented
        if kind.endswith(".delta"):
            self._add_arguments(item, text_of(body.get("delta")))
        elif kind.endswith(".done") and not item.has_content:
            self._add_arguments(item, _arguments(body))

    def _item(self, body: JsonObject) -> _Item:
        place = count_of(body.get("output_index"))
        if place is None:
            return _Item()
        return self._items.setdefault(place, _Item())

    def _start(self, response: JsonObject) -> None:
        if not self._is_started:
            self._is_started = True
            self._id = text_of(response.get("id"))
            self._events.append(Started(self._id, text_of(response.get("model"))))

    def _open(self, item: _Item, fields: JsonObject) -> None:
        kind = CALLS.get(text_of(fields.get("type")))
        name = text_of(fields.get("name"))
        if kind is None or not name or item.call >= 0 or self._calls >= MOST_CALLS:
            return
        item.call = self._calls
        self._calls += 1
        call_id = text_of(fields.get("call_id")) or f"call_{self._id}_{item.call}"
        self._events.append(ToolCallStarted(item.call, call_id, name, kind))

    def _close(self, item: _Item, fields: JsonObject) -> None:
        self._open(item, fields)
        match fields.get("type"):
            case "reasoning":
                self._close_thinking(item, fields)
            case "message":
                self._close_message(item, fields)
            case _ if item.call >= 0 and not item.has_content:
                self._add_arguments(item, _arguments(fields))
            case _:
                pass

    def _close_thinking(self, item: _Item, fields: JsonObject) -> None:
        part = thinking_part(fields)
        if not item.has_content:
            self._add_thinking(item, part.text)
        if part.signature:
            self._events.append(ThinkingSigned(part.signature, format=part.format))

    def _close_message(self, item: _Item, fields: JsonObject) -> None:
        for piece in objects_of(fields.get("content")):
            self._is_refusal = self._is_refusal or piece.get("type") == "refusal"
        if not item.has_content:
            for piece in objects_of(fields.get("content")):
                self._add_text(item, text_of(piece.get("text")) or text_of(piece.get("refusal")))

    def _add_text(self, item: _Item, text: str) -> None:
        if text:
            item.has_content = True
            self._events.append(TextDelta(text))

    def _add_thinking(self, item: _Item, text: str) -> None:
        if text:
            item.has_content = True
            self._events.append(ThinkingDelta(text))

    def _add_arguments(self, item: _Item, text: str) -> None:
        if text:
            item.has_content = True
            self._events.append(ToolCallDelta(item.call, text))

    def _take_end(self, response: JsonObject) -> None:
        self._start(response)
        usage = in_and_out(response)
        if usage:
            self._events.append(UsageReported(usage))
        reason = stop_reason(response, has_calls=self._calls > 0, is_refusal=self._is_refusal)
        self._events.append(Finished(reason))
        self._is_over = True

    def _take_whole(self, response: JsonObject) -> None:
        """Take an answer that came in one piece: the server only pretends to stream."""
        if response.get("status") == "failed":
            self._fail_with(object_of(response.get("error")))
            return
        self._start(response)
        for fields in objects_of(response.get("output")):
            self._close(_Item(), fields)
        self._take_end(response)

    def _fail_with(self, error: JsonObject) -> None:
        named = {"code": error.get("code"), "message": error.get("message")}
        self._fail(failures.from_stream({"error": named}) or UNTOLD)

    @override
    def _take_done(self) -> None:
        """Pass over it: this dialect has an event for the end, and some proxies send both."""

    @override
    def _end(self) -> None:
        """Never reached: an end that was not told is a cut."""


def _arguments(fields: JsonObject) -> str:
    return arguments_text(fields.get("arguments")) or text_of(fields.get("input"))
