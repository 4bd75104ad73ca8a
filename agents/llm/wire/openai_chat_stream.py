"""OpenAI chat completions: a streamed answer, bytes to neutral events."""

from typing_extensions import override

from agents.llm.wire import failures
from agents.llm.wire.decoding import PayloadDecoder
from agents.llm.wire.fields import JsonObject, object_of, objects_of, text_of
from agents.llm.wire.neutral import (
    Failed,
    Finished,
    Started,
    StopReason,
    TextDelta,
    ThinkingDelta,
    Usage,
    UsageReported,
)
from agents.llm.wire.openai_usage import usage_from
from agents.llm.wire.payloads import Payload
from agents.llm.wire.tool_calls import ToolCallFragments

STOP_REASONS: dict[str, StopReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}


class StreamDecoder(PayloadDecoder):
    """One streamed answer of chat completions."""

    def __init__(self) -> None:
        super().__init__()
        self._calls = ToolCallFragments()
        self._id = ""
        self._usage: Usage | None = None
        self._is_started = False
        self._refusal = ""
        self._has_fragments = False  # of calls, which text may complete

    @override
    def _take_payload(self, payload: Payload) -> None:
        body = payload.body
        failure = failures.from_stream(body)
        if failure:
            self._fail(failure)
            return
        choices = objects_of(body.get("choices"))
        if not self._is_started and (choices or body.get("id")):
            self._is_started = True
            self._id = text_of(body.get("id"))
            self._events.append(Started(self._id, text_of(body.get("model"))))
        for choice in choices:
            if not choice.get("index") and not self._is_over:  # one answer was asked for
                self._take_choice(choice)
        # Most chunks have no count: asking for one costs a tenth of reading them.
        usage = usage_from(body) if body.get("usage") or "x_groq" in body else None
        if usage and usage != self._usage and not self._is_over:
            self._usage = usage
            self._events.append(UsageReported(usage))

    def _take_choice(self, choice: JsonObject) -> None:
        # A whole message in place of a delta: the server only pretends to stream.
        delta = object_of(choice.get("delta")) or object_of(choice.get("message"))
        content = delta.get("content")
        if len(delta) == 1 and isinstance(content, str) and not self._has_fragments:
            # Nearly all of an answer is this; the full reading takes as long as parsing its JSON.
            if content:
                self._events.append(TextDelta(content))
        else:
            self._take_delta(delta)
        reason = text_of(choice.get("finish_reason"))
        if reason == "error":
            self._fail(Failed("error", "The provider stopped with an error.", is_retryable=True))
        self._finish_reason = reason or self._finish_reason

    def _take_delta(self, delta: JsonObject) -> None:
        thinking, text = thinking_and_text(delta)
        if thinking:
            self._events.append(ThinkingDelta(thinking))
        refusal = text_of(delta.get("refusal"))
        self._refusal += refusal
        if text or refusal:
            self._events += self._calls.start_pending(response_id=self._id)
            self._events.append(TextDelta(text + refusal))
        fragments = objects_of(delta.get("tool_calls"))
        legacy = object_of(delta.get("function_call"))
        if legacy:
            fragments.append({"index": 0, "function": legacy})
        for fragment in fragments:
            self._has_fragments = True
            self._events += self._calls.take(fragment, response_id=self._id)

    @override
    def _take_done(self) -> None:
        self._end()

    @override
    def _end(self) -> None:
        self._events += self._calls.start_pending(response_id=self._id)
        reason = stop_reason(
            self._finish_reason, has_calls=self._calls.has_calls, is_refusal=bool(self._refusal)
        )
        self._events.append(Finished(reason, explanation=explanation(reason, self._refusal)))
        self._is_over = True


def stop_reason(name: str, *, has_calls: bool, is_refusal: bool) -> StopReason:
    """Return why the model stopped; servers are not exact about calls and refusals."""
    reason = STOP_REASONS.get(name, "stop")
    if reason in {"stop", "tool_calls"}:
        if has_calls:
            return "tool_calls"
        return "refusal" if is_refusal else "stop"
    return reason


def explanation(reason: StopReason, refusal: str) -> str:
    """Return why a filter stopped the answer; a model's own refusal is its answer already."""
    return refusal if reason == "content_filter" else ""


def thinking_and_text(delta: JsonObject) -> tuple[str, str]:
    """Return the reasoning and the answer text of a delta or a message."""
    thinking = text_of(delta.get("reasoning_content")) or text_of(delta.get("reasoning"))
    details = objects_of(delta.get("reasoning_details"))
    if details and not thinking:
        thinking = "".join(
            text_of(item.get("text")) or text_of(item.get("summary")) for item in details
        )
    content = delta.get("content")
    if not isinstance(content, list):
        return thinking, text_of(content)
    texts: list[str] = []
    for part in objects_of(content):
        if part.get("type") == "thinking":  # Mistral
            inner = objects_of(part.get("thinking"))
            thinking += "".join(text_of(item.get("text")) for item in inner)
        else:
            texts.append(text_of(part.get("text")))
    return thinking, "".join(texts)
