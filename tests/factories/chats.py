"""A scripted model and where it is found."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

from agents.llm.available import Resolved
from agents.llm.providers.provider import Connection
from agents.llm.titles import TitleSettings
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    Finished,
    Started,
    StopReason,
    TextDelta,
    Usage,
    UsageReported,
)

NO_TITLE = TitleSettings(is_on=False, model="test-model", endpoint="Scripted")


def make_resolved(**fields: Any) -> Resolved:
    """Return a model of the scripted endpoint."""
    defaults: dict[str, Any] = {
        "connection": Connection("Scripted", "openai"),
        "endpoint": "Scripted",
        "endpoint_type": "custom",
        "model": "test-model",
        "label": "Test Model",
        "context_window": 8_000,
        "max_output": None,
        "endpoint_rates": None,
        "title": NO_TITLE,
        "user_provided": False,
    }
    return Resolved(**(defaults | fields))


def answer_events(*pieces: str, tokens: int = 5, reason: StopReason = "stop") -> list[Event]:
    """Return the events of a plain answer."""
    return [
        Started("call-1", "test-model"),
        *(TextDelta(piece) for piece in pieces),
        UsageReported(Usage(input_tokens=9, output_tokens=tokens)),
        Finished(reason),
    ]


class Gate:
    """A place in a script where the model waits until the test lets it on."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def wait(self) -> None:
        """Say that the model is here, and wait."""
        self.reached.set()
        await self.opened.wait()


Line: TypeAlias = Event | asyncio.Event | Gate | Exception


class ScriptedModel:
    """Says what it was told to, once per call.

    An asyncio.Event or Gate in a script is waited for, an exception is raised.
    """

    def __init__(self) -> None:
        self.requests: list[ChatRequest] = []
        self.closed = 0  # calls that ended, however
        self._scripts: deque[tuple[Line, ...]] = deque()
        self._by_model: dict[str, deque[tuple[Line, ...]]] = defaultdict(deque)

    def say(self, *lines: Line) -> None:
        """Add the script of one call."""
        self._scripts.append(lines)

    def say_as(self, model: str, *lines: Line) -> None:
        """Add the script of one call of this model."""
        self._by_model[model].append(lines)

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """Yield the next script."""
        self.requests.append(request)
        try:
            scripts = self._by_model[request.model] or self._scripts
            for line in scripts.popleft() if scripts else answer_events("Hello."):
                if isinstance(line, Exception):
                    raise line
                if isinstance(line, asyncio.Event | Gate):
                    await line.wait()
                else:
                    yield line
        finally:
            self.closed += 1

    async def list_models(self) -> list[str]:
        """Return the one there is."""
        return ["test-model"]
