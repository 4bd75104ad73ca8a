"""Reasoning of Anthropic's models, kept for clients whose dialect loses it.

In a running tool loop the model wants its thinking blocks back as they were. Clients of other
dialects mostly drop them, so they are kept for an hour by key and tool call, encrypted, and put
back when the same model is asked again. Nothing is ever made up: what is not kept stays away.
"""

import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace

import orjson
from django.utils.crypto import salted_hmac

from agents.engine.offload import offload
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    Finished,
    ThinkingDelta,
    ThinkingSigned,
    ToolCallStarted,
)
from agents.llm.wire.parts import Message, Part, ThinkingPart, ToolCallPart
from agents.relay.calling import Calling
from agents.relay.shelf import shelf
from agents.relay.targets import Target

logger = logging.getLogger(__name__)

SALT = "agents.relay.thoughts"
KEPT_SECONDS = 3_600
MOST_BYTES = 256 * 1024  # of one answer's reasoning; more is not kept
MOST_CALLS = 256  # of a request's tool calls are looked up, the latest


def are_lost(wire: str, target: Target) -> bool:
    """Return whether a client of this dialect may lose the reasoning of this target."""
    return target.dialect == "anthropic" and wire != "messages"


async def watched(
    calling: Calling, target: Target, batches: AsyncGenerator[list[Event], None]
) -> AsyncGenerator[list[Event], None]:
    """Yield the batches; reasoning before tool calls is kept before the client hears the end."""
    seen = _Seen()
    async with aclosing(batches):
        async for batch in batches:
            for event in batch:
                seen.see(event)
            if seen.call_id and seen.parts and batch and isinstance(batch[-1], Finished):
                await offload(_keep, calling.facts.id, seen.call_id, target.id, seen.parts)
            yield batch


async def given_back(calling: Calling, target: Target, request: ChatRequest) -> ChatRequest:
    """Return the request with the reasoning that its client dropped, as far as it is kept."""
    runs = [run for run in _open_runs(request.messages) if not _is_proved(request.messages, run)]
    wanted = [name for run in runs for name in _call_ids(request.messages, run)]
    if not wanted:
        return request
    kept = await offload(_load, calling.facts.id, target.id, wanted[-MOST_CALLS:])
    messages = list(request.messages)
    for run in runs:
        names = _call_ids(request.messages, run)
        thoughts = next((kept[name] for name in names if name in kept), ())
        if thoughts:
            first = messages[run.start]
            messages[run.start] = replace(first, parts=(*thoughts, *_without_thoughts(first)))
    return replace(request, messages=tuple(messages))


class _Seen:
    """What an answer's reasoning was, and its first tool call: by that it is found again."""

    def __init__(self) -> None:
        self.call_id = ""
        self.parts: list[ThinkingPart] = []
        self._texts: list[str] = []

    def see(self, event: Event) -> None:
        match event:
            case ThinkingDelta(text):
                self._texts.append(text)
            case ThinkingSigned(signature, redacted, form):
                text = "" if redacted else "".join(self._texts)
                self._texts.clear()
                self.parts.append(ThinkingPart(text, signature, redacted, form))
            case ToolCallStarted(id=name):
                self.call_id = self.call_id or name
            case _:
                pass


def _open_runs(messages: Sequence[Message]) -> Iterator[range]:
    """Yield where the assistant's messages stand since somebody last spoke: one turn, one run."""
    spoke = (at for at, message in enumerate(messages) if message.role == "user")
    begin = max(spoke, default=-1) + 1
    start: int | None = None
    for at in range(begin, len(messages)):
        if messages[at].role == "assistant":
            start = at if start is None else start
        elif start is not None:
            yield range(start, at)
            start = None
    if start is not None:
        yield range(start, len(messages))


def _is_proved(messages: Sequence[Message], run: range) -> bool:
    """Return whether the client gave reasoning back with its proof."""
    return any(
        isinstance(part, ThinkingPart) and bool(part.signature or part.redacted)
        for at in run
        for part in messages[at].parts
    )


def _call_ids(messages: Sequence[Message], run: range) -> list[str]:
    parts = (part for at in run for part in messages[at].parts)
    return [part.id for part in parts if isinstance(part, ToolCallPart)]


def _without_thoughts(message: Message) -> tuple[Part, ...]:
    """Return the parts without reasoning that nothing proves: the kept one says the same."""
    return tuple(part for part in message.parts if not isinstance(part, ThinkingPart))


def _name(key_id: str, call_id: str) -> str:
    told = orjson.dumps([key_id, call_id])
    return f"relay:thoughts:{salted_hmac(SALT, told, algorithm='sha256').hexdigest()}"


def _keep(key_id: str, call_id: str, target_id: str, parts: Sequence[ThinkingPart]) -> None:
    """Keep an answer's reasoning; the answer goes on when it cannot be kept."""
    try:
        told = orjson.dumps({"target": target_id, "parts": list(parts)})
        if len(told) <= MOST_BYTES:
            shelf.keep(_name(key_id, call_id), told.decode(), seconds=KEPT_SECONDS)
    except Exception:
        logger.exception("The reasoning of a relayed answer could not be kept.")


def _load(
    key_id: str, target_id: str, call_ids: Sequence[str]
) -> dict[str, tuple[ThinkingPart, ...]]:
    """Return call → the reasoning before it, for those that this target made."""
    names = {_name(key_id, call_id): call_id for call_id in call_ids}
    try:
        found = shelf.read(names)
    except Exception:
        logger.exception("The reasoning of relayed answers could not be read.")
        return {}
    opened = ((names[name], _opened(text, target_id)) for name, text in found.items())
    return {call_id: parts for call_id, parts in opened if parts}


def _opened(text: str, target_id: str) -> tuple[ThinkingPart, ...]:
    told = orjson.loads(text)
    if told["target"] != target_id:
        return ()  # a signature is worth nothing to another model
    return tuple(ThinkingPart(**part) for part in told["parts"])
