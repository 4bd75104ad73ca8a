"""Collects what a model said in one call, to tell it back in the next; pure."""

from agents.llm.wire import neutral
from agents.llm.wire import parts as wire_parts


class Turn:
    """One call's answer as the parts of an assistant message."""

    def __init__(self) -> None:
        self.ending: neutral.Finished | neutral.Failed | None = None
        self.characters = 0
        self._parts: list[wire_parts.Part] = []
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._arguments: dict[int, list[str]] = {}
        self._calls: dict[int, neutral.ToolCallStarted] = {}

    def see(self, event: neutral.Event) -> None:
        """Take note of one event."""
        match event:
            case neutral.TextDelta(text):
                self.characters += len(text)
                self._texts.append(text)
            case neutral.ThinkingDelta(text):
                self.characters += len(text)
                self._thoughts.append(text)
            case neutral.ThinkingSigned():
                self._sign(event)
            case neutral.ToolCallStarted():
                self._calls[event.index] = event
                self._arguments[event.index] = []
            case neutral.ToolCallDelta():
                self.characters += len(event.arguments)
                self._arguments.setdefault(event.index, []).append(event.arguments)
            case neutral.Finished() | neutral.Failed():
                self.ending = event
            case _:
                pass

    @property
    def calls(self) -> tuple[wire_parts.ToolCallPart, ...]:
        """The tool calls, in the order they were opened."""
        return tuple(
            wire_parts.ToolCallPart(
                call.id, call.name, "".join(self._arguments[index]), kind=call.kind
            )
            for index, call in self._calls.items()
        )

    def message(self) -> wire_parts.Message:
        """Return all of it as the assistant's message."""
        text = "".join(self._texts)
        spoken: tuple[wire_parts.Part, ...] = (wire_parts.TextPart(text),) if text else ()
        return wire_parts.Message("assistant", (*self._parts, *spoken, *self.calls))

    def parts(self) -> tuple[wire_parts.Part, ...]:
        """Return all of it for somebody who reads it: unsigned reasoning, too."""
        text, thoughts = "".join(self._texts), "".join(self._thoughts)
        unsigned = (wire_parts.ThinkingPart(thoughts),) if thoughts else ()
        spoken = (wire_parts.TextPart(text),) if text else ()
        return (*self._parts, *unsigned, *spoken, *self.calls)

    def _sign(self, event: neutral.ThinkingSigned) -> None:
        """Keep a piece of reasoning that its provider will recognise; unsigned ones are dropped."""
        text = "" if event.redacted else "".join(self._thoughts)
        self._thoughts.clear()
        self._parts.append(
            wire_parts.ThinkingPart(text, event.signature, event.redacted, event.format)
        )
