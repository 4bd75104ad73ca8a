"""Short ways to ask the messages API."""

from agents.llm.wire.neutral import ChatRequest
from agents.llm.wire.parts import Message
from agents.llm.wire.serving import anthropic
from agents.llm.wire.serving.asked import Asked

Json = dict[str, object]
HELLO: list[object] = [{"role": "user", "content": "Hello"}]


def asked(**fields: object) -> Asked:
    return anthropic.parse_request({"model": "gpt", "max_tokens": 100, "messages": HELLO, **fields})


def request(**fields: object) -> ChatRequest:
    return asked(**fields).request


def turn(*blocks: object, role: str = "user") -> tuple[Message, ...]:
    """Return the messages that one turn of blocks becomes."""
    return request(messages=[{"role": role, "content": list(blocks)}]).messages


def parameters(**fields: object) -> Json:
    """Return the parameters that fields become, but for the limit that is always there."""
    given = dict(request(**fields).parameters)
    del given["max_tokens"]
    return given
