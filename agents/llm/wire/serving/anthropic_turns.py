"""The turns of a messages request, as neutral messages; and what they change about tools."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.llm.wire.fields import JsonObject, object_of, text_of
from agents.llm.wire.parts import (
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.serving.anthropic_content import Block, BlockReader
from agents.llm.wire.serving.anthropic_fields import (
    joined,
    listed_objects,
    required_text,
    wrong,
)

MOST_MESSAGES = 100_000
BILLING_HEADER = "x-anthropic-billing-header"  # differs per request and spoils prompt caches
TOOL_CHANGES = {"tool_addition", "tool_removal"}


@dataclass(slots=True)
class ToolChanges:
    """What the turns say about the tools, in effect at the end.

    ``defined``: path and definition of the tools that were added by value, oldest first.
    ``removed``: names of the tools that were taken away.
    """

    defined: list[tuple[str, JsonObject]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)

    def take(self, block: JsonObject, path: str) -> None:
        """Note a block ``tool_addition`` or ``tool_removal``."""
        tool = object_of(block.get("tool"))
        definition = object_of(tool.get("definition"))
        name = text_of(tool.get("name")) or text_of(definition.get("name"))
        if block.get("type") == "tool_removal":
            self.removed.add(name)
            return
        self.removed.discard(name)
        if definition:
            self.defined.append((joined(path, "tool.definition"), definition))


class TurnReader:
    """Reads the system prompt and the turns."""

    def __init__(self) -> None:
        self.blocks = BlockReader()
        self.tool_changes = ToolChanges()

    def system(self, content: object) -> list[Message]:
        """Return the system prompt, one message or none.

        Raises:
            BadRequestError: a block that cannot be read.
        """
        parts = [
            part
            for part in self._system_texts(content, "system")
            if not part.text.startswith(BILLING_HEADER)
        ]
        return [Message("system", tuple(parts))] if parts else []

    def messages(self, value: object) -> list[Message]:
        """Return the turns, tool results as messages of their own before the rest of a turn.

        Raises:
            BadRequestError: no turns, too many, or one that cannot be read.
        """
        if value is None:
            raise wrong("messages", "Field required")
        turns = listed_objects(value, "messages")
        if not turns:
            raise wrong("messages", "at least one message is required")
        if len(turns) > MOST_MESSAGES:
            raise wrong("messages", f"at most {MOST_MESSAGES} messages are allowed")
        last_user = max(
            (number for number, (_, turn) in enumerate(turns) if turn.get("role") == "user"),
            default=-1,
        )
        messages: list[Message] = []
        for number, (path, turn) in enumerate(turns):
            messages += self._turn(turn, path, is_past=number < last_user)
        return messages

    def _turn(self, turn: JsonObject, path: str, *, is_past: bool) -> Iterable[Message]:
        """Return a turn's messages; ``is_past``: a later turn of the user follows."""
        where = joined(path, "content")
        role = required_text(turn, "role", path)
        if turn.get("content") is None and not (role == "system" and turn.get("output_config")):
            raise wrong(where, "Field required")
        match role:
            case "user":
                return self._user(self.blocks.blocks(turn.get("content"), where))
            case "assistant":
                return self._assistant(self.blocks.blocks(turn.get("content"), where))
            case "system":
                texts = self._system_texts(turn.get("content"), where)
                is_cleared = is_past and turn.get("clear_at") == "next_user_message"
                return [Message("system", tuple(texts))] if texts and not is_cleared else []
            case _:
                message = f"Input should be 'user', 'assistant' or 'system', not '{role}'"
                raise wrong(joined(path, "role"), message)

    def _user(self, blocks: list[Block]) -> Iterable[Message]:
        results: list[Part] = []
        kept: list[Part] = []
        for part in blocks:
            if isinstance(part, ToolResultPart):
                results.append(part)
            elif isinstance(part, ThinkingPart | ToolCallPart):
                self.blocks.leave_out(part.type)
            else:
                kept.append(part)
        if results:
            yield Message("tool", tuple(results))
        if kept:
            yield Message("user", tuple(kept))

    def _assistant(self, blocks: list[Block]) -> Iterable[Message]:
        kept: list[Part] = []
        for part in blocks:
            if isinstance(part, TextPart | ThinkingPart | ToolCallPart):
                kept.append(part)
            else:
                self.blocks.leave_out(part.type)
        if kept:
            yield Message("assistant", tuple(kept))

    def _system_texts(self, content: object, path: str) -> list[TextPart]:
        for number, block in enumerate(content if isinstance(content, list) else []):
            if text_of(object_of(block).get("type")) in TOOL_CHANGES:
                self.tool_changes.take(object_of(block), f"{path}.{number}")
        media = self.blocks.media(content, path)
        return [part for part in media if isinstance(part, TextPart) and part.text.strip()]
