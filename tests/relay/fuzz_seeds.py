"""What the mutations begin with: the bodies and answers of the conformance tables."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tests.relay.conformance.cases_transcripts import EXACT as ONWARD
from tests.relay.conformance.cases_transcripts_back import EXACT as BACK
from tests.relay.conformance.cases_transcripts_responses import EXACT as RESPONSES
from tests.relay.conformance.tables import ANTHROPIC, Case, Exact, request_of
from tests.relay.conformance.test_conformance import CASES
from tests.relay.conformance.wires import (
    anthropic_stream,
    completion,
    events,
    message,
    openai_stream,
    text,
    thinking,
    tool_use,
)
from tests.relay.fuzz_streams import parsed_events

Route: TypeAlias = Literal[
    "chat", "messages", "responses", "count_tokens", "input_tokens", "embeddings"
]
Upstream: TypeAlias = Literal["openai", "anthropic"]
EXACTS: list[Exact] = [*ONWARD, *BACK, *RESPONSES]


@dataclass(frozen=True)
class Seeds:
    """Whole bodies by route, whole answers and streams by the provider's dialect."""

    bodies: dict[Route, list[Any]]
    answers: dict[str, list[Any]]
    streams: dict[str, list[bytes]]
    parts: tuple[Any, ...]  # of requests
    events: tuple[Any, ...]  # of streams


def seeds() -> Seeds:
    """Collect them."""
    bodies = _bodies()
    answers = _answers()
    streams = _streams(answers)
    parts = tuple(body for listed in bodies.values() for body in listed)
    every = [stream for listed in streams.values() for stream in listed]
    return Seeds(bodies, answers, streams, parts, parsed_events(every))


def _bodies() -> dict[Route, list[Any]]:
    found: dict[Route, list[Any]] = {"chat": [], "messages": [], "responses": []}
    listed: list[Any] = [*CASES, *EXACTS]
    for case in listed:
        found[case.client].append(request_of(case.client, "first", case.fields, stream=False))
    found["count_tokens"] = [
        {name: value for name, value in body.items() if name not in {"max_tokens", "stream"}}
        for body in found["messages"]
    ]
    found["input_tokens"] = [
        {name: value for name, value in body.items() if name not in {"max_output_tokens", "stream"}}
        for body in found["responses"]
    ]
    found["embeddings"] = [
        {"model": "first", "input": "Hello"},
        {"model": "first", "input": ["Hello", "there"], "encoding_format": "base64"},
        {"model": "first", "input": [1, 2, 3], "dimensions": 8, "user": "u"},
    ]
    return found


def _speaks(case: Case | Exact) -> Upstream:
    return "anthropic" if case.model in ANTHROPIC else "openai"


def _answers() -> dict[str, list[Any]]:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    found: dict[str, list[Any]] = {
        "anthropic": [
            message(thinking("Hm."), text("Rain."), tool_use("toolu_1", "f", {"a": 1})),
            message(text("No."), stop="refusal"),
        ],
        "openai": [
            completion(None, finish="tool_calls", tool_calls=[call, {**call, "id": "call_2"}]),
            completion("Rain.", reasoning_content="Hm."),
        ],
        "embeddings": [
            {
                "object": "list",
                "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
                "model": "e",
                "usage": {"prompt_tokens": 2, "total_tokens": 2},
            }
        ],
    }
    for case in CASES:
        if case.answer is not None:
            found[_speaks(case)].append(case.answer)
    found["responses"] = [_response()]
    found["counts"] = [
        {"input_tokens": 25},
        {"object": "response.input_tokens", "input_tokens": 25},
    ]
    return found


def _streams(answers: dict[str, list[Any]]) -> dict[str, list[bytes]]:
    found = {
        "anthropic": [anthropic_stream(one) for one in answers["anthropic"]],
        "openai": [openai_stream(one) for one in answers["openai"]],
        "responses": [_response_stream()],
    }
    for case in EXACTS:
        found[_speaks(case)].append(case.stream)
    return found


def _response() -> Any:
    said = {"type": "output_text", "text": "Rain.", "annotations": []}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "content": [said]}
    counts = {"input_tokens": 25, "output_tokens": 8, "total_tokens": 33}
    return {
        "id": "resp_up1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": "gpt-4.1",
        "output": [item],
        "usage": {**counts, "input_tokens_details": {"cached_tokens": 3}},
    }


def _response_stream() -> bytes:
    whole: dict[str, Any] = _response()
    first = {**whole, "status": "in_progress", "output": [], "usage": None}
    parts: list[dict[str, Any]] = [
        {"type": "response.created", "response": first},
        {"type": "response.output_text.delta", "item_id": "msg_1", "delta": "Rain."},
        {"type": "response.completed", "response": whole},
    ]
    return events([{**part, "sequence_number": number} for number, part in enumerate(parts)])
