"""One call through the codecs of the relay, without a line: what comes out must be an answer.

A case is a seed and a number; all that it does follows from them.
"""

import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import orjson
from asgiref.typing import ASGIReceiveEvent, HTTPScope
from typing_extensions import override

from agents.engine.metering import Tally
from agents.engine.turn import Turn
from agents.errors import ProviderError, SetupError
from agents.llm.providers.provider import Connection, Dialect
from agents.llm.providers.providers import build
from agents.llm.providers.wire_provider import ANTHROPIC, OPENAI_CHAT, Codec
from agents.llm.wire.neutral import ChatResponse, Event, Failed, Finished, Usage, UsageReported
from agents.llm.wire.openai_usage import usage_from
from agents.llm.wire.preparing import Prepared
from agents.llm.wire.serving.asked import Answering, Asked, BadRequestError
from agents.relay import passing
from agents.relay.admitting import json_body
from agents.relay.calling import estimated_output, estimated_prompt, name_of_model
from agents.relay.converting import DIALECTS, fitted
from agents.relay.exchange import Exchange
from agents.relay.problems import RelayError
from agents.relay.targets import Target
from agents.relay.visit import Visit
from agents.relay.watching import UsageHider, Watcher, Wire, answer_usage
from tests.relay.conformance.reading import core_of, events_of
from tests.relay.conformance.tables import Client
from tests.relay.fuzz_counts import COUNTS, counted
from tests.relay.fuzz_limits import limited
from tests.relay.fuzz_reading import check_whole_stream, readable
from tests.relay.fuzz_seeds import Route, Seeds
from tests.relay.fuzz_streams import broken_stream, broken_whole, cut
from tests.relay.fuzz_values import Dice, garbled, mutated, written

OFTEN: tuple[Route, ...] = ("chat", "messages", "responses", *COUNTS)
SELDOM: tuple[Route, ...] = ("embeddings",)
MODELS: dict[str, tuple[str, ...]] = {
    "openai": ("gpt-4.1", "gpt-5.1", "deepseek-chat", "mistral-large"),
    "anthropic": ("claude-sonnet-4-5", "claude-opus-4-8", "claude-3-5-haiku-20241022"),
}
CODECS: dict[str, Codec] = {"openai": OPENAI_CHAT, "anthropic": ANTHROPIC}
CAPABILITIES: tuple[dict[str, object], ...] = (
    {},
    {},
    {"has_short_call_ids": True, "required_choice": "any"},
    {"has_reasoning": True},
)
PARAMETERS: tuple[dict[str, object], ...] = (
    {},
    {},
    {"reasoning_replay": "reasoning_content"},
    {"reasoning_effort": "high"},
)
# What the relay tells its clients in its own words; anything else is its own failure.
TOLD = (RelayError, BadRequestError, ProviderError, SetupError)


@dataclass
class Case:
    """What one case is made of, for the report of one that failed."""

    name: str
    route: Route = "chat"
    upstream: str = "openai"
    model: str = ""
    body: bytes = b""
    answer: list[bytes] = field(default_factory=list)
    sent: bytes = b""
    outcome: str = ""

    @override
    def __str__(self) -> str:
        """Return it in words."""
        lines = (
            f"case {self.name}: {self.route} to {self.upstream}, {self.model}",
            f"body: {self.body[:3_000]!r}",
            f"answer: {[piece[:1_500] for piece in self.answer]!r}",
            f"sent: {self.sent[-1_500:]!r}",
        )
        return "\n".join(lines)


def play(seeds: Seeds, seed: int, number: int) -> Case:
    """Make and run a case; its outcome says how far it came.

    Raises:
        Exception: a fault of the relay; the case is noted on it.
    """
    dice = random.Random(f"{seed}:{number}")
    case = Case(f"{seed}:{number}")
    try:
        with limited():
            case.outcome = _played(case, dice, seeds)
    except Exception as exc:
        exc.add_note(str(case))
        raise
    return case


def _played(case: Case, dice: Dice, seeds: Seeds) -> str:
    case.route = dice.choice(OFTEN if dice.random() < 0.95 else SELDOM)
    case.upstream = dice.choice(("openai", "anthropic"))
    case.model = dice.choice(MODELS[case.upstream])
    body = dice.choice(seeds.bodies[case.route])
    is_healthy = dice.random() < 0.4
    if not is_healthy:
        body = mutated(dice, body, seeds.parts)
    case.body = written(dice, body)
    if not is_healthy and dice.random() < 0.1:
        case.body = garbled(dice, case.body)
    try:
        return _answered(case, dice, seeds)
    except TOLD as exc:
        told = exc if isinstance(exc, RelayError) else RelayError.bad_request(str(exc))
        orjson.loads(told.body("anthropic" if case.route == "messages" else "openai", "0" * 24))
        return type(exc).__name__


def _answered(case: Case, dice: Dice, seeds: Seeds) -> str:
    body, parsed = _read(case.body)
    name = name_of_model(parsed)
    if not (estimated_prompt(body, parsed) > 0 and estimated_output(parsed) > 0):
        raise AssertionError("Nothing would be held for the call.")
    handed_on = passing.with_model(body, parsed, case.model)
    if orjson.loads(handed_on)["model"] != case.model:
        raise AssertionError("The provider would be asked for another model.")
    if case.route == "embeddings":
        return _counted(case, dice, seeds)
    if case.route in COUNTS:
        return counted(case.route, parsed, case.model, dice, seeds)
    asked = DIALECTS[case.route].parse_request(parsed)
    target = _target(dice, case)
    prepared = CODECS[case.upstream].prepare(fitted(asked.request, target, case.route))
    request_body = CODECS[case.upstream].render(prepared.request, stream=True)
    orjson.loads(orjson.dumps(request_body))
    outcome = _converted(case, dice, seeds, asked, prepared, name)
    _handed_on(case.route, dice, seeds)
    return outcome


