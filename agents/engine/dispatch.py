"""Answers a model's tool calls."""

from collections.abc import Sequence

from agents.engine.events import ToolFinished
from agents.llm.wire.parts import ToolCallPart


async def answer_calls(calls: Sequence[ToolCallPart]) -> list[ToolFinished]:
    """Return one result per call, in order.

    No run offers tools yet, so every call is of a tool the model made up: it is told so.
    """
    return [
        ToolFinished(call.id, f"There is no tool named {call.name!r}.", is_error=True)
        for call in calls
    ]
