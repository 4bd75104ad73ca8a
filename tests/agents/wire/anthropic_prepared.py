"""Requests prepared for Anthropic, and answers brought back."""

from collections.abc import Iterable
from typing import Any

from agents.llm.wire.anthropic import prepare, render_request
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    OutputFormat,
    Tool,
)
from agents.llm.wire.parts import Message
from agents.llm.wire.preparing import Prepared
from tests.agents.wire.anthropic_requests import HELLO

OLD, NEW = "claude-sonnet-4-20250514", "claude-sonnet-4-5"


def prepared(
    *messages: Message,
    model: str = NEW,
    tools: tuple[Tool, ...] = (),
    output: OutputFormat | None = None,
    **parameters: object,
) -> Prepared:
    return prepare(ChatRequest(model, messages or (HELLO,), tools, parameters, output=output))


def body_of(one: Prepared) -> dict[str, Any]:
    return render_request(one.request, stream=True)


def restored(one: Prepared, events: Iterable[Event]) -> list[Event]:
    """Return the events after the way back, which they go one by one."""
    return [event for given in events for event in one.restore([given])]
