"""What is written for a client is read back as it was meant; what is asked survives its way."""

import itertools
import json
from collections import defaultdict
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.llm.wire import anthropic as upstream
from agents.llm.wire.anthropic_stream import StreamDecoder
from agents.llm.wire.neutral import (
    ChatResponse,
    Event,
    Finished,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
    UsageReported,
)
from agents.llm.wire.parts import Part, TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.serving import anthropic
from tests.agents.wire.serving.anthropic_frames import ANSWERING
from tests.agents.wire.transcripts import decoded

CLAUDE = "claude-3-7-sonnet"
texts = st.sampled_from(["a", "Grüße 🌧", 'q"\\', "x\u2028y\n", "}{", "0"])
names = st.sampled_from(["find", "read", "a", "b"])
json_values: st.SearchStrategy[object] = texts | st.integers(-(2**53), 2**53) | st.none()
objects = st.dictionaries(names, json_values | st.lists(json_values, max_size=2), max_size=2)
counts = st.builds(
    Usage,
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
answers: st.SearchStrategy[Part] = (
    st.builds(TextPart, texts)
    | st.builds(ThinkingPart, texts, names)
    | st.builds(ThinkingPart, redacted=names)
)


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@settings(max_examples=50)
@given(
    st.lists(answers, max_size=4),
    st.lists(objects, max_size=3),
    counts,
    st.sampled_from(["stop", "length", "refusal"]),
)
def test_a_whole_answer_is_read_back(
    parts: list[Part], calls: list[object], usage: Usage, reason: StopReason
) -> None:
    made = [ToolCallPart(f"c{n}", "find", compact(value)) for n, value in enumerate(calls)]
    if made and reason == "stop":
        reason = "tool_calls"
    response = ChatResponse("x", "y", (*parts, *made), reason, usage)
    read = upstream.parse_response(anthropic.render_response(response, ANSWERING))
    read_parts = tuple(
        replace(part, format="") if isinstance(part, ThinkingPart) else part for part in read.parts
    )
    assert (read_parts, read.reason, read.usage) == (response.parts, reason, usage)


def cut(text: str, cuts: list[int]) -> list[str]:
    marks = [0, *sorted(at % (len(text) + 1) for at in cuts), len(text)]
    return [text[left:right] for left, right in itertools.pairwise(marks)]


@settings(max_examples=30)
@given(st.data(), st.lists(objects, min_size=1, max_size=4), st.lists(texts, max_size=4))
def test_calls_in_any_order_keep_their_arguments(
    data: st.DataObject, calls: list[object], spoken: list[str]
) -> None:
    """Every call's text and all that is said arrive, however the fragments are mixed."""
    waiting: dict[int, list[Event]] = {}
    for number, value in enumerate(calls):
        pieces = cut(compact(value), data.draw(st.lists(st.integers(0, 99), max_size=4)))
        begin = ToolCallStarted(number, f"c{number}", f"tool_{number}")
        waiting[number] = [begin, *(ToolCallDelta(number, piece) for piece in pieces)]
    waiting[-1] = [TextDelta(text) for text in spoken]
    events: list[Event] = []
    begun = -1  # calls begin in their order
    while any(waiting.values()):
        ready = [n for n, left in waiting.items() if left and n <= begun + 1]
        chosen = data.draw(st.sampled_from(ready))
        begun = max(begun, chosen)
        events.append(waiting[chosen].pop(0))
    sent = anthropic.encoder(ANSWERING).encode([*events, Finished("tool_calls")])
    arguments: dict[int, str] = defaultdict(str)
    said = ""
    read = decoded(StreamDecoder(), [sent])
    for event in read:
        if isinstance(event, ToolCallDelta):
            arguments[event.index] += event.arguments
        elif isinstance(event, TextDelta):
            said += event.text
    assert [json.loads(arguments[number]) for number in range(len(calls))] == calls
    assert said == "".join(spoken)
    assert read[-1] == Finished("tool_calls")


spoken_events: st.SearchStrategy[list[Event]] = st.lists(
    st.builds(TextDelta, texts)
    | st.builds(ThinkingDelta, texts)
    | st.builds(ThinkingSigned, names)
    | st.builds(lambda data: ThinkingSigned(redacted=data), names),
    max_size=8,
)


@given(spoken_events, counts)
def test_streamed_text_and_thinking_are_read_back(spoken: list[Event], usage: Usage) -> None:
    events = [*spoken, UsageReported(usage), Finished("stop")]
    sent = anthropic.encoder(ANSWERING).encode(events)
    read = decoded(StreamDecoder(), [sent])[1:]
    plain = [replace(e, format="") if isinstance(e, ThinkingSigned) else e for e in read]
    assert plain == events


Block = dict[str, object]


def block(kind: str, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[Block]:
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


png = st.just({"type": "base64", "media_type": "image/png", "data": "aGk="})
pdf = st.just({"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="})
plain = st.builds(lambda data: {"type": "text", "media_type": "text/plain", "data": data}, texts)
user_blocks: st.SearchStrategy[Block] = (
    block("text", text=texts)
    | block("image", source=png)
    | block("document", source=pdf | plain, title=texts, context=texts)
)
assistant_blocks = (
    block("text", text=texts)
    | block("thinking", thinking=texts, signature=names)
    | block("redacted_thinking", data=names)
)
rounds = st.lists(
    st.tuples(
        st.lists(user_blocks, min_size=1, max_size=3),
        st.lists(assistant_blocks, min_size=1, max_size=3),
        st.lists(st.tuples(names, objects, st.lists(user_blocks, max_size=2)), max_size=2),
    ),
    max_size=3,
)


def turns(
    made: list[tuple[list[Block], list[Block], list[tuple[str, object, list[Block]]]]],
) -> object:
    listed: list[Block] = []
    results: list[Block] = []
    for number, (asked, answered, calls) in enumerate(made):
        ids = [f"toolu_{number}_{n}" for n in range(len(calls))]
        used: list[Block] = [
            {"type": "tool_use", "id": call_id, "name": name, "input": value}
            for call_id, (name, value, _) in zip(ids, calls, strict=True)
        ]
        listed.append({"role": "user", "content": [*results, *asked]})
        listed.append({"role": "assistant", "content": [*answered, *used]})
        results = [
            {"type": "tool_result", "tool_use_id": call_id, "content": content}
            for call_id, (_, _, content) in zip(ids, calls, strict=True)
        ]
    listed.append({"role": "user", "content": [*results, {"type": "text", "text": "Well?"}]})
    return listed


@settings(max_examples=40)
@given(
    rounds,
    st.lists(texts, max_size=3, unique=True),
    st.fixed_dictionaries(
        {},
        optional={
            "temperature": st.sampled_from([0.25, 0.5, 1.0]),
            "top_k": st.integers(1, 100),
            "stop_sequences": st.lists(texts, min_size=1, max_size=3),
            "system": st.lists(block("text", text=texts), min_size=1, max_size=2),
            "tool_choice": st.sampled_from(
                [
                    {"type": "any"},
                    {"type": "none"},
                    {"type": "tool", "name": "find", "disable_parallel_tool_use": True},
                ]
            ),
        },
    ),
)
def test_what_is_asked_is_asked_of_an_upstream_of_the_same_dialect(
    made: list[tuple[list[Block], list[Block], list[tuple[str, object, list[Block]]]]],
    described: list[str],
    fields: Block,
) -> None:
    tools = [
        {"name": f"tool_{n}", "description": text, "input_schema": {"type": "object", "x": n}}
        for n, text in enumerate(described)
    ]
    find = {"name": "find", "input_schema": {"type": "object", "properties": {}}}
    body: Block = {
        "model": CLAUDE,
        "max_tokens": 100,
        "messages": turns(made),
        "tools": [find, *tools],
        **fields,
    }
    read = anthropic.parse_request(body).request
    again = anthropic.parse_request(upstream.render_request(read, stream=False)).request
    assert replace(again, tools=()) == replace(read, tools=())
    assert [tool.name for tool in again.tools] == [tool.name for tool in read.tools]
    assert [tool.description for tool in again.tools] == ["", *described]
