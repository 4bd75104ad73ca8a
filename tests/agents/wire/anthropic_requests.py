"""Requests to Anthropic, and the parts they are made of."""

from agents.llm.wire.anthropic import render_request
from agents.llm.wire.neutral import ChatRequest, Tool
from agents.llm.wire.parts import (
    Message,
    Part,
    Role,
    TextPart,
)

OLD, BUDGET, NEWEST = "claude-3-5-sonnet-20241022", "claude-sonnet-4-5", "claude-opus-4-7"


def say(role: Role, *parts: Part | str) -> Message:
    return Message(role, tuple(TextPart(p) if isinstance(p, str) else p for p in parts))


HELLO = say("user", "Hello")


def body_of(
    *messages: Message, model: str = BUDGET, tools: tuple[Tool, ...] = (), **parameters: object
) -> dict[str, object]:
    request = ChatRequest(model, messages, tools, parameters)
    return render_request(request, stream=False)


def text(words: str) -> dict[str, object]:
    return {"type": "text", "text": words}


def turn(role: str, *blocks: object) -> dict[str, object]:
    return {"role": role, "content": list(blocks)}
