"""Messages of chat bodies: roles, calls, results and what earlier answers carry."""

from collections.abc import Iterable

from agents.llm.wire.fields import JsonObject, object_of, text_of
from agents.llm.wire.parts import (
    Message,
    Part,
    Role,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.serving.openai_content import Contents, marked
from agents.llm.wire.serving.openai_fields import (
    Dropped,
    below,
    cache_mark,
    items_at,
    object_at,
    required_text_at,
    text_at,
    unsupported,
    wrong,
)
from agents.llm.wire.serving.openai_thinking import thinking_of
from agents.llm.wire.tool_calls import arguments_text

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
MOST_MESSAGES = 100_000


def messages_of(body: JsonObject, dropped: Dropped) -> tuple[Message, ...]:
    """Return the messages; tools' answers that follow one another are one message.

    Raises:
        BadRequestError: a wrong role or field, or nothing to answer.
    """
    items = items_at(body, "messages")
    if not items:
        raise wrong("messages", "must hold at least one message.")
    if len(items) > MOST_MESSAGES:
        raise wrong("messages", f"must hold at most {MOST_MESSAGES} messages.")
    reader = _Messages(dropped)
    for path, item in items:
        reader.take(item, path)
    refuse_open_calls(reader.messages, f"{items[-1][0]}.tool_calls")
    return refuse_emptiness(reader.messages, "messages")


def refuse_open_calls(messages: list[Message], path: str) -> None:
    """Refuse a conversation whose last message waits for tools.

    Raises:
        BadRequestError: it does.
    """
    last = messages[-1].parts if messages else ()
    if any(isinstance(part, ToolCallPart) for part in last):
        raise wrong(path, "must be followed by what the tools answered.")


def refuse_emptiness(messages: Iterable[Message], path: str) -> tuple[Message, ...]:
    """Return the messages that say something.

    Raises:
        BadRequestError: none does.
    """
    kept = tuple(message for message in messages if message.parts)
    if all(_is_blank(part) for message in kept for part in message.parts):
        raise wrong(path, "hold nothing to answer.")
    return kept


def results_together(messages: list[Message], results: Iterable[Part]) -> None:
    """Add tools' answers to the message of the answers before them."""
    if messages and messages[-1].role == "tool":
        messages[-1] = Message("tool", (*messages[-1].parts, *results))
    else:
        messages.append(Message("tool", tuple(results)))


def _is_blank(part: Part) -> bool:
    return isinstance(part, TextPart) and not part.text.strip()


class _Messages:
    def __init__(self, dropped: Dropped) -> None:
        self.messages: list[Message] = []
        self._contents = Contents(dropped)
        self._dropped = dropped
        self._legacy: list[tuple[str, str]] = []  # functions called and unanswered: name, id
        self._legacy_count = 0

    def take(self, item: JsonObject, path: str) -> None:
        role = ROLES.get(text_at(item, "role", path))
        if role is None:
            raise wrong(below(path, "role"), f"must be one of {', '.join(ROLES)}.")
        if role == "tool":
            self._take_result(item, path)
            return
        name = text_at(item, "name", path)
        if role == "assistant":
            parts = self._answer(item, path)
            self.messages.append(Message(role, marked(parts, cache_mark(item)), name))
            return
        parts = self._contents.parts_at(item, "content", path)
        results = [part for part in parts if isinstance(part, ToolResultPart)]
        if results:  # Anthropic's form: the tools' answers are the user's
            results_together(self.messages, results)
        others = [part for part in parts if not isinstance(part, ToolResultPart | ToolCallPart)]
        if others or not results:
            self.messages.append(Message(role, marked(others, cache_mark(item)), name))

    def _take_result(self, item: JsonObject, path: str) -> None:
        if item.get("role") == "function":
            call_id = self._legacy_answered(required_text_at(item, "name", path))
        else:
            call_id = required_text_at(item, "tool_call_id", path)
        content = self._contents.results_at(item, "content", path)
        result = ToolResultPart(call_id, content, cache=cache_mark(item))
        results_together(self.messages, [result])

    def _answer(self, item: JsonObject, path: str) -> list[Part]:
        if item.get("audio"):
            raise unsupported(below(path, "audio"), "stored audio is not available here.")
        parts = [*thinking_of(item), *self._contents.parts_at(item, "content", path)]
        refusal = text_at(item, "refusal", path)
        if refusal:
            parts.append(TextPart(refusal))
        for here, call in items_at(item, "tool_calls", path):
            parts.append(call_of(call, here))
        legacy = object_at(item, "function_call", path)
        if legacy:
            name = required_text_at(legacy, "name", below(path, "function_call"))
            parts.append(ToolCallPart(self._legacy_called(name), name, _arguments(legacy)))
        return parts

    def _legacy_called(self, name: str) -> str:
        call_id = f"call_function_{self._legacy_count}"
        self._legacy_count += 1
        self._legacy.append((name, call_id))
        return call_id

    def _legacy_answered(self, name: str) -> str:
        call = next((call for call in self._legacy if call[0] == name), None)
        if call is None:
            return f"call_function_{name}"  # its call is gone: what it says is kept as text
        self._legacy.remove(call)
        return call[1]


def call_of(call: JsonObject, path: str) -> ToolCallPart:
    """Return a call of a function or of a custom tool.

    Raises:
        BadRequestError: it has no id or no name.
    """
    call_id = required_text_at(call, "id", path)
    kind = text_of(call.get("type"))
    if kind == "custom" or (not kind and "custom" in call):
        custom = object_at(call, "custom", path)
        name = required_text_at(custom, "name", below(path, "custom"))
        return ToolCallPart(call_id, name, text_of(custom.get("input")), kind="custom")
    function = object_of(call.get("function")) or call
    name = required_text_at(function, "name", below(path, "function"))
    return ToolCallPart(call_id, name, _arguments(function), cache=cache_mark(call))


def _arguments(function: JsonObject) -> str:
    return arguments_text(function.get("arguments")) or "{}"
