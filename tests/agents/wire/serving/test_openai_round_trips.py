"""What the relay writes as a server it reads back as a client, and the other way round."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire import openai_chat as upstream_chat
from agents.llm.wire import openai_chat_stream, openai_responses_stream
from agents.llm.wire import openai_responses as upstream_responses
from agents.llm.wire.fields import to_json
from agents.llm.wire.neutral import (
    ChatRequest,
    ChatResponse,
    Event,
    Finished,
    Started,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
    UsageReported,
)
from agents.llm.wire.parts import (
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.relayed_proofs import packed
from agents.llm.wire.serving import openai_chat, openai_responses
from tests.agents.wire.serving.openai_asking import answering, chat
from tests.agents.wire.transcripts import Decoder, decoded

MODEL = "gpt-4.1"
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda text: bool(text.strip())
)
names = st.from_regex(r"[a-zA-Z0-9_-]{1,30}", fullmatch=True)
objects = st.dictionaries(words, words | st.integers(-1000, 1000) | st.none(), max_size=3)
arguments = objects.map(to_json)
counts = st.integers(1, 10**6)
usages = st.builds(Usage, counts, counts, st.integers(0, 99), st.integers(0, 99))


def calls_of(pairs: list[tuple[str, str]]) -> list[ToolCallPart]:
    return [ToolCallPart(f"call_{at}", *pair) for at, pair in enumerate(pairs)]


calls = st.lists(st.tuples(names, arguments), max_size=3).map(calls_of)
texts = st.lists(words.map(TextPart), max_size=1)


@st.composite
def answers(draw: st.DrawFn, *, thoughts: st.SearchStrategy[ThinkingPart]) -> ChatResponse:
    parts: list[Part] = [*draw(st.lists(thoughts, max_size=1)), *draw(texts), *draw(calls)]
    has_calls = any(isinstance(part, ToolCallPart) for part in parts)
    reason: StopReason = "tool_calls" if has_calls else draw(st.sampled_from(["stop", "length"]))
    return ChatResponse("", "sonnet", tuple(parts), reason, draw(usages))


plain_thoughts = words.map(ThinkingPart)
sealed_thoughts = st.builds(ThinkingPart, words, words.map(packed), format=st.just("openai"))


def events_of(answer: ChatResponse, size: int) -> list[Event]:
    """Return a stream that says an answer in pieces."""
    events: list[Event] = [Started("up_1", "upstream")]
    number = 0
    for part in answer.parts:
        match part:
            case TextPart():
                events += [TextDelta(piece) for piece in pieces(part.text, size)]
            case ThinkingPart():
                events += [ThinkingDelta(piece) for piece in pieces(part.text, size)]
                if part.signature:
                    events.append(ThinkingSigned(part.signature, format=part.format))
            case ToolCallPart():
                events.append(ToolCallStarted(number, part.id, part.name))
                events += [ToolCallDelta(number, piece) for piece in pieces(part.arguments, size)]
                number += 1
            case _:
                raise AssertionError(part)
    assert answer.usage
    return [*events, UsageReported(answer.usage), Finished(answer.reason)]


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def text_taken(parts: list[Part], kind: type[TextPart | ThinkingPart]) -> str:
    """Take the last part away if it is of a kind, and return its text."""
    if not parts or not isinstance(parts[-1], kind):
        return ""
    text = parts[-1].text
    parts.pop()
    return text


def told(events: list[Event]) -> ChatResponse:
    """Return the answer that a stream says."""
    parts: list[Part] = []
    answer = ChatResponse("", "", (), "stop", None)
    for event in events:
        match event:
            case Started():
                answer = replace(answer, model=event.model)
            case TextDelta():
                parts.append(TextPart(text_taken(parts, TextPart) + event.text))
            case ThinkingDelta():
                parts.append(ThinkingPart(text_taken(parts, ThinkingPart) + event.text))
            case ThinkingSigned():
                text = text_taken(parts, ThinkingPart)
                parts.append(ThinkingPart(text, event.signature, format=event.format))
            case ToolCallStarted():
                parts.append(ToolCallPart(event.id, event.name, ""))
            case ToolCallDelta():
                call = parts.pop()
                assert isinstance(call, ToolCallPart)
                parts.append(replace(call, arguments=call.arguments + event.arguments))
            case UsageReported():
                answer = replace(answer, usage=event.usage)
            case Finished():
                answer = replace(answer, reason=event.reason)
            case _:
                raise AssertionError(event)
    return replace(answer, parts=tuple(parts))


def cut(sent: bytes, places: list[int]) -> list[bytes]:
    at = sorted({0, len(sent), *(place % len(sent) for place in places)})
    return [sent[start:end] for start, end in pairwise(at)]


COUNTED = chat(stream=True, stream_options={"include_usage": True})
cuts = st.lists(st.integers(min_value=0), max_size=6)


@given(answers(thoughts=plain_thoughts), st.integers(1, 9), cuts)
def test_a_chat_stream_is_read_back_whole(
    answer: ChatResponse, size: int, places: list[int]
) -> None:
    encoder = openai_chat.encoder(answering(COUNTED))
    sent = b"".join(encoder.encode([event]) for event in events_of(answer, size))
    decoder: Decoder = openai_chat_stream.StreamDecoder()
    assert told(decoded(decoder, cut(sent, places))) == answer


@given(answers(thoughts=sealed_thoughts), st.integers(1, 9), cuts)
def test_a_responses_stream_is_read_back_whole(
    answer: ChatResponse, size: int, places: list[int]
) -> None:
    encoder = openai_responses.encoder(answering())
    sent = b"".join(encoder.encode([event]) for event in events_of(answer, size))
    decoder: Decoder = openai_responses_stream.StreamDecoder()
    assert told(decoded(decoder, cut(sent, places))) == answer


@given(answers(thoughts=plain_thoughts))
def test_a_whole_chat_answer_is_read_back(answer: ChatResponse) -> None:
    body = openai_chat.render_response(answer, answering())
    assert replace(upstream_chat.parse_response(body), id="") == answer


@given(answers(thoughts=sealed_thoughts))
def test_a_whole_response_is_read_back(answer: ChatResponse) -> None:
    body = openai_responses.render_response(answer, answering())
    assert replace(upstream_responses.parse_response(body), id="") == answer


# --- requests ------------------------------------------------------------------------------

images = st.sampled_from(
    [ImagePart(url="https://e.org/a.png"), ImagePart("image/png", "iVBORw0KGgo=", detail="low")]
)
questions = st.builds(
    lambda text, more: (TextPart(text), *more), words, st.lists(images, max_size=2)
)


@st.composite
def exchanges(draw: st.DrawFn, at: int) -> list[Message]:
    """Draw a question, calls that are all answered, and an answer."""
    turn = [Message("user", draw(questions))]
    asked = [replace(call, id=f"{call.id}_{at}") for call in draw(calls)]
    if asked:
        results = [ToolResultPart(call.id, (TextPart(draw(words)),)) for call in asked]
        turn += [Message("assistant", (*draw(texts), *asked)), Message("tool", tuple(results))]
    return [*turn, Message("assistant", (TextPart(draw(words)),))]


tools = st.lists(
    st.builds(Tool, names, words, st.just({"type": "object", "properties": {"q": {}}})),
    max_size=3,
    unique_by=lambda tool: tool.name,
).map(tuple)
PARAMETERS = {
    "temperature": st.floats(0, 2),
    "top_p": st.floats(0, 1),
    "max_tokens": counts,
    "seed": st.integers(-1000, 1000),
    "stop": st.lists(words, min_size=1, max_size=4),
    "verbosity": st.sampled_from(["low", "high"]),
}
parameters = st.fixed_dictionaries({}, optional=PARAMETERS)


@st.composite
def requests(draw: st.DrawFn) -> ChatRequest:
    rules = [Message("system", (TextPart(text),)) for text in draw(st.lists(words, max_size=1))]
    turns = [one for at in range(draw(st.integers(0, 2))) for one in draw(exchanges(at))]
    last = Message("user", draw(questions))
    return ChatRequest(MODEL, (*rules, *turns, last), draw(tools), draw(parameters))


@given(requests(), st.booleans())
def test_a_chat_request_is_read_back(request: ChatRequest, stream: bool) -> None:
    body = upstream_chat.render_request(request, stream=stream)
    asked = openai_chat.parse_request(body)
    assert asked.request == request
    assert (asked.is_streaming, asked.wants_usage, asked.dropped) == (stream, stream, ())


@pytest.mark.parametrize("choice", ["auto", "none", "required", "find"])
def test_a_choice_of_tools_is_read_back(choice: str) -> None:
    given_parameters = {"tool_choice": choice, "parallel_tool_calls": False}
    hello = Message("user", (TextPart("Hello"),))
    tool = Tool("find", "Finds.", {"type": "object", "properties": {}})
    request = ChatRequest(MODEL, (hello,), (tool,), given_parameters)
    body = upstream_chat.render_request(request, stream=True)
    assert openai_chat.parse_request(body).request == request
    body = upstream_responses.render_request(request, stream=True)
    loose = replace(request, tools=(replace(tool, is_strict=False),))  # strict unless it says so
    assert openai_responses.parse_request(body).request == loose