def _read(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """Return a body as the relay reads it at its door."""

    async def receive() -> ASGIReceiveEvent:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(_event: object) -> None:
        raise AssertionError("Nothing is answered while a body is read.")

    exchange = Exchange(cast("HTTPScope", {}), receive, send, {})
    # The body is all that is looked at.
    reading = json_body(cast("Visit", SimpleNamespace(exchange=exchange)))
    try:
        reading.send(None)
    except StopIteration as end:
        return cast("tuple[bytes, dict[str, Any]]", end.value)
    raise AssertionError("Nothing is waited for.")


def _target(dice: Dice, case: Case) -> Target:
    dialect = cast("Dialect", case.upstream)
    connection = Connection("Fuzzed", dialect, "http://127.0.0.1:1", "operators-own-key")
    return Target(
        endpoint="Fuzzed",
        model=case.model,
        dialect=case.upstream,
        connection=connection,
        provider=build(connection),
        rates=None,
        context_window=128_000,
        max_output=dice.choice((None, 4_096)),
        parameters=dice.choice(PARAMETERS),
        capabilities=dice.choice(CAPABILITIES),
    )


def _converted(
    case: Case, dice: Dice, seeds: Seeds, asked: Asked, prepared: Prepared, name: str
) -> str:
    """Have a broken answer told in the client's dialect, as a stream or as a whole."""
    wire = cast("Client", case.route)
    case.answer = _upstream_answer(dice, seeds, case.upstream)
    decoder = CODECS[case.upstream].decoder()
    batches = [decoder.feed(piece) for piece in case.answer]
    batches.append(decoder.finish())
    batches = [prepared.restore(batch) for batch in batches if batch]
    answering = Answering("0123456789abcdef01234567", name, 1_795_000_000, asked)
    tally = Tally()
    for event in (event for batch in batches for event in batch):
        tally.see(event)
    tally.usage(case.model, 7)
    if dice.random() < 0.3:
        return _whole(case, wire, batches, answering)
    encoder = DIALECTS[wire].encoder(answering)
    written_parts = []
    for batch in batches:
        written_parts.append(encoder.encode(batch))
        if dice.random() < 0.05:
            written_parts.append(encoder.keepalive())
    case.sent = b"".join(written_parts)
    return _check_stream(wire, case.sent, batches)


def _upstream_answer(dice: Dice, seeds: Seeds, upstream: str) -> list[bytes]:
    if dice.random() < 0.1:
        return cut(dice, broken_whole(dice, dice.choice(seeds.answers[upstream]), seeds.events))
    stream = dice.choice(seeds.streams[upstream])
    if dice.random() < 0.1:
        return cut(dice, stream)
    return cut(dice, broken_stream(dice, stream, seeds.events))


def _check_stream(wire: Client, sent: bytes, batches: list[list[Event]]) -> str:
    ends = [one for batch in batches for one in batch if isinstance(one, Finished | Failed)]
    if len(ends) != 1 or batches[-1][-1] is not ends[0]:
        raise AssertionError(f"An answer ends once, and then it is over: {ends}")
    if isinstance(ends[0], Finished):
        check_whole_stream(wire, sent)
        return "finished"
    _name, last = events_of(wire, readable(wire, sent))[-1]
    if not last.get("error") and last.get("type") not in {"error", "response.failed"}:
        raise AssertionError("A broken answer ends in an error.")
    return "failed"


def _whole(case: Case, wire: Client, batches: list[list[Event]], answering: Answering) -> str:
    turn, usage = Turn(), Usage(7, 7, is_estimated=True)
    for event in (event for batch in batches for event in batch):
        turn.see(event)
        if isinstance(event, UsageReported):
            usage = event.usage
    ending = turn.ending
    if not isinstance(ending, Finished):
        return "cut"
    response = ChatResponse(
        id="up",
        model=answering.model,
        parts=turn.parts(),
        reason=ending.reason,
        usage=usage,
        stop_sequence=ending.stop_sequence,
        explanation=ending.explanation,
    )
    case.sent = orjson.dumps(DIALECTS[wire].render_response(response, answering))
    core_of(wire, orjson.loads(case.sent))
    return "whole"


def _handed_on(route: str, dice: Dice, seeds: Seeds) -> None:
    """Have an answer watched that passes as it is: nothing of it may be lost."""
    wire = cast("Wire", route)
    kind = {"chat": "openai", "messages": "anthropic"}.get(route, "responses")
    stream = broken_stream(dice, dice.choice(seeds.streams[kind]), seeds.events)
    watcher, hider = Watcher(wire), UsageHider()
    passed = b""
    for piece in cut(dice, stream):
        whole = watcher.feed(piece)
        passed += whole
        hider.feed(whole)
    last = watcher.finish()
    if passed + last != stream + b"\n\n" if last else not stream.startswith(passed):
        raise AssertionError("What passes must stay as it came.")
    watcher.usage()
    answer = broken_whole(dice, dice.choice(seeds.answers[kind]), seeds.events)
    answer_usage(wire, _object(answer))


def _counted(case: Case, dice: Dice, seeds: Seeds) -> str:
    case.answer = [broken_whole(dice, dice.choice(seeds.answers["embeddings"]), seeds.events)]
    fields = _object(case.answer[0])
    usage_from(fields)
    answer_usage("responses", fields)
    return "counted"


def _object(content: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
