"""Short ways to ask chat completions and Responses."""

from collections.abc import Iterable

from agents.llm.wire.fields import JsonObject
from agents.llm.wire.neutral import ChatRequest, Tool
from agents.llm.wire.parts import Message, Part, Role, TextPart
from agents.llm.wire.serving import openai_chat, openai_responses
from agents.llm.wire.serving.asked import Answering, Asked, ServerDialect

Json = dict[str, object]
DIALECTS: tuple[ServerDialect, ...] = (openai_chat, openai_responses)
HELLO: Json = {"role": "user", "content": "Hello"}
PNG = "iVBORw0KGgoAAAANSUhEUg=="
PDF = "JVBERi0xLjcKZW5k"
FIND: Json = {"type": "function", "function": {"name": "find"}}


def chat(*messages: JsonObject, **fields: object) -> Asked:
    return openai_chat.parse_request(
        {"model": "m", "messages": list(messages or [HELLO]), **fields}
    )


def responses(*items: JsonObject, **fields: object) -> Asked:
    return openai_responses.parse_request({"model": "m", "input": list(items or [HELLO]), **fields})


def user_parts(*content: object) -> tuple[Part, ...]:
    """Return the parts of a user's message whose content is a list."""
    return chat({"role": "user", "content": list(content)}).request.messages[0].parts


def tools_of(*tools: object) -> tuple[Tool, ...]:
    return chat(tools=list(tools)).request.tools


def say(role: Role, *parts: Part | str) -> Message:
    return Message(role, tuple(TextPart(part) if isinstance(part, str) else part for part in parts))


def answering(asked: Asked | None = None) -> Answering:
    plain = Asked(ChatRequest("sonnet", ()))
    return Answering(id="01", model="sonnet", created=1795000000, asked=asked or plain)


def without(body: JsonObject, names: Iterable[str]) -> Json:
    left_out = set(names)
    return {name: value for name, value in body.items() if name not in left_out}
